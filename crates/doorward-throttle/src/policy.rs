//! The policy: how many failures each scope may hold, and what waits they earn.

use std::time::Duration;

use thiserror::Error;

use crate::ladder::Ladder;
use crate::scope::ScopeKind;
use crate::window::Window;

/// The rules of the door, as data.
///
/// [`Policy::recommended`] is a good start; [`Policy::builder`] changes parts of it and refuses what
/// would be unsafe or absurd.
///
/// | scope | free failures | then waits of | in a window of | a guesser gets at most |
/// |---|---|---|---|---|
/// | account, unknown devices | 4 | 1, 5, 15, 60 min | 24 h | 30 a day, 60 in a row |
/// | known device | 8 | 1, 5, 15, 60 min | 24 h | 10 in a row, then it is unknown; 37 a day |
/// | source (IPv4, IPv6 /64) | 6 | 1, 5, 15, 60 min | 24 h | 42 a day |
/// | prefix (IPv4 /24, IPv6 /48) | 20 | 10 s, 1, 5 min | 24 h | 359 a day |
/// | no address | 6 | 1, 5, 15, 60 min | 24 h | 42 a day, all together |
/// | site, unknown devices | 60 | step-up; without it 1, 5, 15 s | 4 h | with step-up, learns nothing |
///
/// Sources, prefixes and the site are shared by people: three logins there (six for the site) make up
/// for one failure, so an office behind one address is not taken for a sprayer. A source is forgiven
/// at most 300 failures like that, a prefix 1,000, and one account speaks for its network five times a
/// day. Of one source the site counts only the first 3 failures, of one prefix the first 10: it is
/// there for guesses from many places, which no other rule sees.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(crate) account: ScopeRule,
    pub(crate) device: ScopeRule,
    pub(crate) source: ScopeRule,
    pub(crate) prefix: ScopeRule,
    pub(crate) unaddressed: ScopeRule,
    pub(crate) site: ScopeRule,
    /// So many failures of one source, and of one prefix, count for the site; further ones do not.
    pub(crate) site_counts_of_source: u64,
    pub(crate) site_counts_of_prefix: u64,
    pub(crate) reservations: Window,
    pub(crate) consecutive_memory: Duration,
    pub(crate) credits_per_account: u64,
    pub(crate) codes: Window,
    pub(crate) codes_per_window: u64,
}

/// The rule of one kind of scope.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ScopeRule {
    pub(crate) ladder: Ladder,
    pub(crate) window: Window,
    /// So many verified attempts make up for one failure; `None` where no one shares.
    pub(crate) verified_per_credit: Option<u64>,
    /// No more failures than this are made up for, however many log in: a sprayer with accounts of
    /// his own must not buy a network without end.
    pub(crate) most_credits: u64,
    /// The bound on failures in a row, where one is kept.
    pub(crate) consecutive: Option<u64>,
}

impl Policy {
    /// NIST SP 800-63B-4, section 3.2.2: no more consecutive failures than this on one account.
    pub const MOST_CONSECUTIVE: u64 = 100;
    /// No policy lets strangers guess at one account more often than this a day.
    pub const MOST_GUESSES_PER_DAY: u64 = 100;

    /// The defaults of the table above.
    ///
    /// A bound on failures in a row and waits that always end contradict each other for someone
    /// who guesses for ever. Here strangers reach 60 in a row after more than a day of steady
    /// guessing; from then on a right password from an unknown device needs a step-up, and without
    /// a way to step up it waits until the run is 30 days old. Known devices notice neither.
    pub fn recommended() -> Self {
        let day = Window::of(7_200, 12);
        let shared = |rungs: &[(u64, u64)], window| ScopeRule {
            ladder: Ladder::preset(rungs),
            window,
            verified_per_credit: Some(3),
            most_credits: 300,
            consecutive: None,
        };
        let own = |rungs: &[(u64, u64)], most| ScopeRule {
            ladder: Ladder::preset(rungs),
            window: day,
            verified_per_credit: None,
            most_credits: 0,
            consecutive: Some(most),
        };
        let source = [(6, 60), (10, 300), (15, 900), (20, 3_600)];
        Self {
            account: own(&[(4, 60), (5, 300), (6, 900), (7, 3_600)], 60),
            device: own(&[(8, 60), (9, 300), (10, 900), (15, 3_600)], 10),
            source: shared(&source, day),
            prefix: ScopeRule {
                most_credits: 1_000,
                ..shared(&[(20, 10), (40, 60), (80, 300)], day)
            },
            unaddressed: ScopeRule { verified_per_credit: None, ..shared(&source, day) },
            site: ScopeRule {
                verified_per_credit: Some(6),
                most_credits: u64::MAX,
                ..shared(&[(60, 1), (300, 5), (600, 15)], Window::of(1_200, 12))
            },
            site_counts_of_source: 3,
            site_counts_of_prefix: 10,
            reservations: Window::of(30, 4),
            consecutive_memory: Duration::from_secs(30 * 86_400),
            credits_per_account: 5,
            codes: Window::of(900, 4),
            codes_per_window: 5,
        }
    }

