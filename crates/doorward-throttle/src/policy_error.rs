//! What makes a policy unsafe.

use thiserror::Error;

use crate::address::SourcePrefix;
use crate::scope::ScopeKind;

/// Why a policy is not safe to run.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PolicyError {
    /// A bound of zero.
    #[error("account, device: a bound of 0 failures in a row lets nobody in: allow at least 1")]
    NobodyGetsIn,
    /// Failures of many people in a row are no run: they would keep all of them out.
    #[error("{}: a bound on failures in a row is for accounts and devices: leave it out here", .scope.name())]
    SharedConsecutive {
        /// Whose rule.
        scope: ScopeKind,
    },
    /// Against NIST SP 800-63B-4, section 3.2.2.
    #[error(
        "account, device: {in_a_row} failures in a row are too many: strangers and one device together \
         may have at most 100 (NIST SP 800-63B-4)"
    )]
    TooManyConsecutive {
        /// Strangers' and one device's together.
        in_a_row: u64,
    },
    /// A ladder is too flat to stop anybody.
    #[error(
        "{}: the waits allow {guesses} guesses a day, {most} are the most: let them begin \
         earlier or grow longer",
        .scope.name()
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
    #[error("{}: a wait of {seconds} s shuts owners out; 86400 s (a day) are the most", .scope.name())]
    TooLongAWait {
        /// Whose ladder.
        scope: ScopeKind,
        /// Its longest wait.
        seconds: u64,
    },
    /// A window that forgets before the wait is over.
    #[error(
        "{}: a wait of {seconds} s is longer than the window that counts: lengthen the window",
        .scope.name()
    )]
    WindowTooShort {
        /// Whose rule.
        scope: ScopeKind,
        /// Its longest wait.
        seconds: u64,
    },
    /// Logins would make up for guesses where they may not.
    #[error(
        "{}: logins must not make up for failures here, or with none at all: credits are for \
         sources, prefixes and the site, one for at least one login",
        .scope.name()
    )]
    FreeCredits {
        /// Whose rule.
        scope: ScopeKind,
    },
    /// Whoever can cause an outage would guess without a bound.
    #[error(
        "{}: the rule that bounds guessing must not be open in an outage: choose closed or local",
        .scope.name()
    )]
    UnsafeOutage {
        /// Whose rule.
        scope: ScopeKind,
    },
    /// A setting of the detection makes no sense.
    #[error("detection: {setting} is {value}: choose {least} to {most}")]
    OutOfBounds {
        /// Which.
        setting: &'static str,
        /// What it is.
        value: u64,
        /// What it may be.
        least: u64,
        /// What it may be.
        most: u64,
    },
    /// A row of so many columns does not fit into a store.
    #[error("{}: a window of so many slots makes too wide a row: {most} slots are the most", .scope.name())]
    TooManySlots {
        /// Whose rule.
        scope: ScopeKind,
        /// So many fit.
        most: u64,
    },
    /// A list that names everybody is a mistake, or no policy.
    #[error("{network} is everybody: trust or deny the networks that are meant")]
    Everybody {
        /// Which.
        network: SourcePrefix,
    },
    /// A network that is trusted and denied.
    #[error("{network} is trusted and denied: take it, or what contains it, from one of the lists")]
    TrustedAndDenied {
        /// Which.
        network: SourcePrefix,
    },
}
