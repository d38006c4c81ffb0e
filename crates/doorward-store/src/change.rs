//! What an update does to one cell of a counter row.

/// The number of a cell in a counter row.
///
/// What a number means is for the caller to say: a time window, a kind of attempt, or both.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Column(u64);

impl Column {
    /// The column with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of this column.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A change to one cell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a store that skips a change would miscount")]
pub enum Change {
    /// Adds to the cell; one that is absent counts as 0. The sum stays within `i64`.
    Add(Column, i64),
    /// Overwrites the cell. Of two writers the later one wins.
    Set(Column, i64),
    /// Drops the cell. Dropping one that is absent is no error.
    Remove(Column),
}

impl Change {
    /// The cell that it changes.
    #[must_use]
    pub const fn column(self) -> Column {
        match self {
            Self::Add(column, _) | Self::Set(column, _) | Self::Remove(column) => column,
        }
    }

    /// The one change that does what `self` and then `later` do to their common cell.
    pub(crate) fn then(self, later: Self) -> Self {
        debug_assert_eq!(self.column(), later.column());
        match (self, later) {
            (Self::Add(column, first), Self::Add(_, second)) => {
                Self::Add(column, first.saturating_add(second))
            }
            (Self::Set(column, first), Self::Add(_, second)) => {
                Self::Set(column, first.saturating_add(second))
            }
            (Self::Remove(column), Self::Add(_, amount)) => Self::Set(column, amount),
            (_, Self::Set(..) | Self::Remove(_)) => later,
        }
    }
}
