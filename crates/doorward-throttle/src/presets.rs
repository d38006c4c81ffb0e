//! Policies to start from.

use std::time::Duration;

use crate::detection::Detection;
use crate::ladder::Ladder;
use crate::networks::Networks;
use crate::policy::{Mode, Policy};
use crate::scope_rule::ScopeRule;
use crate::window::Window;

impl Policy {
    /// The defaults of the table above: for a service whose people log in with passwords they chose.
    ///
    /// Four free failures are what people need who mistype; what follows is 30 guesses a day for a
    /// stranger, of which even a list of the most common passwords makes little where new passwords are
    /// checked against one.
    ///
    /// A bound on failures in a row and waits that always end contradict each other for someone
    /// who guesses for ever. Here strangers reach 60 in a row after more than a day of steady
    /// guessing; from then on a right password from an unknown device needs a step-up, and without
    /// a way to step up it waits until the run is 30 days old. Known devices notice neither.
    pub fn recommended() -> Self {
        let own = |rungs, most| rule(rungs).with_consecutive(most);
        let source = [(6, 60), (10, 300), (15, 900), (20, 3_600)];
        Self {
            mode: Mode::Enforce,
            account: own(&[(4, 60), (5, 300), (6, 900), (7, 3_600)], 60),
            device: own(&[(8, 60), (9, 300), (10, 900), (15, 3_600)], 10),
            source: rule(&source).with_credits(3, 1_000),
            end_site: rule(&[(12, 10), (24, 60), (36, 300), (48, 900)]).with_credits(3, 1_000),
            prefix: rule(&[(20, 10), (40, 60), (80, 300)]).with_credits(3, 3_000),
            unaddressed: rule(&source),
            site: rule(&[(60, 1), (300, 5), (600, 15)]),
            detection: Detection::recommended(),
            trusted: Networks::default(),
            denied: Networks::default(),
            site_counts_of_account: 4,
            site_counts_of_source: 3,
            site_counts_of_prefix: 10,
            reservations: Window::of(30, 4),
            consecutive_memory: Duration::from_secs(30 * 86_400),
            credits_per_account: 5,
            codes: Window::of(900, 4),
            codes_per_window: 5,
        }
    }

    /// For operators' consoles, money and health: half of the free failures, 30 in a row, attacks
    /// are noticed sooner.
    ///
    /// People who mistype twice too often meet a wait of two minutes; on a new device they are asked
    /// for a code more often.
    pub fn strict() -> Self {
        let own = |rungs, most| rule(rungs).with_consecutive(most);
        let source = [(4, 120), (6, 600), (8, 1_800), (10, 3_600)];
        let recommended = Self::recommended();
        Self {
            account: own(&[(2, 120), (3, 600), (4, 1_800), (5, 3_600)], 30),
            device: own(&[(5, 60), (6, 300), (7, 900), (8, 3_600)], 8),
            source: rule(&source).with_credits(5, 100),
            end_site: rule(&[(8, 60), (16, 300), (24, 900)]).with_credits(5, 100),
            prefix: rule(&[(12, 60), (24, 300), (48, 900)]).with_credits(5, 300),
            unaddressed: rule(&source),
            detection: recommended
                .detection
                .clone()
                .with_password_accounts(4)
                .with_source_accounts(8)
                .with_surge_failures(12)
                .with_hit_budget(6_000),
            ..recommended
        }
    }

    /// For services where a stolen account is worth little and a person kept out is worth a lot: twice
    /// the free failures, shorter first waits. Strangers get 61 guesses a day.
    ///
    /// Attacks on the site are detected as by the recommended one: they cost owners nothing on known
    /// devices.
    pub fn lenient() -> Self {
        let own = |rungs, most| rule(rungs).with_consecutive(most);
        let source = [(12, 30), (20, 300), (30, 900), (40, 1_800)];
        Self {
            account: own(&[(8, 30), (10, 120), (12, 600), (14, 1_800)], 80),
            device: own(&[(12, 30), (16, 300), (18, 900), (20, 1_800)], 20),
            source: rule(&source).with_credits(2, 600),
            end_site: rule(&[(24, 10), (48, 60), (96, 300)]).with_credits(2, 600),
            prefix: rule(&[(40, 10), (80, 60), (160, 300)]).with_credits(2, 2_000),
            unaddressed: rule(&source),
            ..Self::recommended()
        }
    }
}

fn rule(rungs: &[(u64, u64)]) -> ScopeRule {
    ScopeRule::new(Ladder::preset(rungs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::ScopeKind;

    #[test]
    fn the_table_of_the_recommended_policy_is_what_it_computes() {
        let policy = Policy::recommended();
        let day = Duration::from_secs(86_400);
        let per_day = ScopeKind::JUDGES.map(|kind| policy.rule(kind).most_within(day));
        assert_eq!(policy.guesses_per_day(), 30);
        assert_eq!(per_day[..6], [30, 37, 42, 139, 359, 42]);
    }

    #[test]
    fn law_05_presets_are_safe_to_build() {
        for policy in [Policy::recommended(), Policy::strict(), Policy::lenient()] {
            assert_eq!(policy.to_builder().build().as_ref(), Ok(&policy));
            let longest = ScopeKind::JUDGES.map(|kind| policy.rule(kind).ladder().longest());
            assert!(longest.into_iter().all(|wait| wait <= Duration::from_secs(3_600)));
            for kind in ScopeKind::JUDGES {
                assert!(Ladder::new(policy.rule(kind).ladder().rungs()).is_ok(), "{kind:?}");
            }
        }
        let per_day = |policy: Policy| policy.guesses_per_day();
        assert!(per_day(Policy::strict()) < per_day(Policy::recommended()));
        assert_eq!(per_day(Policy::lenient()), 61);
    }
}
