//! What came of the attacks.

use std::fmt;

use doorward::Policy;

use crate::columns::table;
use crate::failure::Failure;

use super::attack::{Scene, Seen};

/// One attack, by all processes together.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "tests make some")]
pub struct Line {
    /// The attack.
    pub scene: Scene,
    /// What became of it.
    pub seen: Seen,
}

/// All attacks, beside the policy.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "tests make some")]
pub struct Report {
    /// One after the other.
    pub lines: Vec<Line>,
    /// What was in force.
    pub policy: Policy,
}

impl Report {
    /// How many passwords were checked beyond what the policy allows, over all attacks.
    pub fn overshoot(&self) -> u64 {
        self.lines.iter().map(|line| self.over(line)).sum()
    }

    /// The report, if the policy was kept.
    ///
    /// # Errors
    ///
    /// [`Failure`] that holds the report, when too much got through, or nothing, which shows nothing.
    pub fn judged(self) -> Result<Self, Failure> {
        if self.overshoot() > 0 {
            return Err(Failure::of_run("more got through than the policy allows", &self));
        }
        match self.lines.iter().find(|line| line.seen.verifications == 0 || line.seen.others > 0) {
            Some(_) => Err(Failure::of_run("this shows nothing", &self)),
            None => Ok(self),
        }
    }

    fn over(&self, line: &Line) -> u64 {
        line.seen.verifications.saturating_sub(line.scene.cap(&self.policy))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = [
            "attack",
            "attempts",
            "wrong",
            "told to wait",
            "errors",
            "checked",
            "cap",
            "overshoot",
        ];
        let mut rows = vec![heading.map(str::to_owned).to_vec()];
        for line in &self.lines {
            let Seen { verifications, rejected, waited, errors, .. } = line.seen;
            let cap = line.scene.cap(&self.policy);
            let attempts = line.seen.attempts();
            let counts = [attempts, rejected, waited, errors, verifications, cap, self.over(line)];
            let mut row = vec![line.scene.name().to_owned()];
            row.extend(counts.map(|count| count.to_string()));
            rows.push(row);
        }
        f.write_str(&table(&rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verifications: u64, others: u64) -> Report {
        let seen = Seen { verifications, others, waited: 9, ..Seen::default() };
        let lines = vec![Line { scene: Scene::OneAccount, seen }];
        Report { lines, policy: Policy::recommended() }
    }

    #[test]
    fn one_more_than_the_cap_is_a_failure_and_so_is_nothing() {
        assert_eq!(report(4, 0).judged().unwrap().overshoot(), 0);
        assert_eq!(report(5, 0).overshoot(), 1);
        for (bad, says) in [
            (report(5, 0), "more got through"),
            (report(0, 0), "nothing"),
            (report(4, 1), "nothing"),
        ] {
            let told = bad.judged().unwrap_err();
            assert!(told.to_string().contains(says), "{told}");
            assert_eq!(told.code(), 1);
        }
    }

    #[test]
    fn a_person_can_read_it() {
        let text = report(4, 0).to_string();
        assert!(
            text.contains("told to wait") && text.lines().all(|line| line.len() <= 120),
            "{text}"
        );
    }
}
