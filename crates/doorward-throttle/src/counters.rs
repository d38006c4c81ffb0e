//! A counter row as the policy reads it, and the changes that it asks for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::column::{self, Kind};

/// One row of counters: numbered columns, absent ones being zero.
///
/// The store knows nothing of what the numbers mean, and the policy nothing of where they are kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counters(Vec<(u64, i64)>);

impl Counters {
    /// A row with nothing in it.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Applies `changes` as a store would: the reference for stores, and for simulations.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            let at = self.0.binary_search_by_key(&change.column(), |&(column, _)| column);
            match (*change, at) {
                (Change::Add(_, by), Ok(at)) => self.0[at].1 = self.0[at].1.saturating_add(by),
                (Change::Set(_, to), Ok(at)) => self.0[at].1 = to,
                (Change::Add(column, value) | Change::Set(column, value), Err(at)) => {
                    self.0.insert(at, (column, value));
                }
                (Change::Remove(_), Ok(at)) => {
                    self.0.remove(at);
                }
                (Change::Remove(_), Err(_)) => {}
            }
        }
    }

    /// The columns and their values, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u64, i64)> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn get(&self, column: u64) -> i64 {
        self.0.binary_search_by_key(&column, |&(column, _)| column).map_or(0, |at| self.0[at].1)
    }

    /// Whether there is a column of this kind.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.slots(kind).next().is_some()
    }

    /// A moment that a column holds, in milliseconds since 1970; 1970 where there is none.
    pub(crate) fn moment(&self, column: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.get(column)).unwrap_or(0))
    }

    /// The slots of one kind with their values, oldest first.
    pub(crate) fn slots(&self, kind: Kind) -> impl Iterator<Item = (u64, i64)> + '_ {
        let (first, last) = column::range(kind);
        let start = self.0.partition_point(|&(column, _)| column < first);
        self.0[start..]
            .iter()
            .take_while(move |&&(column, _)| column <= last)
            .map(|&(column, value)| (column::slot(column), value))
    }
}

impl FromIterator<(u64, i64)> for Counters {
    fn from_iter<I: IntoIterator<Item = (u64, i64)>>(columns: I) -> Self {
        let mut columns: Vec<_> = columns.into_iter().collect();
        columns.sort_unstable_by_key(|&(column, _)| column);
        columns.dedup_by_key(|&mut (column, _)| column);
        Self(columns)
    }
}

/// A change to one column. Every change of one update is applied to its row at once or not at all.
///
/// None carries a condition: on DynamoDB this is one `UpdateItem` with `ADD`, `SET` and `REMOVE`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a store must apply every kind of change")]
pub enum Change {
    /// Adds to a column; an absent one counts from zero.
    Add(u64, i64),
    /// Sets a column.
    Set(u64, i64),
    /// Drops a column, so that a row under attack for months does not grow.
    Remove(u64),
}

impl Change {
    /// The column it changes.
    pub const fn column(&self) -> u64 {
        match *self {
            Self::Add(column, _) | Self::Set(column, _) | Self::Remove(column) => column,
        }
    }
}

/// A moment as a column holds it.
pub(crate) fn millis(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
