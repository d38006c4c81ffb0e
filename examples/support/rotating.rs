//! A rotation of keys over a live table, step by step.

use std::fmt;

use doorward::{AccountId, Error, Keys, Progress};

use crate::columns::table;
use crate::failure::Failure;
use crate::rotating_steps;

/// Rotates the keys of a table of so many accounts while logins go on.
///
/// # Errors
///
/// [`Failure`] when a step could not be taken.
pub async fn run(accounts: usize) -> Result<Shown, Failure> {
    rotating_steps::play(accounts).await
}

/// What was done, and what became of those who logged in meanwhile.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Shown {
    /// One after the other.
    pub steps: Vec<Step>,
    /// Accounts at the end: those there were, and those that were registered meanwhile.
    pub accounts: usize,
    /// How many of them were let in at the end, by an instance without the old key.
    pub let_in: usize,
    /// Whether one of them was let in without the old key before the pass.
    pub let_in_too_early: bool,
}

/// One line of the table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// What the operator does.
    pub what: &'static str,
    /// The keys of the instances afterwards, with their statuses.
    pub keys: String,
    /// What a pass came to, where it is one.
    pub pass: Option<Counts>,
    /// Logins and registrations that went well meanwhile.
    pub served: usize,
    /// Those that did not.
    pub turned_away: usize,
}

/// What a pass counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// Accounts that it met.
    pub seen: usize,
    /// Accounts that it brought under the present keys, or would have.
    pub renewed: usize,
    /// Accounts that were so already.
    pub current: usize,
    /// Accounts to look at again.
    pub failed: usize,
}

impl Counts {
    pub(crate) fn of(progress: &Progress<AccountId, Error>) -> Self {
        Self {
            seen: progress.seen,
            renewed: progress.renewed,
            current: progress.current,
            failed: progress.contended + progress.failed.len(),
        }
    }
}

impl Shown {
    /// Logins and registrations that went well, and those that did not.
    pub fn totals(&self) -> (usize, usize) {
        let sum = |count: fn(&Step) -> usize| self.steps.iter().map(count).sum();
        (sum(|step| step.served), sum(|step| step.turned_away))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading =
            ["step", "keys", "met", "renewed", "current", "failed", "logins", "turned away"];
        let mut rows = vec![heading.map(str::to_owned).to_vec()];
        rows.extend(self.steps.iter().map(Step::cells));
        f.write_str(&table(&rows))?;
        let (served, turned_away) = self.totals();
        let early = if self.let_in_too_early { "was let in" } else { "was turned away" };
        writeln!(
            f,
            "\n{served} logins and registrations went on meanwhile; {turned_away} were turned away.\n\
             Before the pass, one who logged in without key 1 {early}.\n\
             After it, without key 1, {} of {} people were let in.",
            self.let_in, self.accounts
        )
    }
}

impl Step {
    fn cells(&self) -> Vec<String> {
        let count = |count: fn(&Counts) -> usize| {
            self.pass.as_ref().map(|pass| count(pass).to_string()).unwrap_or_default()
        };
        vec![
            self.what.to_owned(),
            self.keys.clone(),
            count(|pass| pass.seen),
            count(|pass| pass.renewed),
            count(|pass| pass.current),
            count(|pass| pass.failed),
            self.served.to_string(),
            self.turned_away.to_string(),
        ]
    }
}

/// The ids with their statuses, for a person to read; no secret.
pub(crate) fn describe(keys: &Keys) -> String {
    let status = |id| keys.status(id).map(|status| format!("{id} {status}"));
    keys.ids().filter_map(status).collect::<Vec<_>>().join(", ")
}
