use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use sha1::{Digest, Sha1};
use thiserror::Error;

use crate::{
    BreachDigest, DigestError,
    breach::format::{ENTRY_BYTES, HEADER_BYTES, cut, file_bytes, header},
    breach::scratch::Scratch,
    breach::sorted_runs::SortedRuns,
};

/// Writes the file of a [`BreachFilter`](crate::BreachFilter) in bounded memory, however long the list.
///
/// A list that is sorted by digest, as Pwned Passwords can be had, is written as it comes. Another is
/// sorted in runs, which lie beside the target until they are merged: then twice the size of the file
/// is needed for a while.
///
/// Everything is written to new files beside the target, and the whole takes its place at the end: it
/// is never half-written. What is not finished is removed on drop.
///
/// ```
/// use doorward_hash::{BreachFile, FilterWriter, Password};
///
/// # let folder = std::env::temp_dir().join(format!("doorward-filter-writer-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("breached.dwb");
/// let list = "7C4A8D09CA3762AF61E59520943DC26494F8941B:42542807\n\
///             5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\n";
/// let mut writer = FilterWriter::create(&path)?;
/// writer.read_list(list.as_bytes())?;
/// let written = writer.finish()?;
/// assert_eq!((written.entries(), written.bytes()), (2, 49));
///
/// assert!(BreachFile::open(&path)?.contains(&Password::from("password"))?);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is written before `finish`"]
pub struct FilterWriter {
    target: PathBuf,
    runs: SortedRuns<Scratch>,
}

impl FilterWriter {
    /// The memory that is used unless told otherwise: 64 MiB.
    pub const DEFAULT_MEMORY: usize = 64 * 1024 * 1024;

    /// Begins a file that will be at `target`, where another one stays until the end.
    ///
    /// # Errors
    ///
    /// [`FilterWriteError::Io`] when there can be no new file beside it.
    pub fn create(target: impl AsRef<Path>) -> Result<Self, FilterWriteError> {
        let target = target.as_ref().to_owned();
        let runs = SortedRuns::new(Scratch::beside(&target)?, Self::DEFAULT_MEMORY / ENTRY_BYTES);
        Ok(Self { target, runs })
    }

    /// Sorts in so many bytes of memory. Less makes more runs of a list that is not sorted, which
    /// are merged more slowly.
    pub fn with_memory(mut self, bytes: usize) -> Self {
        self.runs.set_capacity((bytes / ENTRY_BYTES).max(1));
        self
    }

    /// Adds a digest; the same one more than once does no harm.
    ///
    /// # Errors
    ///
    /// [`FilterWriteError::Io`] when the disk is full, say.
    pub fn push(&mut self, digest: &BreachDigest) -> Result<(), FilterWriteError> {
        Ok(self.runs.push(cut(digest))?)
    }

    /// Adds a digest for each line, as [`BreachDigest`] reads it; empty lines are left out.
    ///
    /// # Errors
    ///
    /// [`FilterWriteError::Line`] for the first line that is no digest, and [`FilterWriteError::Io`].
    pub fn read_list(&mut self, mut list: impl BufRead) -> Result<(), FilterWriteError> {
        let mut line = Vec::with_capacity(MOST_LINE_BYTES);
        for number in 1.. {
            line.clear();
            list.by_ref().take(MOST_LINE_BYTES as u64).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                break;
            }
            let is_whole = line.len() < MOST_LINE_BYTES || line.ends_with(b"\n");
            let text = str::from_utf8(&line).ok().filter(|_| is_whole);
            let text = text.ok_or(DigestError).map_err(|problem| at(number, problem))?;
            if !text.trim().is_empty() {
                self.push(&text.parse().map_err(|problem| at(number, problem))?)?;
            }
        }
        Ok(())
    }

    /// Puts the file where it is to be.
    ///
    /// # Errors
    ///
    /// [`FilterWriteError::Io`]; then the target is as it was.
    pub fn finish(mut self) -> Result<FilterWritten, FilterWriteError> {
        let (scratch, entries) = match self.runs.one_run()? {
            Some(entries) => (self.runs.into_file(), entries),
            None => {
                let scratch = Scratch::beside(&self.target)?;
                let mut target = BufWriter::with_capacity(CHUNK_BYTES, scratch.file());
                target.seek(SeekFrom::Start(HEADER_BYTES as u64))?;
                let entries = self.runs.merge(&mut target)?;
                target.flush()?;
                drop(target);
                (scratch, entries)
            }
        };
        seal(scratch.file(), entries)?;
        scratch.replace(&self.target)?;
        let bytes =
            file_bytes(entries).ok_or(io::ErrorKind::FileTooLarge).map_err(io::Error::from)?;
        Ok(FilterWritten { entries, bytes })
    }
}

impl fmt::Debug for FilterWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilterWriter").field("target", &self.target).finish_non_exhaustive()
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FilterWritten {
    entries: u64,
    bytes: u64,
}

impl FilterWritten {
    /// The number of entries: of digests that differ in their first 6 bytes.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// The size of the file.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Why a file could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FilterWriteError {
    /// Reading or writing failed.
    #[error(
        "The list of breached passwords could not be read or written. Check that both places are \
         there, and the room that is left."
    )]
    Io(#[from] io::Error),
    /// A line of the list is no digest.
    #[error("Line {number} of the list: {problem}")]
    Line {
        /// Its number, from 1.
        number: u64,
        /// What is wrong with it.
        problem: DigestError,
    },
}

/// A digest and a count take far less.
const MOST_LINE_BYTES: usize = 256;

const CHUNK_BYTES: usize = 256 * 1024;

const fn at(number: u64, problem: DigestError) -> FilterWriteError {
    FilterWriteError::Line { number, problem }
}

/// Writes the header before the entries and the checksum behind them. The checksum begins with the
/// number of entries, which is known only now, so all of it is read once more.
fn seal(mut file: &File, entries: u64) -> io::Result<()> {
    file.rewind()?;
    file.write_all(&header(entries))?;
    let mut sha1 = Sha1::new_with_prefix(header(entries));
    let mut rest = file.take(entries.saturating_mul(ENTRY_BYTES as u64));
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match rest.read(&mut chunk)? {
            0 => break,
            count => sha1.update(&chunk[..count]),
        }
    }
    file.write_all(&sha1.finalize())
}
