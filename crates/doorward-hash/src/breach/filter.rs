use std::fmt;

use async_trait::async_trait;
use sha1::{Digest, Sha1};

use crate::{
    BreachCheck, BreachDigest, BreachStatus, BreachUnavailable, Password,
    breach::format::{
        CHECKSUM_BYTES, ENTRY_BYTES, Entry, FilterError, HEADER_BYTES, cut, header, parse_header,
    },
};

/// A list of breached passwords that is asked without a network: sorted digests, cut to 6 bytes.
///
/// A listed password is always found. One that is not listed is found by mistake once in
/// 2<sup>48</sup> / n, where n is the length of the list: with ten million entries, once in 28 million.
/// Each entry takes 6 bytes, in the file as in memory; [`BreachFile`](crate::BreachFile) leaves a large
/// list in its file.
///
/// The example `make_breach_filter` of this crate, and [`FilterWriter`](crate::FilterWriter), make a
/// file of a list of SHA-1 digests.
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
        file.extend(header(self.len() as u64));
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
        parse_header(file, file.len() as u64)?;
        let (checked, checksum) =
            file.split_last_chunk::<CHECKSUM_BYTES>().ok_or(FilterError::Damaged)?;
        if Sha1::digest(checked)[..] != checksum[..] {
            return Err(FilterError::Damaged);
        }
        let entries = checked.get(HEADER_BYTES..).ok_or(FilterError::Damaged)?;
        let (entries, _) = entries.as_chunks::<ENTRY_BYTES>();
        if !entries.is_sorted_by(|one, next| one < next) {
            return Err(FilterError::Unsorted);
        }
        Ok(Self { entries: entries.to_vec() })
    }
}

#[async_trait]
impl BreachCheck for BreachFilter {
    async fn look_up(&self, password: &Password) -> Result<BreachStatus, BreachUnavailable> {
        Ok(self.contains(password).into())
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
