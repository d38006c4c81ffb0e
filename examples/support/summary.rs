//! What a replay came to, in numbers.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use doorward::Rule;

use crate::attempts::Attempts;
use crate::columns::table;
use crate::judging::Judgement;
use crate::outcomes::{Answer, Counts, OutcomeRow};
use crate::tally::Tally;
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
    /// Waits and step-ups per rule, from the audit events.
    pub by_rule: Vec<(Answer, Rule, u64)>,
    /// How many accounts were imported.
    pub accounts: usize,
    /// How many of them were verified at least once.
    pub accounts_verified: usize,
    /// Passwords that were checked; attempts that had to wait cost nothing.
    pub checked: u64,
    /// The time that the attempts took, without the import.
    pub taken: Duration,
    /// What the truth says to it, if it was told.
    pub judgement: Option<Judgement>,
}

impl Summary {
    pub(crate) fn new(
        rows: Vec<OutcomeRow>,
        tally: &Tally,
        checked: u64,
        taken: Duration,
        users: &Users,
        attempts: &Attempts,
        truth: Option<&Truth>,
    ) -> Self {
        Self {
            counts: rows.iter().map(|row| row.answer).collect(),
            by_rule: tally.by_rule(),
            accounts: users.count(),
            accounts_verified: tally.accounts_verified(),
            checked,
            taken,
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

    fn rules(&self) -> String {
        let mut rows = vec![["answer", "rule", "attempts"].map(str::to_owned).to_vec()];
        let line = |&(answer, rule, count): &(Answer, Rule, u64)| {
            vec![answer.name().to_owned(), rule.name().to_owned(), count.to_string()]
        };
        rows.extend(self.by_rule.iter().map(line));
        table(&rows)
    }

    fn figures(&self) -> String {
        let seconds = self.taken.as_secs_f64();
        let rate = self.counts.total() as f64 / seconds.max(f64::MIN_POSITIVE);
        let line = |name: &str, figure: String| vec![name.to_owned(), figure];
        table(&[
            line("figure", "value".to_owned()),
            line("accounts", self.accounts.to_string()),
            line("accounts verified", self.accounts_verified.to_string()),
            line("passwords checked", self.checked.to_string()),
            line("seconds taken", format!("{seconds:.2}")),
            line("attempts per second", format!("{rate:.0}")),
        ])
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.outcomes())?;
        let rules: BTreeSet<_> = self.by_rule.iter().map(|(_, rule, _)| rule).collect();
        if !rules.is_empty() {
            write!(f, "\n{}", self.rules())?;
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
