//! What the door answered to each attempt: `line,outcome,wait_seconds`.

use std::io::{self, Write};

use doorward::{Error, Outcome};

use crate::ruling::Ruling;

/// One kind of answer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Answer {
    /// Let in.
    Verified,
    /// Asked for a code.
    StepUp,
    /// Told to wait.
    Wait,
    /// Turned away.
    Rejected,
    /// Not decided: nobody is let in.
    Error,
}

impl Answer {
    /// All of them, in the order in which summaries show them.
    pub const ALL: [Self; 5] =
        [Self::Verified, Self::StepUp, Self::Wait, Self::Rejected, Self::Error];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::StepUp => "step_up",
            Self::Wait => "wait",
            Self::Rejected => "rejected",
            Self::Error => "error",
        }
    }

    /// The kind of an answer, and for how many seconds it asks to wait.
    pub(crate) fn of(decided: &Result<Outcome, Error>) -> (Self, u64) {
        match decided {
            Ok(Outcome::Verified(_)) => (Self::Verified, 0),
            Ok(Outcome::StepUp(_)) => (Self::StepUp, 0),
            Ok(Outcome::Wait(wait)) => (Self::Wait, wait.seconds()),
            Ok(Outcome::Rejected) => (Self::Rejected, 0),
            Err(_) => (Self::Error, 0),
        }
    }
}

/// The answer to the attempt on one line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OutcomeRow {
    /// The line of the attempts' file on which the attempt starts.
    pub line: u64,
    /// The answer.
    pub answer: Answer,
    /// How long to wait; 0 for any other answer.
    pub wait_seconds: u64,
    /// Whether the attempt brought the token of a device that had logged in before.
    pub known_device: bool,
    /// What a rule did to it, or would have done. Not written.
    pub ruling: Option<Ruling>,
}

/// Writes the header and the rows.
///
/// # Errors
///
/// What `out` answers.
pub fn write(rows: &[OutcomeRow], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "line,outcome,wait_seconds")?;
    for row in rows {
        writeln!(out, "{},{},{}", row.line, row.answer.name(), row.wait_seconds)?;
    }
    Ok(())
}

/// How many of each answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counts([u64; Answer::ALL.len()]);

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, answer: Answer) {
        self.0[answer as usize] += 1;
    }

    /// How many of this answer.
    pub fn of(&self, answer: Answer) -> u64 {
        self.0[answer as usize]
    }

    /// How many in all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl FromIterator<Answer> for Counts {
    fn from_iter<I: IntoIterator<Item = Answer>>(answers: I) -> Self {
        let mut counts = Self::default();
        answers.into_iter().for_each(|answer| counts.add(answer));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_as_documented() {
        let row = |line, answer, wait_seconds| OutcomeRow {
            line,
            answer,
            wait_seconds,
            known_device: false,
            ruling: None,
        };
        let rows =
            [row(2, Answer::Verified, 0), row(3, Answer::Wait, 60), row(5, Answer::StepUp, 0)];
        let mut out = Vec::new();
        write(&rows, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "line,outcome,wait_seconds\n2,verified,0\n3,wait,60\n5,step_up,0\n");
        let counts: Counts = rows.iter().map(|row| row.answer).collect();
        assert_eq!((counts.of(Answer::Wait), counts.of(Answer::Error), counts.total()), (1, 0, 3));
    }
}
