//! What a rule does while its counters cannot be reached.

use std::num::NonZeroU32;

/// What happens to attempts that a rule would judge when the store of its counters does not answer.
///
/// The wrong choice costs in both directions: closed, an outage of the counters is an outage of the
/// login; open, whoever can cause an outage guesses as if the rule were not there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outage {
    /// Nobody is let in: the attempt ends in an error.
    #[default]
    Closed,
    /// Each instance counts by itself, and lets so much less through that all of them together keep
    /// to about the budget.
    Local {
        /// How many instances share the budget; more of them than this exceed it.
        instances: NonZeroU32,
    },
    /// The rule is as good as absent. Not for accounts and devices, whose rules bound guessing.
    Open,
}
