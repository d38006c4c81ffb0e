use thiserror::Error;

/// Why a value cannot be sealed so that it would open to itself.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ValueProblem {
    /// It would open as another value: a default that is not what was skipped, a variant or a flattened map
    /// that takes what another one wrote.
    #[error(
        "it would open as another value; check skipped fields, and what lies below flatten and untagged"
    )]
    Changed,
    /// It wrote another number of parts than it had announced, or another value the second time.
    #[error(
        "its Serialize is not consistent with itself; derive it, and do not change it meanwhile"
    )]
    Count,
    /// It is nested deeper than 128 levels.
    #[error("it is nested deeper than 128 levels; make it flatter")]
    Depth,
    /// A `Some` whose content is stored as nothing: `Some(None)`, `Some(())`. It would open as `None`.
    #[error("it has a Some(None) or a Some(()), which would open as None; use an enum")]
    Option,
    /// What its `Serialize` makes, its `Deserialize` does not take.
    #[error(
        "it would not open again, for its Deserialize refuses what its Serialize makes; \
         check skipped fields, and below flatten, tag and untagged 128-bit numbers, addresses of the \
         network and keys that are numbers"
    )]
    Unreadable,
    /// Its own `Serialize` refused.
    #[error("its own Serialize refused it; seal what that accepts")]
    Unwilling,
}
