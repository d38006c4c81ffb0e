//! Where in a sorted list an entry can be.

use std::ops::Range;

use crate::breach::format::{ENTRY_BYTES, Entry};

/// What is left to search: the entries `start..end`, all of them above `below` and under `above`.
///
/// Digests are spread evenly, so that where one must lie can be reckoned. A list that is not spread
/// so is halved after a few rounds.
pub(crate) struct Span {
    start: u64,
    end: u64,
    /// The entry before `start`, or -1.
    below: i64,
    /// The entry at `end`, or the number of all that there can be.
    above: i64,
    rounds: u32,
}

impl Span {
    pub(crate) fn new(len: u64) -> Self {
        Self { start: 0, end: len, below: -1, above: VALUES, rounds: 0 }
    }

    /// The entries to look at next, at most so many; `None` when there are none left.
    pub(crate) fn next(&mut self, wanted: Entry, most: u64) -> Option<Range<u64>> {
        let left = self.end.checked_sub(self.start).filter(|&left| left > 0)?;
        let middle = if self.rounds < RECKONED_ROUNDS {
            let part = i128::from(value(wanted) - self.below) * i128::from(left)
                / i128::from(self.above - self.below);
            u64::try_from(part).unwrap_or(0)
        } else {
            left / 2
        };
        self.rounds += 1;
        let start = self.start + middle.saturating_sub(most / 2).min(left.saturating_sub(most));
        Some(start..self.end.min(start + most))
    }

    /// Takes in the entries from `at` on. False when they are not in order.
    pub(crate) fn narrow(&mut self, wanted: Entry, at: u64, entries: &[Entry]) -> bool {
        let (Some(&first), Some(&last)) = (entries.first(), entries.last()) else { return false };
        let (first, last, wanted) = (value(first), value(last), value(wanted));
        let is_in_order =
            self.below < first && last < self.above && entries.is_sorted_by(|one, next| one < next);
        if wanted < first {
            (self.end, self.above) = (at, first);
        } else if last < wanted {
            (self.start, self.below) = (at + entries.len() as u64, last);
        } else {
            self.end = self.start;
        }
        is_in_order
    }
}

const VALUES: i64 = 1 << (8 * ENTRY_BYTES);

/// Three do for a billion digests.
const RECKONED_ROUNDS: u32 = 6;

fn value(entry: Entry) -> i64 {
    entry.iter().fold(0, |value, &byte| value << 8 | i64::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(value: u64) -> Entry {
        let [_, _, rest @ ..] = value.to_be_bytes();
        rest
    }

    /// Whether it is found, and the number of reads that it took.
    fn find(list: &[Entry], wanted: Entry, block: u64) -> (bool, usize) {
        let mut span = Span::new(list.len() as u64);
        let mut reads = 0;
        while let Some(range) = span.next(wanted, block) {
            let entries = &list[range.start as usize..range.end as usize];
            assert!(span.narrow(wanted, range.start, entries));
            reads += 1;
            if entries.binary_search(&wanted).is_ok() {
                return (true, reads);
            }
        }
        (false, reads)
    }

    #[test]
    fn lists_that_are_spread_unevenly_take_no_more_than_halving_and_a_few() {
        let powers: Vec<_> = (0..48).map(|power| entry(1 << power)).collect();
        let crowded: Vec<_> = (0..60_000).map(entry).chain([entry((1 << 48) - 1)]).collect();
        for list in [powers, crowded] {
            for &wanted in list.iter().step_by(7) {
                let (is_found, reads) = find(&list, wanted, 2);
                assert!(is_found && reads <= 6 + 16, "{reads}");
            }
        }
    }

    #[test]
    fn what_is_out_of_order_is_noticed() {
        let [low, middle, high] = [10, 20, 30].map(entry);
        for entries in [&[middle, low][..], &[low, low], &[]] {
            assert!(!Span::new(9).narrow(high, 0, entries));
        }
        let mut span = Span::new(9);
        assert!(span.narrow(high, 0, &[middle]));
        assert!(!span.narrow(high, 4, &[low]), "lower, and behind it");
        let mut span = Span::new(9);
        assert!(span.narrow(low, 5, &[middle]));
        assert!(!span.narrow(low, 0, &[high]), "higher, and before it");
    }

    proptest! {
        #[test]
        fn it_finds_what_a_set_has(
            values in proptest::collection::btree_set(0..(1_u64 << 48), 0..300),
            near in proptest::collection::btree_set(0..400_u64, 0..300),
            other in 0..(1_u64 << 48),
            block in 1..20_u64,
        ) {
            for values in [values, near] {
                let list: Vec<_> = values.iter().copied().map(entry).collect();
                prop_assert!(list.iter().all(|&wanted| find(&list, wanted, block).0));
                for wanted in [other, other % 400, 0, (1 << 48) - 1] {
                    prop_assert_eq!(find(&list, entry(wanted), block).0, values.contains(&wanted));
                }
            }
        }
    }
}
