//! Alarms: what was found, with its evidence.

use std::fmt;

use crate::address::SourcePrefix;
use crate::scope::ScopeKind;

/// An attack that was found. One is raised when it is found and none while it lasts, however many
/// attempts it is made of, and however many instances find it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Alarm {
    /// One password fails on account after account.
    #[non_exhaustive]
    SprayedPassword {
        /// On how many it has failed lately, as far as this instance saw.
        accounts: u64,
        /// Whether it is on the list of common passwords.
        is_listed: bool,
    },
    /// One network tries account after account.
    #[non_exhaustive]
    SprayingNetwork {
        /// Which.
        network: SourcePrefix,
        /// On how many accounts it has failed.
        accounts: u64,
        /// How many attempts came from it in this day.
        requests: u64,
        /// How many of them failed.
        failed: u64,
    },
    /// More attempts fail than calm times explain.
    #[non_exhaustive]
    Surge {
        /// Of the site, or of a prefix.
        scope: ScopeKind,
        /// How many failed in the window.
        failed: u64,
        /// Of how many.
        attempts: u64,
        /// The share that fails in calm times, in millionths.
        baseline: u64,
    },
}

impl Alarm {
    /// A stable name for logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SprayedPassword { .. } => "sprayed_password",
            Self::SprayingNetwork { .. } => "spraying_network",
            Self::Surge { .. } => "surge",
        }
    }
}

/// The evidence, for the operator's log.
impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SprayedPassword { accounts, is_listed } => {
                let which = if *is_listed { "a common password" } else { "one password" };
                write!(f, "{which} failed on {accounts} accounts")
            }
            Self::SprayingNetwork { network, accounts, requests, failed } => {
                write!(
                    f,
                    "{network} failed on {accounts} accounts, {failed} of {requests} attempts"
                )
            }
            Self::Surge { scope, failed, attempts, baseline } => {
                let calm = baseline / 10_000;
                write!(
                    f,
                    "{scope:?}: {failed} of {attempts} attempts failed, {calm} % in calm times"
                )
            }
        }
    }
}
