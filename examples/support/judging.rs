//! The door's answers beside the truth: were owners refused, and were guessers let in?

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use crate::attempts::{Attempt, Attempts};
use crate::columns::table;
use crate::outcomes::{Answer, Counts, OutcomeRow};
use crate::truth::{Truth, Who};
use crate::users::{Users, spelling};

/// Attempts that ought to be treated alike.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Group {
    /// An owner with the right password, on a device that has logged in before.
    OwnerOnKnownDevice,
    /// An owner with the right password, elsewhere.
    OwnerElsewhere,
    /// An owner with a wrong password.
    OwnerWrong,
    /// A guesser whose guess is right.
    GuessRight,
    /// A guesser whose guess is wrong.
    GuessWrong,
}

impl Group {
    /// All of them, in the order in which summaries show them.
    pub const ALL: [Self; 5] = [
        Self::OwnerOnKnownDevice,
        Self::OwnerElsewhere,
        Self::OwnerWrong,
        Self::GuessRight,
        Self::GuessWrong,
    ];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnerOnKnownDevice => "owner, right, known device",
            Self::OwnerElsewhere => "owner, right, elsewhere",
            Self::OwnerWrong => "owner, wrong password",
            Self::GuessRight => "attacker, right guess",
            Self::GuessWrong => "attacker, wrong guess",
        }
    }

    fn of(who: Who, right: bool, known_device: bool) -> Self {
        match (who, right) {
            (Who::Attacker, true) => Self::GuessRight,
            (Who::Attacker, false) => Self::GuessWrong,
            (_, false) => Self::OwnerWrong,
            (_, true) if known_device => Self::OwnerOnKnownDevice,
            (_, true) => Self::OwnerElsewhere,
        }
    }
}

/// The answers, by who tried.
#[derive(Debug)]
pub struct Judgement {
    groups: BTreeMap<Group, Counts>,
    entered: HashSet<String>,
}

impl Judgement {
    pub(crate) fn of(
        truth: &Truth,
        rows: &[OutcomeRow],
        users: &Users,
        attempts: &Attempts,
    ) -> Self {
        let passwords: HashMap<_, _> = users
            .rows
            .iter()
            .map(|user| (spelling(&user.identifier), user.password.expose_secret()))
            .collect();
        let is_right = |attempt: &Attempt| {
            let password = passwords.get(&spelling(&attempt.identifier));
            password == Some(&attempt.password.expose_secret())
        };
        let mut groups = BTreeMap::<_, Counts>::new();
        let mut entered = HashSet::new();
        for (attempt, row) in attempts.rows.iter().zip(rows) {
            let Some(who) = truth.of_line(attempt.line) else {
                continue;
            };
            let group = Group::of(who, is_right(attempt), row.known_device);
            groups.entry(group).or_default().add(row.answer);
            if group == Group::GuessRight && row.answer == Answer::Verified {
                entered.insert(spelling(&attempt.identifier));
            }
        }
        Self { groups, entered }
    }

    /// The answers that a group got.
    pub fn counts(&self, group: Group) -> Counts {
        self.groups.get(&group).copied().unwrap_or_default()
    }

    /// How many accounts attackers got into.
    pub fn accounts_entered(&self) -> usize {
        self.entered.len()
    }

    /// Owners' right passwords that did not get them in at once.
    pub fn owners_refused(&self) -> u64 {
        let refused = |group| {
            let counts = self.counts(group);
            counts.total() - counts.of(Answer::Verified)
        };
        refused(Group::OwnerOnKnownDevice) + refused(Group::OwnerElsewhere)
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut heading = vec!["who".to_owned(), "attempts".to_owned()];
        heading.extend(Answer::ALL.map(|answer| answer.name().to_owned()));
        let line = |group: Group| {
            let counts = self.counts(group);
            let mut line = vec![group.name().to_owned(), counts.total().to_string()];
            line.extend(Answer::ALL.map(|answer| counts.of(answer).to_string()));
            line
        };
        let mut rows = vec![heading];
        rows.extend(Group::ALL.map(line));
        f.write_str(&table(&rows))?;
        let (known, elsewhere) =
            (self.counts(Group::OwnerOnKnownDevice), self.counts(Group::OwnerElsewhere));
        let asked = |answer| known.of(answer) + elsewhere.of(answer);
        writeln!(
            f,
            "\nowners' right logins refused: {} of {} ({} asked for a code, {} to wait, {} rejected, \
             {} errors)",
            self.owners_refused(),
            known.total() + elsewhere.total(),
            asked(Answer::StepUp),
            asked(Answer::Wait),
            asked(Answer::Rejected),
            asked(Answer::Error),
        )?;
        let guesses = self.counts(Group::GuessRight);
        writeln!(
            f,
            "attackers' right guesses let in: {} of {}, on {} accounts",
            guesses.of(Answer::Verified),
            guesses.total(),
            self.accounts_entered(),
        )
    }
}
