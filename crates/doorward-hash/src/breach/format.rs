//! The file of a [`BreachFilter`](crate::BreachFilter), version 1; its documentation has the table.

use thiserror::Error;

use crate::BreachDigest;

/// The beginning of a digest.
pub(crate) type Entry = [u8; ENTRY_BYTES];

pub(crate) const HEADER_BYTES: usize = MAGIC.len() + 1 + 8;

pub(crate) const ENTRY_BYTES: usize = 6;

pub(crate) const CHECKSUM_BYTES: usize = 20;

pub(crate) fn cut(digest: &BreachDigest) -> Entry {
    let [a, b, c, d, e, f, ..] = *digest.as_bytes();
    [a, b, c, d, e, f]
}

/// The beginning of a file of so many entries.
pub(crate) fn header(entries: u64) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    let (magic, rest) = header.split_at_mut(MAGIC.len());
    magic.copy_from_slice(MAGIC);
    let (version, count) = rest.split_at_mut(1);
    version.copy_from_slice(&[VERSION]);
    count.copy_from_slice(&entries.to_be_bytes());
    header
}

/// The number of entries of a file of `bytes` bytes that begins with `start`.
pub(crate) fn parse_header(start: &[u8], bytes: u64) -> Result<u64, FilterError> {
    let rest = start.strip_prefix(MAGIC).ok_or(FilterError::Foreign)?;
    let (&version, rest) = rest.split_first().ok_or(FilterError::Damaged)?;
    if version != VERSION {
        return Err(FilterError::Version { found: version });
    }
    let (count, _) = rest.split_first_chunk().ok_or(FilterError::Damaged)?;
    let entries = u64::from_be_bytes(*count);
    if file_bytes(entries) == Some(bytes) { Ok(entries) } else { Err(FilterError::Damaged) }
}

/// How long a file of so many entries is.
pub(crate) fn file_bytes(entries: u64) -> Option<u64> {
    entries.checked_mul(ENTRY_BYTES as u64)?.checked_add((HEADER_BYTES + CHECKSUM_BYTES) as u64)
}

/// Why a file is not a [`BreachFilter`](crate::BreachFilter).
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

const MAGIC: &[u8; 8] = b"DWBREACH";

const VERSION: u8 = 1;
