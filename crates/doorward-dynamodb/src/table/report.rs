//! What a check of the table found.

use std::fmt;

use thiserror::Error;

use crate::TableProblem;

/// What [`check_table`](crate::DynamoStore::check_table) found.
///
/// ```no_run
/// # async fn start(store: doorward_dynamodb::DynamoStore) -> Result<(), Box<dyn std::error::Error>> {
/// let report = store.check_table().await?;
/// report.require_usable()?;
/// for problem in report.problems() {
///     eprintln!("{problem}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct TableReport {
    problems: Vec<TableProblem>,
}

impl TableReport {
    pub(crate) fn new(problems: Vec<TableProblem>) -> Self {
        Self { problems }
    }

    /// All that was found, those with which the store cannot work first.
    #[must_use]
    pub fn problems(&self) -> &[TableProblem] {
        &self.problems
    }

    /// Whether nothing was found, and nothing left unchecked: the table is as
    /// [`create_table`](crate::DynamoStore::create_table) makes it by default.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Fails if the store cannot work with this table. It does not fail for what could not be checked: whoever
    /// may not look learns nothing here.
    ///
    /// # Errors
    ///
    /// [`UnusableTable`], with what is in the way.
    pub fn require_usable(&self) -> Result<(), UnusableTable> {
        let fatal = self.problems.iter().filter(|problem| problem.is_fatal());
        let problems: Vec<_> = fatal.cloned().collect();
        if problems.is_empty() { Ok(()) } else { Err(UnusableTable { problems }) }
    }
}

/// One problem a line.
impl fmt::Display for TableReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_sound() {
            return f.write_str("the table is sound");
        }
        f.write_str(&lines(&self.problems))
    }
}

/// The store cannot work with this table.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the store cannot work with this table:\n{}", lines(.problems))]
pub struct UnusableTable {
    problems: Vec<TableProblem>,
}

impl UnusableTable {
    /// What is in the way; at least one problem.
    #[must_use]
    pub fn problems(&self) -> &[TableProblem] {
        &self.problems
    }
}

fn lines(problems: &[TableProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_fatal_makes_a_table_unusable() {
        let fatal = TableProblem::NotActive { status: "DELETING".into() };
        let report = TableReport::new(vec![fatal.clone(), TableProblem::NotProtected]);
        let unusable = report.require_usable().unwrap_err();
        assert_eq!(unusable.problems(), [fatal]);
        assert_eq!(
            unusable.to_string(),
            "the store cannot work with this table:\nthe table is DELETING; wait until it is ACTIVE, and look at its KMS key if it does not become so"
        );
        let report = TableReport::new(vec![TableProblem::NotProtected]);
        assert_eq!(report.require_usable(), Ok(()));
        assert!(!report.is_sound());
        assert_eq!(
            report.to_string(),
            "the table is not protected from deletion; turn deletion protection on"
        );
    }

    #[test]
    fn nothing_found_is_sound() {
        let report = TableReport::new(Vec::new());
        assert!(report.is_sound());
        assert_eq!(report.to_string(), "the table is sound");
    }
}
