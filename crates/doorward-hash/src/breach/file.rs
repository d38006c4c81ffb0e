use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use sha1::{Digest, Sha1};
use thiserror::Error;

use crate::{
    BreachCheck, BreachDigest, BreachStatus, BreachUnavailable, Password,
    breach::format::{
        CHECKSUM_BYTES, ENTRY_BYTES, Entry, FilterError, HEADER_BYTES, cut, parse_header,
    },
    breach::span::Span,
};

/// A list of breached passwords that stays in its file: for lists that are too large for memory, such
/// as the whole of Pwned Passwords. The file is that of a [`BreachFilter`](crate::BreachFilter).
///
/// A lookup reads a few blocks of 4 KiB where the digest must be, on the thread that asks; lookups
/// take turns. Keep the file on a disk of the same machine. Nothing is mapped into memory.
///
/// Opening checks the header and the size. A lookup checks the order of what it reads, and what is out
/// of order is an error. [`BreachFile::verify`] checks all of it.
///
/// A new list takes the place of an old one by renaming, as
/// [`FilterWriter`](crate::FilterWriter) does it: an open file goes on with the old list. Writing into an
/// open file makes lookups fail, or miss.
///
/// ```
/// use doorward_hash::{BreachDigest, BreachFile, FilterWriter, Password};
///
/// # let folder = std::env::temp_dir().join(format!("doorward-breach-file-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("breached.dwb");
/// let mut writer = FilterWriter::create(&path)?;
/// writer.push(&BreachDigest::of(&Password::from("correct horse battery staple")))?;
/// writer.finish()?;
///
/// let file = BreachFile::open(&path)?;
/// assert!(file.contains(&Password::from("correct horse battery staple"))?);
/// assert!(!file.contains(&Password::from("seven quiet herons"))?);
/// file.verify()?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct BreachFile<R = File> {
    reader: Mutex<R>,
    len: u64,
}

impl BreachFile {
    /// Opens a file, and checks its header and its size.
    ///
    /// # Errors
    ///
    /// [`BreachFileError`] when it cannot be read, or is no such file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BreachFileError> {
        Self::new(File::open(path)?)
    }
}

impl<R: Read + Seek> BreachFile<R> {
    /// The list that begins at the start of `reader` and takes all of it.
    ///
    /// # Errors
    ///
    /// As for [`BreachFile::open`].
    pub fn new(mut reader: R) -> Result<Self, BreachFileError> {
        let bytes = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        let mut start = Vec::with_capacity(HEADER_BYTES);
        reader.by_ref().take(HEADER_BYTES as u64).read_to_end(&mut start)?;
        let len = parse_header(&start, bytes)?;
        Ok(Self { reader: Mutex::new(reader), len })
    }

    /// The number of entries.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the password is listed, or happens to begin like one that is, as
    /// [`BreachFilter::contains`](crate::BreachFilter::contains).
    ///
    /// # Errors
    ///
    /// [`BreachFileError`] when the file cannot be read, or is out of order there: then nothing is
    /// known about the password.
    pub fn contains(&self, password: &Password) -> Result<bool, BreachFileError> {
        let wanted = cut(&BreachDigest::of(password));
        let mut span = Span::new(self.len);
        let mut block = [0; BLOCK_ENTRIES * ENTRY_BYTES];
        while let Some(range) = span.next(wanted, BLOCK_ENTRIES as u64) {
            let bytes = &mut block[..(range.end - range.start) as usize * ENTRY_BYTES];
            self.read_at(range.start, bytes)?;
            let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
            if !span.narrow(wanted, range.start, entries) {
                return Err(FilterError::Unsorted.into());
            }
            if entries.binary_search(&wanted).is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the whole file, and checks its order and its checksum. It takes as long as reading it does;
    /// lookups go on meanwhile.
    ///
    /// # Errors
    ///
    /// [`BreachFileError`] when the file cannot be read, or is damaged.
    pub fn verify(&self) -> Result<(), BreachFileError> {
        let mut sha1 = Sha1::new_with_prefix(crate::breach::format::header(self.len));
        let mut last = None::<Entry>;
        let mut block = vec![0; CHUNK_ENTRIES * ENTRY_BYTES];
        for start in (0..self.len).step_by(CHUNK_ENTRIES) {
            let count = (self.len - start).min(CHUNK_ENTRIES as u64) as usize;
            let bytes = &mut block[..count * ENTRY_BYTES];
            self.read_at(start, bytes)?;
            sha1.update(&*bytes);
            let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
            let follows = last.is_none_or(|last| entries.first() > Some(&last));
            if !follows || !entries.is_sorted_by(|one, next| one < next) {
                return Err(FilterError::Unsorted.into());
            }
            last = entries.last().copied();
        }
        let mut checksum = [0; CHECKSUM_BYTES];
        self.read_at(self.len, &mut checksum)?;
        if sha1.finalize()[..] == checksum { Ok(()) } else { Err(FilterError::Damaged.into()) }
    }

    /// From this entry on.
    fn read_at(&self, entry: u64, bytes: &mut [u8]) -> io::Result<()> {
        let at = HEADER_BYTES as u64 + entry * ENTRY_BYTES as u64;
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(SeekFrom::Start(at))?;
        reader.read_exact(bytes)
    }
}

#[async_trait]
impl<R: Read + Seek + Send> BreachCheck for BreachFile<R> {
    async fn look_up(&self, password: &Password) -> Result<BreachStatus, BreachUnavailable> {
        self.contains(password).map(Into::into).map_err(BreachUnavailable::new)
    }
}

impl<R> fmt::Debug for BreachFile<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BreachFile").field("len", &self.len).finish_non_exhaustive()
    }
}

/// Why a [`BreachFile`] cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BreachFileError {
    /// It is not what it should be.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// It could not be read.
    #[error(
        "The list of breached passwords could not be read. Check that the file is there and whole."
    )]
    Io(#[from] io::Error),
}

/// 4 KiB, less what does not make an entry.
const BLOCK_ENTRIES: usize = 4096 / ENTRY_BYTES;

const CHUNK_ENTRIES: usize = 64 * 1024;
