//! The changes to one counter row.

use std::time::SystemTime;

use crate::{Change, CounterKey};

/// The changes to one counter row, which happen all at once, and how long the row is kept for them.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use doorward_store::{Change, Column, CounterKey, CounterUpdate};
///
/// let attempts = Column::new(1);
/// let expires_at = UNIX_EPOCH + Duration::from_secs(1_900_000_000);
/// let update = CounterUpdate::new(
///     CounterKey::new([7; 32]),
///     vec![Change::Add(attempts, 1), Change::Add(attempts, 2)],
///     expires_at,
/// );
/// assert_eq!(update.changes(), [Change::Add(attempts, 3)]);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CounterUpdate {
    key: CounterKey,
    changes: Vec<Change>,
    expires_at: SystemTime,
}

impl CounterUpdate {
    /// `changes` to the row `key`, which is then kept until `expires_at` at least.
    ///
    /// Several changes to one column are folded, in order, into the one that does the same: a store
    /// is given one change a column. Sums stay within `i64`. Without a change, the row only lives
    /// longer.
    #[must_use]
    pub fn new(key: CounterKey, changes: Vec<Change>, expires_at: SystemTime) -> Self {
        Self { key, changes: fold(changes), expires_at }
    }

    /// The row to change.
    #[must_use]
    pub fn key(&self) -> CounterKey {
        self.key
    }

    /// What to change, at most one change a column.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// From when on the row counts as empty, unless it is kept longer already.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

fn fold(mut changes: Vec<Change>) -> Vec<Change> {
    let mut kept = 0;
    for at in 0..changes.len() {
        let change = changes[at];
        match changes[..kept].iter_mut().find(|earlier| earlier.column() == change.column()) {
            Some(earlier) => *earlier = earlier.then(change),
            None => {
                changes[kept] = change;
                kept += 1;
            }
        }
    }
    changes.truncate(kept);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Change::{Add, Remove, Set};
    use crate::Column;

    #[test]
    fn changes_to_one_column_are_folded_in_order() {
        let column = Column::new(1);
        let other = Column::new(2);
        for (changes, expected) in [
            (
                vec![Add(column, 1), Add(other, 5), Add(column, 2)],
                vec![Add(column, 3), Add(other, 5)],
            ),
            (vec![Add(column, i64::MAX), Add(column, 1)], vec![Add(column, i64::MAX)]),
            (vec![Set(column, 4), Add(column, -1)], vec![Set(column, 3)]),
            (vec![Remove(column), Add(column, 2)], vec![Set(column, 2)]),
            (vec![Add(column, 9), Set(column, 2)], vec![Set(column, 2)]),
            (vec![Set(column, 9), Remove(column)], vec![Remove(column)]),
            (vec![Remove(column), Set(column, 1), Add(column, 1)], vec![Set(column, 2)]),
        ] {
            assert_eq!(fold(changes.clone()), expected, "{changes:?}");
        }
    }
}
