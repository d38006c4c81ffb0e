//! The counter rows of a store in memory.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::time::SystemTime;

use crate::{CounterKey, CounterRow, CounterUpdate, StoreError, StoreErrorKind};

pub(super) struct Counters {
    rows: HashMap<CounterKey, Row>,
    /// At least one.
    max: usize,
}

pub(super) struct Row {
    pub(super) cells: CounterRow,
    pub(super) expires_at: SystemTime,
    /// The sum of the cells without sign, each at most [`HEAVIEST_CELL`]: kept here so that making
    /// room need not follow each row to its cells.
    weight: u64,
}

impl Counters {
    pub(super) fn new(max: usize) -> Self {
        Self { rows: HashMap::new(), max }
    }

    pub(super) fn update(
        &mut self,
        update: &CounterUpdate,
        now: SystemTime,
    ) -> Result<CounterRow, StoreError> {
        let invalid = || StoreError::new(StoreErrorKind::Invalid, "update");
        if update.changes().len() > CounterRow::MAX_COLUMNS {
            return Err(invalid());
        }
        if let Some(row) = self.rows.get_mut(&update.key()) {
            if row.is_expired(now) {
                *row = Row::new(CounterRow::default(), update.expires_at());
            }
            let cells = row.cells.applied(update.changes()).ok_or_else(invalid)?;
            row.cells.clone_from(&cells);
            row.weight = weight(&cells);
            row.expires_at = row.expires_at.max(update.expires_at());
            return Ok(cells);
        }
        let cells = CounterRow::default().applied(update.changes()).ok_or_else(invalid)?;
        if self.rows.len() >= self.max {
            self.make_room(now);
        }
        self.rows.insert(update.key(), Row::new(cells.clone(), update.expires_at()));
        Ok(cells)
    }

    pub(super) fn read(&self, key: CounterKey, now: SystemTime) -> CounterRow {
        match self.rows.get(&key) {
            Some(row) if !row.is_expired(now) => row.cells.clone(),
            _ => CounterRow::default(),
        }
    }

    pub(super) fn clear(&mut self, key: CounterKey) {
        self.rows.remove(&key);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// By ascending key.
    pub(super) fn sorted(&self) -> Vec<(&CounterKey, &Row)> {
        let mut all: Vec<_> = self.rows.iter().collect();
        all.sort_unstable_by_key(|(key, _)| **key);
        all
    }

    /// Leaves at least a tenth of the room free, so that its cost, which grows with the number of
    /// rows, is spread over as many new rows.
    fn make_room(&mut self, now: SystemTime) {
        let mut ranks = Vec::with_capacity(self.rows.len());
        self.rows.retain(|_, row| {
            let live = !row.is_expired(now);
            if live {
                ranks.push(row.rank());
            }
            live
        });
        let keep = self.max - self.max.div_ceil(10);
        let excess = self.rows.len().saturating_sub(keep);
        if excess == 0 {
            return;
        }
        let bar = *ranks.select_nth_unstable(excess - 1).1;
        // Rows below the bar go, and as many of those right at it as are still in excess.
        let mut ties = excess - ranks.iter().filter(|rank| **rank < bar).count();
        self.rows.retain(|_, row| match row.rank().cmp(&bar) {
            Ordering::Less => false,
            Ordering::Equal if ties > 0 => {
                ties -= 1;
                false
            }
            Ordering::Equal | Ordering::Greater => true,
        });
    }
}

impl Row {
    fn new(cells: CounterRow, expires_at: SystemTime) -> Self {
        Self { weight: weight(&cells), cells, expires_at }
    }

    fn is_expired(&self, now: SystemTime) -> bool {
        now >= self.expires_at
    }

    /// What is lost with the row: how much it has counted, then how long it would have lived.
    fn rank(&self) -> (u64, SystemTime) {
        (self.weight, self.expires_at)
    }
}

/// A cell that holds a time is no more than a cell that counts to a thousand.
const HEAVIEST_CELL: u64 = 1_000;

fn weight(cells: &CounterRow) -> u64 {
    cells.iter().map(|(_, value)| value.unsigned_abs().min(HEAVIEST_CELL)).sum()
}
