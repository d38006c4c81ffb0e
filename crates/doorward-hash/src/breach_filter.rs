use std::fmt;

use sha1::{Digest, Sha1};
use thiserror::Error;

use crate::{BreachCheck, BreachDigest, Password};

/// A list of breached passwords that is asked without a network: sorted digests, cut to 6 bytes.
///
/// A listed password is always found. One that is not listed is found by mistake once in
/// 2<sup>48</sup> / n, where n is the length of the list: with ten million entries, once in 28 million.
/// Each entry takes 6 bytes, in the file as in memory.
///
/// The example `make_breach_filter` of this crate makes a file of a list of SHA-1 digests.
///
/// ```
/// use doorward_hash::{BreachDigest, BreachFilter, Password};
///
/// let list = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\n\
///             7C4A8D09CA3762AF61E59520943DC26494F8941B:42542807\n";
/// let filter: BreachFilter = list.lines().map(str::parse::<BreachDigest>).collect::<Result<_, _>>()?;
/// let file = filter.to_bytes();
///
/// let filter = BreachFilter::parse(&file)?;
/// assert!(filter.contains(&Password::from("password")));
/// assert!(!filter.contains(&Password::from("seven quiet herons")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # The file
///
/// | bytes | |
/// |---|---|
/// | 8 | `DWBREACH` in ASCII |
/// | 1 | the version: 1 |
/// | 8 | the number of entries n, big-endian |
/// | 6 n | the first 6 bytes of each digest, strictly ascending |
/// | 20 | the SHA-1 of all bytes before |
///
/// The checksum is against damage. Whoever may write the file may write any list.
#[derive(Clone, Default)]
pub struct BreachFilter {
    /// Strictly ascending.
    entries: Vec<Entry>,
}

impl BreachFilter {
    /// Whether the password is listed, or happens to begin like one that is.
    #[must_use]
    pub fn contains(&self, password: &Password) -> bool {
        self.entries.binary_search(&cut(&BreachDigest::of(password))).is_ok()
    }

    /// The number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let entries = self.entries.as_flattened();
        let mut file = Vec::with_capacity(HEADER_BYTES + entries.len() + CHECKSUM_BYTES);
        file.extend(MAGIC);
        file.push(VERSION);
        file.extend((self.len() as u64).to_be_bytes());
        file.extend(entries);
        file.extend(Sha1::digest(&file));
        file
    }

    /// Reads a file whole, and checks all of it.
    ///
    /// # Errors
    ///
    /// [`FilterError`] when it is not such a file, or a damaged one.
    pub fn parse(file: &[u8]) -> Result<Self, FilterError> {
        let rest = file.strip_prefix(MAGIC).ok_or(FilterError::Foreign)?;
        let (&version, rest) = rest.split_first().ok_or(FilterError::Damaged)?;
        if version != VERSION {
            return Err(FilterError::Version { found: version });
        }
        let (count, rest) = rest.split_first_chunk().ok_or(FilterError::Damaged)?;
        let (entries, checksum) =
            rest.split_last_chunk::<CHECKSUM_BYTES>().ok_or(FilterError::Damaged)?;
        let (entries, odd) = entries.as_chunks::<ENTRY_BYTES>();
        let is_whole = odd.is_empty() && u64::from_be_bytes(*count) == entries.len() as u64;
        let checked = &file[..file.len() - CHECKSUM_BYTES];
        if !is_whole || Sha1::digest(checked)[..] != checksum[..] {
            return Err(FilterError::Damaged);
        }
        if !entries.is_sorted_by(|one, next| one < next) {
            return Err(FilterError::Unsorted);
        }
        Ok(Self { entries: entries.to_vec() })
    }
}

impl BreachCheck for BreachFilter {
    fn is_breached(&self, password: &Password) -> bool {
        self.contains(password)
    }
}

impl FromIterator<BreachDigest> for BreachFilter {
    /// In any order, and the same one more than once. It is all held in memory: 6 bytes each.
    fn from_iter<I: IntoIterator<Item = BreachDigest>>(digests: I) -> Self {
        let mut entries: Vec<_> = digests.into_iter().map(|digest| cut(&digest)).collect();
        entries.sort_unstable();
        entries.dedup();
        Self { entries }
    }
}

impl fmt::Debug for BreachFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BreachFilter").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Why a file is not a [`BreachFilter`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FilterError {
    /// It is cut short or changed.
    #[error("The list of breached passwords is damaged. Copy or make it again.")]
    Damaged,
    /// It is something else.
    #[error("This is not a list of breached passwords. Make one with `make_breach_filter`.")]
    Foreign,
    /// Its writer did not sort it.
    #[error("The list of breached passwords is not sorted, or repeats an entry. Make it again.")]
    Unsorted,
    /// Another release wrote it.
    #[error(
        "The list of breached passwords has version {found}, and this program reads 1. Make it again, \
         or update the program."
    )]
    Version {
        /// Its version.
        found: u8,
    },
}

/// The beginning of a digest.
type Entry = [u8; ENTRY_BYTES];

const MAGIC: &[u8; 8] = b"DWBREACH";

const VERSION: u8 = 1;

const HEADER_BYTES: usize = MAGIC.len() + 1 + 8;

const ENTRY_BYTES: usize = 6;

const CHECKSUM_BYTES: usize = 20;

fn cut(digest: &BreachDigest) -> Entry {
    let [a, b, c, d, e, f, ..] = *digest.as_bytes();
    [a, b, c, d, e, f]
}
