//! The numbers of a run, as tables for a person and as a sheet.

use std::fmt;

use super::score::Score;
use crate::columns::table;

/// What every system scored in every scenario.
#[derive(Debug)]
pub struct Report {
    /// The systems that are compared, in order.
    pub(crate) systems: Vec<&'static str>,
    /// Variants of one of them.
    pub(crate) ablations: Vec<&'static str>,
    pub(crate) results: Vec<ScenarioResult>,
}

/// One scenario: the score of each system, then of each ablation.
#[derive(Debug)]
pub(crate) struct ScenarioResult {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) scores: Vec<Score>,
}

impl Report {
    /// How many accounts a system lost, over all scenarios; `None` for a system that did not take part.
    pub fn accounts_lost(&self, system: &str) -> Option<u64> {
        let at = self.systems.iter().position(|&name| name == system)?;
        Some(self.scores(at).map(Score::entered).sum())
    }

    /// Every number, a row for each system and scenario.
    ///
    /// # Errors
    ///
    /// What the CSV writer answers.
    pub fn sheet(&self) -> std::io::Result<Vec<u8>> {
        let mut sheet = csv::Writer::from_writer(Vec::new());
        sheet.write_record(SHEET)?;
        for result in &self.results {
            for (name, score) in self.names().zip(&result.scores) {
                let numbers = [
                    score.accounts,
                    score.guesses,
                    score.answered,
                    score.right_guesses,
                    score.right_let_in,
                    score.entered(),
                    score.logins,
                    score.lost,
                    score.known.right,
                    score.known.refused,
                    score.known.challenged,
                    score.unknown.right,
                    score.unknown.refused,
                    score.unknown.challenged,
                ];
                sheet.write_field(result.name)?;
                sheet.write_field(name)?;
                sheet.write_record(numbers.map(|number| number.to_string()))?;
            }
        }
        sheet.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.systems.iter().chain(&self.ablations).copied()
    }

    /// Of one system, in every scenario.
    pub(crate) fn scores(&self, at: usize) -> impl Iterator<Item = &Score> + '_ {
        self.results.iter().filter_map(move |result| result.scores.get(at))
    }

    fn scenario(&self, result: &ScenarioResult) -> String {
        let heading = [
            "system",
            "accounts lost",
            "share",
            "right guesses in",
            "guesses answered",
            "owners refused",
            "of known",
            "challenged",
            "of known",
            "logins lost",
        ];
        let row = |(name, score): (&&str, &Score)| {
            let owners = score.owners();
            vec![
                (*name).to_owned(),
                score.entered().to_string(),
                percent(score.entered_share()),
                score.right_let_in.to_string(),
                percent(score.answered_share()),
                percent(owners.refused_share()),
                percent(score.known.refused_share()),
                percent(owners.challenged_share()),
                percent(score.known.challenged_share()),
                percent(score.lost_share()),
            ]
        };
        let rows = self.systems.iter().zip(&result.scores).map(row);
        table(&std::iter::once(heading.map(str::to_owned).to_vec()).chain(rows).collect::<Vec<_>>())
    }

    /// For the systems from `first` on: the worst scenario and the sum of all.
    fn summary(&self, rows: &[(usize, &str)]) -> String {
        let heading = [
            "system",
            "accounts lost",
            "worst",
            "owners refused",
            "worst",
            "of known, worst",
            "challenged",
            "worst",
            "logins lost",
        ];
        let row = |&(at, name): &(usize, &str)| {
            let worst = |share: &dyn Fn(&Score) -> f64| {
                percent(self.scores(at).map(share).fold(0.0, f64::max))
            };
            let all = |part: &dyn Fn(&Score) -> u64, of: &dyn Fn(&Score) -> u64| {
                let (part, of) = self
                    .scores(at)
                    .fold((0, 0), |sum, score| (sum.0 + part(score), sum.1 + of(score)));
                percent(if of == 0 { 0.0 } else { part as f64 / of as f64 })
            };
            let right = |score: &Score| score.owners().right;
            vec![
                name.to_owned(),
                self.scores(at).map(Score::entered).sum::<u64>().to_string(),
                worst(&Score::entered_share),
                all(&|score| score.owners().refused, &right),
                worst(&|score| score.owners().refused_share()),
                worst(&|score| score.known.refused_share()),
                all(&|score| score.owners().challenged, &right),
                worst(&|score| score.owners().challenged_share()),
                all(&|score| score.lost, &|score| score.logins),
            ]
        };
        let heading = std::iter::once(heading.map(str::to_owned).to_vec());
        table(&heading.chain(rows.iter().map(row)).collect::<Vec<_>>())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for result in &self.results {
            if let Some(score) = result.scores.first() {
                writeln!(
                    f,
                    "{} ({}): {} accounts, {} logins, {} guesses, {} of them right\n",
                    result.name,
                    result.title,
                    score.accounts,
                    score.logins,
                    score.guesses,
                    score.right_guesses
                )?;
            }
            writeln!(f, "{}", self.scenario(result))?;
        }
        let rows: Vec<_> = self.systems.iter().copied().enumerate().collect();
        writeln!(f, "summary: {} scenarios\n\n{}", self.results.len(), self.summary(&rows))?;
        if let (Some(last), false) = (rows.last(), self.ablations.is_empty()) {
            let mut ablated = vec![*last];
            ablated.extend((rows.len()..).zip(self.ablations.iter().copied()));
            writeln!(f, "ablations: one rule less each\n\n{}", self.summary(&ablated))?;
        }
        Ok(())
    }
}

/// A share in percent, with as many digits as a small one needs; zero is told from nearly zero.
pub(crate) fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        small if small < 0.01 => format!("{small:.4} %"),
        small if small < 1.0 => format!("{small:.3} %"),
        large => format!("{large:.2} %"),
    }
}

const SHEET: [&str; 16] = [
    "scenario",
    "system",
    "accounts",
    "guesses",
    "guesses_answered",
    "right_guesses",
    "right_guesses_let_in",
    "accounts_lost",
    "logins",
    "logins_lost",
    "known_right",
    "known_refused",
    "known_challenged",
    "unknown_right",
    "unknown_refused",
    "unknown_challenged",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_told_from_nearly_zero() {
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.000_002), "0.0002 %");
        assert_eq!(percent(0.000_8), "0.080 %");
        assert_eq!(percent(0.123_4), "12.34 %");
    }
}
