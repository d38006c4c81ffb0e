//! The alarms of a replay: what was found, and when.

use std::fmt;
use std::time::Duration;

use doorward::Alarm;

use crate::columns::table;
use crate::outcomes::OutcomeRow;
use crate::truth::{Truth, Who};

/// An alarm, at the first sign of an attack.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Raised {
    /// Since the start.
    pub at: Duration,
    /// The line of the attempt that showed it.
    pub line: u64,
    /// What was found, with its evidence.
    pub alarm: Alarm,
    /// How many guesses there had been before, if the truth was told.
    pub guesses_before: Option<u64>,
}

impl Raised {
    pub(crate) fn new(at: Duration, line: u64, alarm: Alarm) -> Self {
        Self { at, line, alarm, guesses_before: None }
    }
}

/// All alarms, in the order of time.
#[derive(Debug)]
pub struct Alarms(Vec<Raised>);

impl Alarms {
    pub(crate) fn of(mut raised: Vec<Raised>, rows: &[OutcomeRow], truth: Option<&Truth>) -> Self {
        let guesses = truth.map(|truth| {
            let lines = rows.iter().map(|row| row.line);
            lines.filter(|&line| truth.of_line(line) == Some(Who::Attacker)).collect::<Vec<_>>()
        });
        for one in &mut raised {
            let before = |lines: &Vec<u64>| lines.partition_point(|&line| line < one.line) as u64;
            one.guesses_before = guesses.as_ref().map(before);
        }
        Self(raised)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Raised> {
        self.0.iter()
    }
}

/// Nothing, where none was raised.
impl fmt::Display for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let tells_guesses = self.0.iter().any(|raised| raised.guesses_before.is_some());
        let mut heading = ["at", "line", "alarm", "evidence"].map(str::to_owned).to_vec();
        if tells_guesses {
            heading.insert(2, "guesses before".to_owned());
        }
        let mut rows = vec![heading];
        for raised in self.iter() {
            let Raised { at, line, alarm, guesses_before } = raised;
            let mut row = vec![clock(*at), line.to_string()];
            row.extend(guesses_before.map(|count| count.to_string()));
            row.extend([alarm.name().to_owned(), alarm.to_string()]);
            rows.push(row);
        }
        f.write_str(&table(&rows))
    }
}

/// Hours, minutes and seconds; hours go on after a day.
fn clock(at: Duration) -> String {
    let seconds = at.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_go_on_after_a_day() {
        assert_eq!(clock(Duration::from_millis(36_065_900)), "10:01:05");
        assert_eq!(clock(Duration::from_secs(100 * 3_600)), "100:00:00");
    }
}
