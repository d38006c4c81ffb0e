//! The scores of several systems in several scenarios.

use super::scenario::Scenario;
use super::score::Score;

/// A score for each system in each scenario.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) accounts: u32,
    /// The systems, in order.
    pub(crate) names: Vec<&'static str>,
    pub(crate) scenarios: Vec<Scenario>,
    /// By scenario, then by system.
    pub(crate) scores: Vec<Vec<Score>>,
}

/// What one system scored in all scenarios together.
#[derive(Debug)]
pub(crate) struct Total {
    pub(crate) entered: u64,
    /// Of all accounts of all scenarios.
    pub(crate) entered_share: f64,
    pub(crate) refused: f64,
    pub(crate) challenged: f64,
    pub(crate) lost: f64,
}

/// The worst shares of one system, each from the scenario where it is worst.
#[derive(Debug, Default)]
pub(crate) struct Worst {
    pub(crate) entered: f64,
    pub(crate) refused: f64,
    pub(crate) known_refused: f64,
    pub(crate) challenged: f64,
    pub(crate) known_challenged: f64,
    pub(crate) unknown_challenged: f64,
}

impl Comparison {
    /// Every scenario and system with its score.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&Scenario, &'static str, &Score)> {
        self.scenarios.iter().zip(&self.scores).flat_map(|(scenario, scores)| {
            let named = self.names.iter().zip(scores);
            named.map(move |(&name, score)| (scenario, name, score))
        })
    }

    /// All scenarios together, for the system at this place.
    pub(crate) fn total(&self, system: usize) -> Total {
        let sum = |part: &dyn Fn(&Score) -> u64| self.of(system).map(part).sum::<u64>();
        let share = |part: &dyn Fn(&Score) -> u64, of: &dyn Fn(&Score) -> u64| {
            let of = sum(of);
            if of == 0 { 0.0 } else { sum(part) as f64 / of as f64 }
        };
        Total {
            entered: sum(&Score::entered),
            entered_share: share(&Score::entered, &|score| score.accounts),
            refused: share(&|score| score.owners().refused, &|score| score.owners().right),
            challenged: share(&|score| score.owners().challenged, &|score| score.owners().right),
            lost: share(&|score| score.lost, &|score| score.logins),
        }
    }

    /// The worst of all scenarios, for the system at this place.
    pub(crate) fn worst(&self, system: usize) -> Worst {
        self.of(system).fold(Worst::default(), |worst, score| Worst {
            entered: worst.entered.max(score.entered_share()),
            refused: worst.refused.max(score.owners().refused_share()),
            known_refused: worst.known_refused.max(score.known.refused_share()),
            challenged: worst.challenged.max(score.owners().challenged_share()),
            known_challenged: worst.known_challenged.max(score.known.challenged_share()),
            unknown_challenged: worst.unknown_challenged.max(score.unknown.challenged_share()),
        })
    }

    fn of(&self, system: usize) -> impl Iterator<Item = &Score> {
        self.scores.iter().filter_map(move |scores| scores.get(system))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::attempt::Answer;

    #[test]
    fn totals_add_up_and_the_worst_scenario_is_found() {
        let score = |entered: u32, refused: u32| {
            let mut score = Score::of_accounts(10);
            (0..entered).for_each(|name| score.guess(name, true, Answer::Verified));
            (0..refused).for_each(|_| score.owner(true, Answer::Refused(1)));
            (refused..4).for_each(|_| score.owner(true, Answer::Verified));
            vec![score]
        };
        let comparison = Comparison {
            accounts: 10,
            names: vec!["one"],
            scenarios: Scenario::ALL[..2].to_vec(),
            scores: vec![score(3, 1), score(1, 2)],
        };
        let (total, worst) = (comparison.total(0), comparison.worst(0));
        assert_eq!((total.entered, total.entered_share, total.refused), (4, 0.2, 0.375));
        assert_eq!((worst.entered, worst.refused, worst.challenged), (0.3, 0.5, 0.0));
        assert_eq!(comparison.rows().count(), 2);
    }
}
