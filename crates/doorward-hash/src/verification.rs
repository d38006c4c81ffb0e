use crate::{Outdated, StoredHash, Work};

/// What a password is verified against.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums, reason = "an account has a stored hash or it has none")]
pub enum Subject<'a> {
    /// The hash of an account that has one.
    Stored(&'a StoredHash),
    /// No hash: the account is unknown, or has no password. The same work is done, and nothing is
    /// ever valid.
    Decoy,
}

/// The answer to a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "whoever lets people in must handle every answer")]
pub enum Verdict {
    /// The password is right.
    Valid,
    /// The password is right, and should be hashed anew: the stored hash is weaker than the policy.
    Outdated(Outdated),
    /// The password is wrong, or there was nothing to verify it against.
    Invalid,
}

/// A verdict and the work that it took.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a verification decides nothing unless its verdict is read"]
pub struct Verification {
    verdict: Verdict,
    work: Work,
}

impl Verification {
    pub(crate) const fn new(verdict: Verdict, work: Work) -> Self {
        Self { verdict, work }
    }

    /// The answer.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The blocks that were really computed, those for filling up included.
    #[must_use]
    pub const fn work(&self) -> Work {
        self.work
    }
}
