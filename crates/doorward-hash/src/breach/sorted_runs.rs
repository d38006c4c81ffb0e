//! Sorting more than fits into memory.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
};

use crate::breach::format::{ENTRY_BYTES, Entry, HEADER_BYTES};

/// Entries in a file, as runs that are sorted in themselves. What comes in sorted makes one run.
///
/// They lie as in the file of a filter: one run is all of it but the header and the checksum.
#[derive(Debug)]
pub(crate) struct SortedRuns<F> {
    file: F,
    /// Each is strictly ascending; counted in entries.
    runs: Vec<Range<u64>>,
    last: Option<Entry>,
    buffer: Vec<Entry>,
    capacity: usize,
}

impl<F: Read + Seek + Write> SortedRuns<F> {
    /// Holds at most so many entries in memory.
    pub(crate) const fn new(file: F, capacity: usize) -> Self {
        Self { file, runs: Vec::new(), last: None, buffer: Vec::new(), capacity }
    }

    pub(crate) const fn set_capacity(&mut self, capacity: usize) {
        self.capacity = capacity;
    }

    pub(crate) fn push(&mut self, entry: Entry) -> io::Result<()> {
        if self.buffer.len() >= self.capacity {
            self.flush()?;
        }
        self.buffer.push(entry);
        Ok(())
    }

    /// Writes what is in memory to the file, and tells how many entries are there if they are one run.
    pub(crate) fn one_run(&mut self) -> io::Result<Option<u64>> {
        self.flush()?;
        Ok(match self.runs.as_slice() {
            [] => Some(0),
            [run] => Some(run.end),
            _ => None,
        })
    }

    /// Writes all entries in order, each once, and tells how many.
    pub(crate) fn merge(mut self, target: &mut impl Write) -> io::Result<u64> {
        self.flush()?;
        // Room for what is read ahead.
        self.buffer = Vec::new();
        let capacity = (self.capacity / self.runs.len().max(1)).max(1);
        let mut runs: Vec<_> = self.runs.into_iter().map(|left| Run::new(left, capacity)).collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (at, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next(&mut self.file)?.map(|entry| Reverse((entry, at))));
        }
        let (mut last, mut count) = (None, 0);
        while let Some(Reverse((entry, at))) = heads.pop() {
            if last != Some(entry) {
                target.write_all(&entry)?;
                (last, count) = (Some(entry), count + 1);
            }
            heads.extend(runs[at].next(&mut self.file)?.map(|entry| Reverse((entry, at))));
        }
        Ok(count)
    }

    pub(crate) fn into_file(self) -> F {
        self.file
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.buffer.is_sorted() {
            self.buffer.sort_unstable();
        }
        self.buffer.dedup();
        let known = self.buffer.first().filter(|&&first| self.last == Some(first));
        let fresh = &self.buffer[usize::from(known.is_some())..];
        let (Some(first), Some(&last)) = (fresh.first(), fresh.last()) else {
            self.buffer.clear();
            return Ok(());
        };
        let start = self.runs.last().map_or(0, |run| run.end);
        let end = start + fresh.len() as u64;
        self.file.seek(SeekFrom::Start(place(start)))?;
        self.file.write_all(fresh.as_flattened())?;
        match self.runs.last_mut() {
            Some(run) if self.last.is_some_and(|last| last < *first) => run.end = end,
            _ => self.runs.push(start..end),
        }
        self.last = Some(last);
        self.buffer.clear();
        Ok(())
    }
}

/// What is still to be read of a run, and what was read ahead.
struct Run {
    left: Range<u64>,
    ahead: Vec<Entry>,
    taken: usize,
    capacity: usize,
}

impl Run {
    const fn new(left: Range<u64>, capacity: usize) -> Self {
        Self { left, ahead: Vec::new(), taken: 0, capacity }
    }

    fn next(&mut self, file: &mut (impl Read + Seek)) -> io::Result<Option<Entry>> {
        if self.taken == self.ahead.len() {
            let count = self.capacity.min((self.left.end - self.left.start) as usize);
            self.ahead.resize(count, [0; ENTRY_BYTES]);
            file.seek(SeekFrom::Start(place(self.left.start)))?;
            file.read_exact(self.ahead.as_flattened_mut())?;
            self.left.start += count as u64;
            self.taken = 0;
        }
        let next = self.ahead.get(self.taken).copied();
        self.taken += usize::from(next.is_some());
        Ok(next)
    }
}

fn place(entry: u64) -> u64 {
    HEADER_BYTES as u64 + entry * ENTRY_BYTES as u64
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, io::Cursor};

    use proptest::prelude::*;

    use super::*;

    fn sorted(entries: &[Entry], capacity: usize) -> (Vec<u8>, Option<u64>) {
        let mut runs = SortedRuns::new(Cursor::new(Vec::new()), capacity);
        entries.iter().for_each(|&entry| runs.push(entry).unwrap());
        let one_run = runs.one_run().unwrap();
        let mut merged = Vec::new();
        assert_eq!(runs.merge(&mut merged).unwrap(), (merged.len() / ENTRY_BYTES) as u64);
        (merged, one_run)
    }

    #[test]
    fn what_comes_in_sorted_is_one_run() {
        let entries: Vec<Entry> = (0..50).map(|n| [0, 0, 0, 0, 0, n / 2]).collect();
        for capacity in [1, 2, 3, 7, 100] {
            let (merged, one_run) = sorted(&entries, capacity);
            assert_eq!((merged.len(), one_run), (25 * ENTRY_BYTES, Some(25)), "{capacity}");
        }
        let backwards: Vec<_> = entries.into_iter().rev().collect();
        assert_eq!(sorted(&backwards, 7).1, None);
    }

    proptest! {
        #[test]
        fn everything_comes_out_in_order_and_once(
            entries in proptest::collection::vec([0..3_u8, 0..9, 0..2, 0..1, 0..1, 0..90], 0..200),
            capacity in 1..40_usize,
        ) {
            let set: BTreeSet<_> = entries.iter().copied().collect();
            let expected: Vec<u8> = set.into_iter().flatten().collect();
            prop_assert_eq!(sorted(&entries, capacity).0, expected);
        }
    }
}
