//! What became of each request.

use std::collections::BTreeMap;
use std::time::Duration;

use super::crowd::AGAIN;
use crate::sample::Sample;

/// Who has sent a request.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[allow(clippy::exhaustive_enums, reason = "a trial has these")]
pub enum Who {
    /// Whoever asks whether the service is well.
    Health,
    /// A guesser.
    Hostile,
    /// An owner on a device that has logged in before.
    Known,
    /// An owner on a new device, where they have logged in before.
    Home,
    /// An owner on a new device, where nobody has logged in before.
    Elsewhere,
}

/// One request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// Who.
    pub who: Who,
    /// When it was to be sent, since the beginning.
    pub at: Duration,
    /// From then to the end of the answer: a generator that falls behind hides nothing.
    pub took: Duration,
    /// Whether it did what it was sent for.
    pub is_good: bool,
    /// The status, or what went wrong.
    pub what: String,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Vec<Record>);

impl Ledger {
    /// One more.
    pub fn push(&mut self, record: Record) {
        self.0.push(record);
    }

    /// Those of one kind.
    pub fn of(&self, who: Who) -> impl Iterator<Item = &Record> {
        self.0.iter().filter(move |record| record.who == who)
    }

    /// How many were good, of how many.
    pub fn good(&self, who: Who) -> (usize, usize) {
        (self.of(who).filter(|record| record.is_good).count(), self.of(who).count())
    }

    /// How many were good at the first try.
    pub fn good_at_once(&self, who: Who) -> usize {
        self.of(who).filter(|record| record.is_good && !record.what.ends_with(AGAIN)).count()
    }

    /// How long those took that were good.
    pub fn times(&self, who: Who) -> Sample {
        self.of(who)
            .filter(|record| record.is_good)
            .map(|record| record.took.as_secs_f64())
            .collect()
    }

    /// How often each answer was given, the most frequent first.
    pub fn answers(&self, who: Who) -> String {
        let mut counts = BTreeMap::<&str, usize>::new();
        for record in self.of(who) {
            *counts.entry(&record.what).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shown: Vec<_> = counts.iter().map(|(what, count)| format!("{what}: {count}")).collect();
        shown.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_kind() {
        let mut ledger = Ledger::default();
        for (who, is_good, what) in [
            (Who::Known, true, "200"),
            (Who::Known, false, "503"),
            (Who::Known, false, "503"),
            (Who::Home, true, "200"),
        ] {
            let took = Duration::from_millis(2);
            ledger.push(Record { who, at: Duration::ZERO, took, is_good, what: what.to_owned() });
        }
        assert_eq!((ledger.good(Who::Known), ledger.good(Who::Home)), ((1, 3), (1, 1)));
        assert_eq!(ledger.answers(Who::Known), "503: 2, 200: 1");
        assert_eq!(ledger.times(Who::Known).count(), 1);
    }
}
