//! The common passwords of `data/common.txt`, and their ranks in `data/ranks.bin`.

use std::cmp::Ordering;

/// The lengths of the shortest and the longest entry, in characters.
pub(crate) const ENTRY_CHARS: std::ops::RangeInclusive<usize> = 4..=20;

/// Whether the list has this entry. A binary search in the text as it is: nothing is loaded or built.
pub(crate) fn lists(word: &[char]) -> bool {
    find(word).is_some()
}

/// How common an entry is: 0 for the most common one.
pub(crate) fn rank(word: &[char]) -> Option<u16> {
    let before = &ENTRIES[..find(word)?];
    let number = before.iter().filter(|&&byte| byte == b'\n').count();
    Some(u16::from_be_bytes([*RANKS.get(2 * number)?, *RANKS.get(2 * number + 1)?]))
}

/// Where an entry starts.
fn find(word: &[char]) -> Option<usize> {
    if !ENTRY_CHARS.contains(&word.len()) {
        return None;
    }
    // What is left to search: always whole lines, with their ends.
    let (mut lines, mut offset) = (ENTRIES, 0);
    while !lines.is_empty() {
        let (before, after) = lines.split_at(lines.len() / 2);
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let end = before.len() + after.iter().take_while(|&&byte| byte != b'\n').count();
        let entry = lines[start..end].iter().copied().map(char::from);
        lines = match word.iter().copied().cmp(entry) {
            Ordering::Less => &lines[..start],
            Ordering::Equal => return Some(offset + start),
            Ordering::Greater => {
                let behind = lines.len().min(end + 1);
                offset += behind;
                &lines[behind..]
            }
        };
    }
    None
}

static FILE: &[u8] = include_bytes!("../../data/common.txt");

/// Two bytes for each entry, in the order of the entries.
static RANKS: &[u8] = include_bytes!("../../data/ranks.bin");

/// One a line, sorted by their bytes.
static ENTRIES: &[u8] = behind_header(FILE);

/// What stands behind the first empty line.
const fn behind_header(file: &'static [u8]) -> &'static [u8] {
    let mut rest = file;
    while let [first, after @ ..] = rest {
        if let ([b'\n', ..], b'\n') = (after, *first) {
            return after.split_at(1).1;
        }
        rest = after;
    }
    rest
}

/// The entries, with their ranks.
#[cfg(test)]
pub(crate) fn entries() -> impl Iterator<Item = (&'static str, u16)> {
    let ranks = RANKS.chunks_exact(2).map(|rank| u16::from_be_bytes([rank[0], rank[1]]));
    std::str::from_utf8(ENTRIES).unwrap_or_default().lines().zip(ranks)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn is_listed(word: &str) -> bool {
        lists(&word.chars().collect::<Vec<_>>())
    }

    fn entries() -> impl Iterator<Item = &'static str> {
        super::entries().map(|(entry, _)| entry)
    }

    /// `data/make.py --check` compares with the source.
    #[test]
    fn the_file_is_the_one_that_was_made() {
        let digest =
            Sha256::digest(FILE).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(digest, "24dd918e98cfec0f567f8c7322571f8cf0a38559430d0ff12a1e0513ef6d6250");
    }

    #[test]
    fn entries_are_30_000_sorted_folded_and_of_the_lengths_said() {
        assert_eq!(entries().count(), 30_000);
        assert!(entries().is_sorted_by(|one, next| one < next));
        assert!(entries().all(|entry| entry.bytes().all(|byte| byte.is_ascii_graphic())));
        assert!(entries().all(|entry| entry.to_ascii_lowercase() == entry));
        let lengths = || entries().map(str::len);
        assert_eq!(lengths().min(), Some(*ENTRY_CHARS.start()));
        assert_eq!(lengths().max(), Some(*ENTRY_CHARS.end()));
    }

    #[test]
    fn every_entry_is_found() {
        assert!(entries().all(is_listed));
    }

    #[test]
    fn ranks_are_those_of_the_source() {
        let digest = |bytes| {
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(
            digest(RANKS),
            "288bd1f672eccd14e04d617e3e8f9c789136cd9c8cec72539e20dcef57a935d2"
        );
        let mut ranks: Vec<_> = super::entries().map(|(_, rank)| rank).collect();
        ranks.sort_unstable();
        assert!(ranks.into_iter().eq(0..30_000));
        for (entry, listed) in super::entries().step_by(997) {
            assert_eq!(rank(&entry.chars().collect::<Vec<_>>()), Some(listed), "{entry}");
        }
    }

    #[test]
    fn nothing_else_is_found() {
        let all: std::collections::HashSet<_> = entries().collect();
        for entry in entries() {
            for near in [format!("{entry}~"), format!("!{entry}"), entry[1..].to_owned()] {
                assert_eq!(is_listed(&near), all.contains(near.as_str()), "{near}");
            }
        }
        for other in ["", "\n", "a", "zzzzzzzz~", "pass\nword", "żółć", "\u{10ffff}abc"] {
            assert!(!is_listed(other), "{other:?}");
        }
    }
}