    /// Starts from [`Policy::recommended`].
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder { policy: Self::recommended() }
    }

    /// How long an attempt may take from reservation to settlement before its room lapses. A caller
    /// must give up on checking a password sooner than that, or the cap is not exact.
    pub fn reservation_length(&self) -> Duration {
        self.reservations.length()
    }

    /// The most guesses that strangers get at one account in any 24 hours.
    pub fn guesses_per_day(&self) -> u64 {
        self.account.ladder.most_within(Duration::from_secs(86_400))
    }

    pub(crate) fn rule(&self, kind: ScopeKind) -> &ScopeRule {
        match kind {
            ScopeKind::Account => &self.account,
            ScopeKind::Device => &self.device,
            ScopeKind::Source => &self.source,
            ScopeKind::Prefix => &self.prefix,
            ScopeKind::Unaddressed => &self.unaddressed,
            ScopeKind::Site => &self.site,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::recommended()
    }
}

/// Changes parts of the recommended policy.
///
/// ```
/// use std::time::Duration;
/// use doorward_throttle::{Ladder, Policy, PolicyError};
///
/// let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
/// let gentle = Ladder::new([(3, minutes(2)), (4, minutes(10)), (6, minutes(60))])?;
/// let policy = Policy::builder().account(gentle).build()?;
/// assert!(policy.guesses_per_day() <= 30);
///
/// let open = Ladder::new([(1_000, minutes(1))])?;
/// assert!(matches!(
///     Policy::builder().account(open).build(),
///     Err(PolicyError::TooManyGuesses { .. })
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyBuilder {
    policy: Policy,
}

impl PolicyBuilder {
    /// The waits that an account's failures earn strangers.
    pub fn account(mut self, ladder: Ladder) -> Self {
        self.policy.account.ladder = ladder;
        self
    }

    /// The waits that a known device's own failures earn it.
    pub fn device(mut self, ladder: Ladder) -> Self {
        self.policy.device.ladder = ladder;
        self
    }

    /// The waits of an IPv4 address or IPv6 /64.
    pub fn source(mut self, ladder: Ladder) -> Self {
        self.policy.source.ladder = ladder;
        self
    }

    /// The waits of an IPv4 /24 or IPv6 /48.
    pub fn prefix(mut self, ladder: Ladder) -> Self {
        self.policy.prefix.ladder = ladder;
        self
    }

    /// The waits that all attempts without a source address share.
    pub fn unaddressed(mut self, ladder: Ladder) -> Self {
        self.policy.unaddressed.ladder = ladder;
        self
    }

    /// The waits of the whole site; where a step-up is possible, the first rung is where it begins.
    pub fn site(mut self, ladder: Ladder) -> Self {
        self.policy.site.ladder = ladder;
        self
    }

    /// The most failures in a row, of strangers on an account and of one known device.
    pub fn consecutive(mut self, strangers: u64, device: u64) -> Self {
        self.policy.account.consecutive = Some(strangers);
        self.policy.device.consecutive = Some(device);
        self
    }

