//! A file that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Written beside its place under another name, and moved there at the end.
///
/// Dropped before that, it leaves nothing behind, and what stood in its place stays.
#[derive(Debug)]
pub struct Draft {
    place: PathBuf,
    beside: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Draft {
    /// Starts a file; a place where none can be written is found out now.
    ///
    /// # Errors
    ///
    /// What the file system says, or that the place is a folder.
    pub fn create(place: &Path) -> io::Result<Self> {
        let name = place.file_name().filter(|_| !place.is_dir());
        let name = name.ok_or_else(|| io::Error::other("is a folder: name a file in it"))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", std::process::id()));
        let beside = place.with_file_name(hidden);
        let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        Ok(Self { place: place.to_owned(), beside, file: Some(BufWriter::new(file)) })
    }

    /// Moves it to its place.
    ///
    /// # Errors
    ///
    /// What the file system says; nothing was moved then.
    pub fn commit(mut self) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            // Some systems do not move a file that is open.
            drop(file);
            fs::rename(&self.beside, &self.place)?;
        }
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        drop(self.file.take());
        // After a commit there is nothing to remove.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_seen_only_when_it_is_whole() {
        let folder = std::env::temp_dir().join(format!("doorward-draft-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let place = folder.join("out.csv");
        let names = || {
            let entries = fs::read_dir(&folder).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.collect::<Vec<_>>()
        };
        fs::write(&place, "before").unwrap();

        let mut left = Draft::create(&place).unwrap();
        left.write_all(b"half").unwrap();
        drop(left);
        assert_eq!(fs::read_to_string(&place).unwrap(), "before");
        assert_eq!(names(), ["out.csv"]);

        let mut whole = Draft::create(&place).unwrap();
        whole.write_all(b"whole").unwrap();
        whole.commit().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "whole");
        assert_eq!(names(), ["out.csv"]);

        assert!(Draft::create(&folder).is_err());
        assert!(Draft::create(&folder.join("none").join("out.csv")).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
