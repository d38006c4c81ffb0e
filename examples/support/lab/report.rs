//! The numbers of a run, as tables for a person and as a sheet.

use std::fmt;

use super::comparison::Comparison;
use super::score::Score;
use crate::columns::table;

/// What every system scored in every scenario.
#[derive(Debug)]
pub struct Report {
    pub(crate) systems: Comparison,
    /// One of them with one rule less each, on a smaller site.
    pub(crate) ablations: Option<Comparison>,
}

impl Report {
    /// How many accounts a system lost, over all scenarios; `None` for one that did not take part.
    pub fn accounts_lost(&self, system: &str) -> Option<u64> {
        let at = self.systems.names.iter().position(|&name| name == system)?;
        Some(self.systems.total(at).entered)
    }

    /// Every number, a row for each system and scenario.
    ///
    /// # Errors
    ///
    /// What the CSV writer answers.
    pub fn sheet(&self) -> std::io::Result<Vec<u8>> {
        let mut sheet = csv::Writer::from_writer(Vec::new());
        sheet.write_record(SHEET)?;
        let parts = [("systems", Some(&self.systems)), ("ablations", self.ablations.as_ref())];
        for (part, comparison) in parts {
            let results = comparison.iter().flat_map(|comparison| comparison.rows());
            for (scenario, system, score) in results {
                for cell in [part, scenario.name, system] {
                    sheet.write_field(cell)?;
                }
                sheet.write_record(numbers(score).map(|number| number.to_string()))?;
            }
        }
        sheet.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scenario) in self.systems.scenarios.iter().enumerate() {
            let scores = &self.systems.scores[at];
            let Some(first) = scores.first() else { continue };
            writeln!(f, "{} ({})", scenario.name, scenario.title)?;
            writeln!(
                f,
                "{} accounts, {} logins, {} guesses, {} of them right\n",
                first.accounts, first.logins, first.guesses, first.right_guesses
            )?;
            writeln!(f, "{}", scenario_table(&self.systems.names, scores))?;
        }
        writeln!(f, "summary of {} scenarios\n", self.systems.scenarios.len())?;
        writeln!(f, "{}", summary_table(&self.systems))?;
        if let Some(ablations) = &self.ablations {
            writeln!(
                f,
                "ablations: one rule less each, and the other presets; {} accounts\n",
                ablations.accounts
            )?;
            writeln!(f, "{}", summary_table(ablations))?;
        }
        Ok(())
    }
}

/// A share in percent, with as many digits as a small one needs; zero is told from nearly zero.
pub(crate) fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        small if small < 0.01 => format!("{small:.5} %"),
        small if small < 1.0 => format!("{small:.3} %"),
        large => format!("{large:.2} %"),
    }
}

fn scenario_table(names: &[&str], scores: &[Score]) -> String {
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
            percent(score.unknown.challenged_share()),
            percent(score.lost_share()),
        ]
    };
    let heading = [
        "system",
        "accounts lost",
        "share",
        "right guesses in",
        "guesses answered",
        "owners refused",
        "known devices",
        "challenged",
        "known devices",
        "new devices",
        "logins lost",
    ];
    with_heading(&heading, names.iter().zip(scores).map(row))
}

fn summary_table(comparison: &Comparison) -> String {
    let row = |(at, name): (usize, &&str)| {
        let (total, worst) = (comparison.total(at), comparison.worst(at));
        vec![
            (*name).to_owned(),
            total.entered.to_string(),
            percent(worst.entered),
            percent(total.refused),
            percent(worst.refused),
            percent(worst.known_refused),
            percent(total.challenged),
            percent(worst.challenged),
            percent(worst.known_challenged),
            percent(worst.unknown_challenged),
            percent(total.lost),
        ]
    };
    let heading = [
        "system",
        "accounts lost",
        "worst",
        "owners refused",
        "worst",
        "known, worst",
        "challenged",
        "worst",
        "known, worst",
        "new, worst",
        "logins lost",
    ];
    with_heading(&heading, comparison.names.iter().enumerate().map(row))
}

fn with_heading(heading: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let heading = heading.iter().map(|&cell| cell.to_owned()).collect();
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

fn numbers(score: &Score) -> [u64; 14] {
    [
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
    ]
}

const SHEET: [&str; 17] = [
    "part",
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
        assert_eq!(percent(0.000_002), "0.00020 %");
        assert_eq!(percent(0.000_8), "0.080 %");
        assert_eq!(percent(0.123_4), "12.34 %");
    }
}
