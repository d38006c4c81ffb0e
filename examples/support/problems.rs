//! What is wrong with the input, row by row.

use std::fmt;

use crate::failure::Failure;

/// Bad rows of all input files: the first ones in full, and how many there are.
///
/// Texts must never hold a password. A cell of a row whose columns may be out of step can be one.
#[derive(Debug, Default)]
pub struct Problems {
    shown: Vec<String>,
    count: usize,
}

impl Problems {
    /// So many are told in full.
    pub const MOST_SHOWN: usize = 20;

    /// A file that cannot be read at all.
    pub fn in_file(&mut self, file: &str, what: impl fmt::Display) {
        self.add(format!("{file}: {what}"));
    }

    /// A row as a whole.
    pub fn in_line(&mut self, file: &str, line: u64, what: impl fmt::Display) {
        self.add(format!("{file}, line {line}: {what}"));
    }

    /// One cell.
    pub fn in_column(&mut self, file: &str, line: u64, column: &str, what: impl fmt::Display) {
        self.add(format!("{file}, line {line}, column {column}: {what}"));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Nothing runs on bad input.
    ///
    /// # Errors
    ///
    /// [`Failure`] that tells the first problems and the count, if there is any.
    pub fn into_result(self) -> Result<(), Failure> {
        if self.count == 0 {
            return Ok(());
        }
        let mut text = self.shown.join("\n");
        let more = self.count - self.shown.len();
        if more > 0 {
            text.push_str(&format!("\nand {more} more"));
        }
        let problems = if self.count == 1 { "problem" } else { "problems" };
        text.push_str(&format!("\n{} {problems}; nothing was run", self.count));
        Err(Failure::of_input(text))
    }

    fn add(&mut self, problem: String) {
        self.count += 1;
        if self.shown.len() < Self::MOST_SHOWN {
            self.shown.push(problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_are_told_and_the_rest_counted() {
        let mut problems = Problems::default();
        for line in 2..27 {
            problems.in_column("a.csv", line, "at", "no");
        }
        let failure = problems.into_result().unwrap_err();
        let text = failure.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 22);
        assert_eq!(lines[0], "a.csv, line 2, column at: no");
        assert_eq!(lines[19], "a.csv, line 21, column at: no");
        assert_eq!(lines[20], "and 5 more");
        assert_eq!(lines[21], "25 problems; nothing was run");
        assert_eq!(failure.code(), 2);
    }

    #[test]
    fn no_problem_is_no_failure() {
        assert!(Problems::default().into_result().is_ok());
    }
}
