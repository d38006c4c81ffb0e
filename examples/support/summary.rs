//! What a replay came to, in numbers.

use std::fmt;
use std::time::Duration;

use doorward::Mode;

use crate::alarms::{Alarms, Raised};
use crate::attempts::Attempts;
use crate::columns::table;
use crate::judging::Judgement;
use crate::outcomes::{Answer, Counts, OutcomeRow};
use crate::rulings::Rulings;
use crate::truth::Truth;
use crate::users::Users;

/// The numbers of one replay; its text is the report for a person.
#[derive(Debug)]
#[non_exhaustive]
pub struct Summary {
    /// The answer to each attempt, in order.
    pub rows: Vec<OutcomeRow>,
    /// How many of each answer.
    pub counts: Counts,
    /// Waits and step-ups per rule; what would have been done, where the policy only monitors.
    pub rulings: Rulings,
    /// The attacks that were found.
    pub alarms: Alarms,
    /// How many accounts were imported.
    pub accounts: usize,
    /// What else was measured.
    pub measured: Measured,
    /// What the truth says to it, if it was told.
    pub judgement: Option<Judgement>,
}

/// What is not counted from the rows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Measured {
    /// Whether the policy was in force.
    pub mode: Mode,
    /// How many accounts were verified at least once.
    pub accounts_verified: usize,
    /// Passwords that were checked; attempts that had to wait cost nothing.
    pub checked: u64,
    /// The time that the attempts took, without the import.
    pub taken: Duration,
}

impl Summary {
    pub(crate) fn new(
        rows: Vec<OutcomeRow>,
        raised: Vec<Raised>,
        measured: Measured,
        users: &Users,
        attempts: &Attempts,
        truth: Option<&Truth>,
    ) -> Self {
        Self {
            counts: rows.iter().map(|row| row.answer).collect(),
            rulings: Rulings::of(&rows, truth),
            alarms: Alarms::of(raised, &rows, truth),
            accounts: users.count(),
            measured,
            judgement: truth.map(|truth| Judgement::of(truth, &rows, users, attempts)),
            rows,
        }
    }

    fn outcomes(&self) -> String {
        let total = self.counts.total();
        let line =
            |name: &str, count: u64| vec![name.to_owned(), count.to_string(), share(count, total)];
        let mut rows = vec![["outcome", "attempts", "share"].map(str::to_owned).to_vec()];
        rows.extend(Answer::ALL.map(|answer| line(answer.name(), self.counts.of(answer))));
        rows.push(line("all", total));
        table(&rows)
    }

    fn figures(&self) -> String {
        let Measured { accounts_verified, checked, taken, .. } = self.measured;
        let seconds = taken.as_secs_f64();
        let rate = self.counts.total() as f64 / seconds.max(f64::MIN_POSITIVE);
        let line = |name: &str, figure: String| vec![name.to_owned(), figure];
        table(&[
            line("figure", "value".to_owned()),
            line("accounts", self.accounts.to_string()),
            line("accounts verified", accounts_verified.to_string()),
            line("passwords checked", checked.to_string()),
            line("seconds taken", format!("{seconds:.2}")),
            line("attempts per second", format!("{rate:.0}")),
        ])
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.measured.mode == Mode::Monitor {
            writeln!(f, "the policy only monitors: nobody was made to wait or to step up\n")?;
        }
        f.write_str(&self.outcomes())?;
        for part in [self.rulings.to_string(), self.alarms.to_string()] {
            if !part.is_empty() {
                write!(f, "\n{part}")?;
            }
        }
        write!(f, "\n{}", self.figures())?;
        if let Some(judgement) = &self.judgement {
            write!(f, "\n{judgement}")?;
        }
        Ok(())
    }
}

fn share(count: u64, total: u64) -> String {
    format!("{:.1} %", 100.0 * count as f64 / total.max(1) as f64)
}
