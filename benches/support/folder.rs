//! A folder for the files of a measurement.

use std::path::PathBuf;
use std::{env, fs, process};

use crate::door::Failure;

/// Among those for what is temporary; it goes with this.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new one.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it cannot be made.
    pub fn new(name: &str) -> Result<Self, Failure> {
        let path = env::temp_dir().join(format!("doorward-{name}-{}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// The path of a file in it, which need not be there.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Writes a file, and tells its path.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<String, Failure> {
        fs::write(self.0.join(name), text)?;
        Ok(self.path(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
