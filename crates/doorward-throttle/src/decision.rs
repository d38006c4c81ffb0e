//! What the policy answers to a reserved attempt.

use std::time::{Duration, SystemTime};

use crate::scope::ScopeKind;

/// The answer to a reserved attempt.
#[derive(Debug)]
#[must_use = "a decision that is not acted on lets everybody in"]
#[allow(clippy::exhaustive_enums, reason = "a caller must act on every decision")]
pub enum Decision {
    /// Go on: the password may be checked once.
    Admit(Admission),
    /// Attempts under way fill what is left of a budget. Release, wait for one of them to settle,
    /// and reserve again: if they turn out right, there is room, and nobody right is refused.
    Busy,
    /// Out of budget. Release: the attempt does not count.
    Deny(Denial),
    /// The device has guessed too often. Release, and reserve again without the device.
    Distrust,
}

/// The right to check one password once: what a hash is computed for.
///
/// Only [`Policy::decide`](crate::Policy::decide) makes one, and settling consumes it.
///
/// ```compile_fail
/// let forged = doorward_throttle::Admission { challenge: None, observed: None };
/// ```
#[derive(Debug)]
#[must_use = "an admission has to be settled, or its reservation holds room until it lapses"]
pub struct Admission {
    challenge: Option<Rule>,
    observed: Option<Observed>,
}

/// What a policy that only monitors would have done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a policy does these two things")]
pub enum Observed {
    /// Asked for a step-up, by this rule.
    StepUp(Rule),
    /// Made the attempt wait.
    Wait(Denial),
}

impl Admission {
    pub(crate) fn new(challenge: Option<Rule>) -> Self {
        Self { challenge, observed: None }
    }

    pub(crate) fn observing(observed: Option<Observed>) -> Self {
        Self { challenge: None, observed }
    }

    /// The rule under which the answer must be a step-up, whatever the password was.
    pub fn challenge(&self) -> Option<Rule> {
        self.challenge
    }

    /// What would have happened if the policy were in force.
    pub fn observed(&self) -> Option<Observed> {
        self.observed
    }
}

/// A refusal that explains itself: until when, and by which rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Denial {
    rule: Rule,
    until: SystemTime,
}

impl Denial {
    pub(crate) fn new(rule: Rule, until: SystemTime) -> Self {
        Self { rule, until }
    }

    /// The rule that refuses, for the operator.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// An attempt at this moment is not refused by what is counted now.
    pub fn until(&self) -> SystemTime {
        self.until
    }

    /// How long from `now`, zero when it is over.
    pub fn wait_from(&self, now: SystemTime) -> Duration {
        self.until.duration_since(now).unwrap_or(Duration::ZERO)
    }
}

/// The rules that can refuse or challenge an attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Rule {
    /// Failures on the account from unknown devices.
    Account,
    /// Consecutive failures on the account from unknown devices (NIST SP 800-63B-4, section 3.2.2).
    Consecutive,
    /// A network that the policy denies.
    Denied,
    /// Failures of one known device.
    Device,
    /// Failures of the IPv6 /56 around the source.
    EndSite,
    /// Attempts of the source, right or wrong: of a caller that has a limit of its own before the policy.
    Front,
    /// The account was tried with common passwords, and this attempt is another one.
    HitBudget,
    /// Failures of the prefix around the source.
    Prefix,
    /// Failures of all unknown devices together.
    Site,
    /// Failures of the source.
    Source,
    /// The password is being sprayed.
    SprayedPassword,
    /// Failures of attempts whose source is not known.
    Unaddressed,
}

impl Rule {
    /// A stable name for logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Consecutive => "consecutive",
            Self::Denied => "denied",
            Self::Device => "device",
            Self::EndSite => "end_site",
            Self::Front => "front",
            Self::HitBudget => "hit_budget",
            Self::Prefix => "prefix",
            Self::Site => "site",
            Self::Source => "source",
            Self::SprayedPassword => "sprayed_password",
            Self::Unaddressed => "unaddressed",
        }
    }

    /// The kind of scope that it judges by; `None` where it depends on the attempt itself.
    pub(crate) const fn kind(self) -> Option<ScopeKind> {
        Some(match self {
            Self::Account | Self::Consecutive => ScopeKind::Account,
            Self::Device => ScopeKind::Device,
            Self::EndSite => ScopeKind::EndSite,
            Self::Prefix => ScopeKind::Prefix,
            Self::Site => ScopeKind::Site,
            Self::Source => ScopeKind::Source,
            Self::Unaddressed => ScopeKind::Unaddressed,
            Self::Denied | Self::Front | Self::HitBudget | Self::SprayedPassword => return None,
        })
    }

    pub(crate) const fn of(kind: ScopeKind) -> Self {
        match kind {
            ScopeKind::Account => Self::Account,
            ScopeKind::Device => Self::Device,
            ScopeKind::EndSite => Self::EndSite,
            ScopeKind::Flags => Self::SprayedPassword,
            ScopeKind::Prefix => Self::Prefix,
            ScopeKind::Site => Self::Site,
            ScopeKind::Source => Self::Source,
            ScopeKind::Unaddressed => Self::Unaddressed,
        }
    }
}
