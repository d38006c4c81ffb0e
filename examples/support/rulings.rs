//! What each rule did, and to whom.

use std::collections::BTreeMap;
use std::fmt;

use crate::columns::table;
use crate::outcomes::OutcomeRow;
use crate::ruling::{Measure, Ruling};
use crate::truth::{Truth, Who};

/// How many attempts met each rule; with the truth, whose.
#[derive(Debug)]
pub struct Rulings {
    counts: BTreeMap<Ruling, Met>,
    tells_who: bool,
}

#[derive(Debug, Default)]
struct Met {
    attempts: u64,
    by_who: BTreeMap<Who, u64>,
}

impl Rulings {
    pub(crate) fn of(rows: &[OutcomeRow], truth: Option<&Truth>) -> Self {
        let mut counts = BTreeMap::<_, Met>::new();
        for row in rows {
            let Some(ruling) = row.ruling else { continue };
            let met = counts.entry(ruling).or_default();
            met.attempts += 1;
            if let Some(who) = truth.and_then(|truth| truth.of_line(row.line)) {
                *met.by_who.entry(who).or_default() += 1;
            }
        }
        Self { counts, tells_who: truth.is_some() }
    }

    /// How often a measure was taken.
    pub fn taken(&self, measure: Measure) -> u64 {
        let of_measure = self.counts.iter().filter(|(ruling, _)| ruling.measure == measure);
        of_measure.map(|(_, met)| met.attempts).sum()
    }

    /// Each ruling, and how many attempts met it.
    pub fn iter(&self) -> impl Iterator<Item = (Ruling, u64)> + '_ {
        self.counts.iter().map(|(&ruling, met)| (ruling, met.attempts))
    }

    /// How many of these people's attempts met a ruling, as far as the truth was told.
    pub fn met(&self, ruling: Ruling, who: Who) -> u64 {
        let met = self.counts.get(&ruling).and_then(|met| met.by_who.get(&who));
        met.copied().unwrap_or(0)
    }
}

/// Nothing, where no rule did anything.
impl fmt::Display for Rulings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.counts.is_empty() {
            return Ok(());
        }
        let people: &[Who] = if self.tells_who { &Who::ALL } else { &[] };
        let mut heading = ["answer", "rule", "attempts"].map(str::to_owned).to_vec();
        heading.extend(people.iter().map(Who::to_string));
        let mut rows = vec![heading];
        for (ruling, attempts) in self.iter() {
            let name = ruling.measure.name().to_owned();
            let mut row = vec![name, ruling.rule.name().to_owned(), attempts.to_string()];
            row.extend(people.iter().map(|&who| self.met(ruling, who).to_string()));
            rows.push(row);
        }
        f.write_str(&table(&rows))
    }
}
