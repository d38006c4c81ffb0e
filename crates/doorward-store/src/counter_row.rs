//! The cells of one counter row.

use crate::{Change, Column};

/// The cells of one counter row: a small map from [`Column`] to `i64`, sorted by column.
///
/// An absent cell reads as 0. A cell that holds 0 is still a cell, until it is removed.
///
/// ```
/// use doorward_store::{Column, CounterRow};
///
/// let row: CounterRow = [(Column::new(2), 5), (Column::new(1), -3)].into_iter().collect();
/// assert_eq!(row.get(Column::new(1)), -3);
/// assert_eq!(row.get(Column::new(9)), 0);
/// ```
#[derive(Debug, Default, Eq, PartialEq)]
pub struct CounterRow {
    /// Sorted by column, one cell a column.
    cells: Vec<(Column, i64)>,
}

impl CounterRow {
    /// The most cells that a store keeps in one row.
    pub const MAX_COLUMNS: usize = 64;

    /// The row after `changes`: what every store computes, in one place.
    ///
    /// `None` if that leaves more than [`MAX_COLUMNS`](Self::MAX_COLUMNS) cells.
    #[must_use]
    pub fn applied(&self, changes: &[Change]) -> Option<Self> {
        let mut cells = Vec::with_capacity(self.cells.len() + changes.len());
        cells.extend_from_slice(&self.cells);
        let mut row = Self { cells };
        changes.iter().for_each(|change| row.apply(*change));
        (row.cells.len() <= Self::MAX_COLUMNS).then_some(row)
    }

    /// The value of a cell; 0 if there is none.
    #[must_use]
    pub fn get(&self, column: Column) -> i64 {
        self.position(column).map_or(0, |at| self.cells[at].1)
    }

    /// The cells, by ascending column.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Column, i64)> + '_ {
        self.cells.iter().copied()
    }

    /// Whether there is no cell at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    fn apply(&mut self, change: Change) {
        match (self.position(change.column()), change) {
            (Ok(at), Change::Add(_, amount)) => {
                self.cells[at].1 = self.cells[at].1.saturating_add(amount);
            }
            (Ok(at), Change::Set(_, value)) => self.cells[at].1 = value,
            (Ok(at), Change::Remove(_)) => {
                self.cells.remove(at);
            }
            (Err(at), Change::Add(column, value) | Change::Set(column, value)) => {
                self.cells.insert(at, (column, value));
            }
            (Err(_), Change::Remove(_)) => {}
        }
    }

    fn position(&self, column: Column) -> Result<usize, usize> {
        self.cells.binary_search_by_key(&column, |cell| cell.0)
    }
}

impl Clone for CounterRow {
    fn clone(&self) -> Self {
        Self { cells: self.cells.clone() }
    }

    // Written out because the derived one would throw the old allocation away.
    fn clone_from(&mut self, source: &Self) {
        self.cells.clone_from(&source.cells);
    }
}

impl FromIterator<(Column, i64)> for CounterRow {
    /// Of several cells in one column, the last one stays.
    fn from_iter<T: IntoIterator<Item = (Column, i64)>>(cells: T) -> Self {
        let mut row = Self::default();
        cells.into_iter().for_each(|(column, value)| row.apply(Change::Set(column, value)));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(u64, i64)]) -> CounterRow {
        cells.iter().map(|(column, value)| (Column::new(*column), *value)).collect()
    }

    #[test]
    fn cells_are_sorted_and_the_last_value_stays() {
        let row = row(&[(3, 1), (1, 2), (3, 9)]);
        assert_eq!(row.iter().collect::<Vec<_>>(), [(Column::new(1), 2), (Column::new(3), 9)]);
        assert_eq!(row.get(Column::new(2)), 0);
        assert!(!row.is_empty());
    }

    #[test]
    fn changes_are_applied() {
        let before = row(&[(1, 5), (2, 5), (3, 5)]);
        let changes = [
            Change::Add(Column::new(1), i64::MAX),
            Change::Set(Column::new(2), -1),
            Change::Remove(Column::new(3)),
            Change::Remove(Column::new(4)),
            Change::Add(Column::new(5), 0),
        ];
        assert_eq!(before.applied(&changes), Some(row(&[(1, i64::MAX), (2, -1), (5, 0)])));
        assert_eq!(before, row(&[(1, 5), (2, 5), (3, 5)]));
    }

    #[test]
    fn a_full_row_swaps_cells_but_takes_no_more() {
        let full: CounterRow = (0..64).map(|number| (Column::new(number), 1)).collect();
        let add = Change::Add(Column::new(64), 1);
        assert_eq!(full.applied(&[add]), None);
        let swapped = full.applied(&[add, Change::Remove(Column::new(0))]).unwrap();
        assert_eq!(swapped.iter().len(), 64);
    }
}
