//! Rows that were not brought over, in a CSV file for whoever has to see to them.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::failure::Failure;

use super::fate::Fate;

/// The file: `source_key,problem,group,reason`. It names people by their keys in the source.
#[derive(Debug)]
pub(crate) struct ReportFile(Option<File>);

impl ReportFile {
    /// One that is written nowhere.
    pub(crate) fn nowhere() -> Self {
        Self(None)
    }

    /// A new one. A file that is there is another's.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let opened = OpenOptions::new().write(true).create_new(true).open(path);
        let mut report = Self(Some(opened.map_err(|error| refused(path, &error))?));
        report.begin().map_err(|error| refused(path, &error))?;
        Ok(report)
    }

    /// The one of an import that broke off, without what tells of rows that come again.
    pub(crate) fn reopen(path: &Path, bytes: u64) -> Result<Self, Failure> {
        let cut = || {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
            if file.metadata()?.len() < bytes {
                return Err(io::Error::other("is shorter than the checkpoint says"));
            }
            file.set_len(bytes)?;
            file.seek(SeekFrom::End(0))?;
            let mut report = Self(Some(file));
            if bytes == 0 {
                report.begin()?;
            }
            Ok(report)
        };
        cut().map_err(|error| refused(path, &error))
    }

    /// Adds what became of rows, and answers with how long the file is now. On the disk it is by then.
    pub(crate) fn add<'f>(
        &mut self,
        fates: impl Iterator<Item = &'f (String, Fate)>,
    ) -> Result<u64, Failure> {
        let mut rows = csv::Writer::from_writer(Vec::new());
        for (key, fate) in fates {
            if let Some([problem, group, reason]) = fate.problem() {
                let written = rows.write_record([key.as_str(), &problem, &group, &reason]);
                written.map_err(|error| failed(&error))?;
            }
        }
        let rows = rows.into_inner().map_err(|error| failed(&error))?;
        self.append(&rows).map_err(|error| failed(&error))
    }

    fn begin(&mut self) -> io::Result<()> {
        self.append(b"source_key,problem,group,reason\n").map(drop)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let Some(file) = &mut self.0 else { return Ok(0) };
        file.write_all(bytes)?;
        file.sync_data()?;
        file.stream_position()
    }
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    Failure::of_input(format_args!("{}: {error}", path.display()))
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::of_run("the report could not be written", error)
}