    /// Checks that the whole is safe.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] says which bound is broken and how to keep it.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let policy = self.policy;
        let strangers = policy.account.consecutive.unwrap_or(u64::MAX);
        let device = policy.device.consecutive.unwrap_or(u64::MAX);
        let in_a_row = strangers.saturating_add(device);
        if strangers == 0 || device == 0 {
            return Err(PolicyError::NobodyGetsIn);
        }
        if in_a_row > Policy::MOST_CONSECUTIVE {
            return Err(PolicyError::TooManyConsecutive { in_a_row });
        }
        for kind in KINDS {
            let longest = policy.rule(kind).ladder.longest();
            if longest > LONGEST_WAIT {
                return Err(PolicyError::TooLongAWait { scope: kind, seconds: longest.as_secs() });
            }
            let guesses = policy.rule(kind).ladder.most_within(Duration::from_secs(86_400));
            let most = most_guesses(kind);
            if guesses > most {
                return Err(PolicyError::TooManyGuesses { scope: kind, guesses, most });
            }
        }
        Ok(policy)
    }
}

/// A wait beyond this keeps an owner out for the sake of nothing: the bounds hold without it.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// The most guesses a day that a policy may let anybody have: what one source, one network or a whole
/// site needs for its people's mistakes, several times over.
const fn most_guesses(kind: ScopeKind) -> u64 {
    match kind {
        ScopeKind::Account | ScopeKind::Device => Policy::MOST_GUESSES_PER_DAY,
        ScopeKind::Source | ScopeKind::Unaddressed => 1_000,
        ScopeKind::Prefix => 10_000,
        ScopeKind::Site => 1_000_000,
    }
}

const KINDS: [ScopeKind; 6] = [
    ScopeKind::Account,
    ScopeKind::Device,
    ScopeKind::Source,
    ScopeKind::Prefix,
    ScopeKind::Unaddressed,
    ScopeKind::Site,
];

/// Why a policy is not safe to run.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PolicyError {
    /// A bound of zero.
    #[error("a bound of 0 failures in a row lets nobody in: allow at least 1")]
    NobodyGetsIn,
    /// Against NIST SP 800-63B-4, section 3.2.2.
    #[error(
        "{in_a_row} failures in a row are too many: strangers and one device together may have at \
         most 100 (NIST SP 800-63B-4)"
    )]
    TooManyConsecutive {
        /// Strangers' and one device's together.
        in_a_row: u64,
    },
    /// A ladder is too flat to stop anybody.
    #[error(
        "{scope:?}: the waits allow {guesses} guesses a day, {most} are the most: let them begin \
         earlier or grow longer"
    )]
    TooManyGuesses {
        /// Whose ladder.
        scope: ScopeKind,
        /// In any 24 hours.
        guesses: u64,
        /// What is allowed there.
        most: u64,
    },
    /// A wait that would shut an owner out.
    #[error("{scope:?}: a wait of {seconds} s shuts owners out; 86400 s (a day) are the most")]
    TooLongAWait {
        /// Whose ladder.
        scope: ScopeKind,
        /// Its longest wait.
        seconds: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_recommended_policy_is_what_it_computes() {
        let policy = Policy::recommended();
        let per_day =
            KINDS.map(|kind| policy.rule(kind).ladder.most_within(Duration::from_secs(86_400)));
        assert_eq!(policy.guesses_per_day(), 30);
        assert_eq!(per_day[..5], [30, 37, 42, 359, 42]);
        for kind in KINDS {
            let rungs = policy.rule(kind).ladder.clone();
            assert!(Ladder::new(rungs.rungs()).is_ok(), "{kind:?}");
        }
        assert_eq!(Policy::builder().build(), Ok(policy));
    }

    #[test]
    fn unsafe_bounds_are_refused_with_their_reason() {
        let refused = |builder: PolicyBuilder| builder.build().unwrap_err();
        assert_eq!(
            refused(Policy::builder().consecutive(95, 10)),
            PolicyError::TooManyConsecutive { in_a_row: 105 }
        );
        assert_eq!(refused(Policy::builder().consecutive(0, 10)), PolicyError::NobodyGetsIn);
        let week = Ladder::new([(3, Duration::from_secs(604_800))]).unwrap();
        assert!(matches!(
            refused(Policy::builder().source(week)),
            PolicyError::TooLongAWait { scope: ScopeKind::Source, seconds: 604_800 }
        ));
    }
}
