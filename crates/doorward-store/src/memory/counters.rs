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
}

impl Counters {
    pub(super) fn new(max: usize) -> Self {
        Self {
            rows: HashMap::new(),
            max,
        }
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
                *row = Row {
                    cells: CounterRow::default(),
                    expires_at: update.expires_at(),
                };
            }
            let cells = row.cells.applied(update.changes()).ok_or_else(invalid)?;
            row.cells.clone_from(&cells);
            row.expires_at = row.expires_at.max(update.expires_at());
            return Ok(cells);
        }
        let cells = CounterRow::default()
            .applied(update.changes())
            .ok_or_else(invalid)?;
        if self.rows.len() >= self.max {
            self.make_room(now);
        }
        let row = Row {
            cells: cells.clone(),
            expires_at: update.expires_at(),
        };
        self.rows.insert(update.key(), row);
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
        self.rows.retain(|_, row| !row.is_expired(now));
        let keep = self.max - self.max.div_ceil(10);
        let excess = self.rows.len().saturating_sub(keep);
        if excess == 0 {
            return;
        }
        let mut ranks: Vec<_> = self.rows.values().map(Row::rank).collect();
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
    fn is_expired(&self, now: SystemTime) -> bool {
        now >= self.expires_at
    }

    /// What is lost with the row: how much it has counted, then how long it would have lived.
    fn rank(&self) -> (u64, SystemTime) {
        let weight = self
            .cells
            .iter()
            .fold(0_u64, |sum, cell| sum.saturating_add(cell.1.unsigned_abs()));
        (weight, self.expires_at)
    }
}
