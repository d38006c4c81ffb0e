//! What a rule does while its counters cannot be reached.

use std::num::NonZeroU32;

use crate::policy::Policy;
use crate::reservation::Reservation;
use crate::scope::ScopeKind;

/// What happens to attempts that a rule would judge when the store of its counters does not answer.
///
/// An attempt goes on only where *every* rule that judges it does. The wrong choice costs in both
/// directions: closed, an outage of the counters is an outage of the login; open, whoever can cause an
/// outage guesses as if the rule were not there.
///
/// ```
/// use std::num::NonZeroU32;
/// use doorward_throttle::{Outage, Policy, ScopeKind};
///
/// let local = Outage::Local { instances: NonZeroU32::new(8).unwrap() };
/// let mut policy = Policy::builder();
/// for kind in ScopeKind::JUDGES {
///     policy = policy.outage(kind, local);
/// }
/// assert!(policy.build()?.may_go_on());
/// # Ok::<(), doorward_throttle::PolicyError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outage {
    /// Nobody is let in: the attempt ends in an error.
    #[default]
    Closed,
    /// Each instance counts by itself, and lets so much less through that all of them together keep to
    /// about the budget. It does so in bounded memory: of more than 65,536 rows, those that counted least
    /// go first.
    ///
    /// What holds in one outage, on top of what the store had counted before it:
    ///
    /// - Of any number of attempts at once, each instance lets `budget / instances` fail before the
    ///   first wait, rounded down, but at least one: all together at most the budget, or `instances`
    ///   if that is more. Likewise for failures in a row.
    /// - Each instance lets one through per longest wait, too, so a patient guesser gets more in a day
    ///   than while the store answers: with the recommended rule of accounts, 25 at each of eight
    ///   instances instead of 30, until [`consecutive`](crate::ScopeRule::consecutive) ends it after
    ///   seven each.
    /// - What only the store knows is not known: the waits that run, which device was revoked, and which
    ///   proof of a device is the newest. (A password that was changed is known, and makes all devices
    ///   unknown.)
    /// - When the store answers again, what was counted is written to it before it decides on the same
    ///   scope. Where a reply was lost, something may count twice; and an attempt that the store knows only the
    ///   beginning of has failed for its source.
    Local {
        /// How many instances share the budget; more of them than this exceed it.
        instances: NonZeroU32,
    },
    /// The rule is as good as absent, and nothing is counted for it. Not for accounts and devices,
    /// whose rules bound guessing.
    Open,
}

impl Policy {
    /// The policy of one instance that counts by itself: where the rule is
    /// [`Local`](Outage::Local) a share of what it lets through, else the same.
    ///
    /// A rule that is [`Open`](Outage::Open) is not changed; whoever gives it an empty row has it
    /// judge nobody.
    #[must_use]
    pub fn degraded(&self) -> Self {
        let mut degraded = self.clone();
        for kind in ScopeKind::JUDGES {
            if let Outage::Local { instances } = self.rule(kind).outage {
                let instances = u64::from(instances.get());
                *degraded.rule_mut(kind) = self.rule(kind).divided(instances);
                if kind == ScopeKind::Account {
                    degraded.codes_per_window = (self.codes_per_window / instances).max(1);
                }
            }
        }
        degraded
    }

    /// Whether an attempt goes on while its counters cannot be reached: whether all that judge it do.
    pub fn goes_on(&self, reservation: &Reservation) -> bool {
        reservation.judges().all(|scope| self.rule(scope.kind()).outage != Outage::Closed)
    }

    /// Whether any attempt could.
    pub fn may_go_on(&self) -> bool {
        ScopeKind::JUDGES.into_iter().any(|kind| self.rule(kind).outage != Outage::Closed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::scope::{Attempt, Device};

    fn local(instances: u32) -> Outage {
        Outage::Local { instances: NonZeroU32::new(instances).unwrap() }
    }

    #[test]
    fn all_instances_together_keep_to_the_budget_or_one_each() {
        for instances in [1, 2, 3, 4, 5, 8, 60, 1_000] {
            let policy = Policy::recommended().to_builder();
            let policy = policy.outage(ScopeKind::Account, local(instances)).build().unwrap();
            let (whole, share) = (policy.rule(ScopeKind::Account), policy.degraded());
            let share = share.rule(ScopeKind::Account);
            let free = |rule: &crate::ScopeRule| rule.ladder().rungs().next().unwrap().0;
            let instances = u64::from(instances);
            assert!(instances * free(share) <= free(whole).max(instances));
            let in_a_row = |rule: &crate::ScopeRule| rule.consecutive().unwrap();
            assert!(instances * in_a_row(share) <= in_a_row(whole).max(instances));
        }
    }

    #[test]
    fn a_day_of_eight_instances_is_what_the_page_says() {
        let policy = Policy::recommended().to_builder();
        let policy = policy.outage(ScopeKind::Account, local(8)).build().unwrap().degraded();
        let rule = policy.rule(ScopeKind::Account);
        assert_eq!(policy.guesses_per_day(), 25);
        assert_eq!(rule.consecutive(), Some(7));
        assert_eq!(policy.codes_per_window, 1);
        assert_eq!(Policy::recommended().degraded(), Policy::recommended());
    }

    #[test]
    fn an_attempt_goes_on_only_if_all_that_judge_it_do() {
        let stranger =
            Attempt { account: b"a", device: None, source: "192.0.2.1".parse().ok(), guess: None };
        let device = Device { id: b"d", issued_at: SystemTime::UNIX_EPOCH };
        let owner = Attempt { device: Some(device), ..stranger };
        let goes_on = |policy: &Policy, attempt| {
            policy.goes_on(
                &policy
                    .reserve(attempt, SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000))
                    .0,
            )
        };
        let closed = Policy::recommended();
        assert!(!closed.may_go_on() && !goes_on(&closed, &owner));
        let device = closed.to_builder().outage(ScopeKind::Device, local(2)).build().unwrap();
        assert!(device.may_go_on() && goes_on(&device, &owner) && !goes_on(&device, &stranger));
        let mut most = closed.to_builder().outage(ScopeKind::Account, local(2));
        for kind in [ScopeKind::Source, ScopeKind::Prefix] {
            most = most.outage(kind, Outage::Open);
        }
        assert!(!goes_on(&most.clone().build().unwrap(), &stranger), "the site is closed");
        let all = most.outage(ScopeKind::Site, Outage::Open).build().unwrap();
        assert!(goes_on(&all, &stranger) && !goes_on(&all, &owner));
    }
}
