//! How many rows became what.

use std::fmt;

use crate::columns::table;

/// How many rows became what.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// Rows of the source.
    pub read: u64,
    /// Accounts that were made.
    pub imported: u64,
    /// Accounts that this import had made before.
    pub already_there: u64,
    /// Rows whose identifier another row or another account has.
    pub duplicates: u64,
    /// Rows that cannot be brought over.
    pub unreadable: u64,
}

impl Counts {
    /// Whether each row became something: nothing was lost.
    pub fn add_up(&self) -> bool {
        self.read == self.imported + self.already_there + self.duplicates + self.unreadable
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |what: &str, count: u64| vec![what.to_owned(), count.to_string()];
        f.write_str(&table(&[
            vec!["rows".to_owned(), "count".to_owned()],
            line("read", self.read),
            line("imported", self.imported),
            line("already there", self.already_there),
            line("duplicates", self.duplicates),
            line("unreadable", self.unreadable),
        ]))
    }
}
