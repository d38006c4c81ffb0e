use crate::{Password, PasswordProblem};

/// One more demand on a password, which only a feature can make: without one there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor {
    least: u8,
    check: Check,
}

impl Floor {
    #[allow(dead_code, reason = "features bring what calls it")]
    pub(crate) const fn new(least: u8, check: Check) -> Self {
        Self { least, check }
    }

    pub(crate) fn check(
        &self,
        password: &Password,
        context: &[&str],
    ) -> Result<(), PasswordProblem> {
        (self.check)(password, context, self.least)
    }
}

impl PartialEq for Floor {
    /// There is one kind of check, so the number tells.
    fn eq(&self, other: &Self) -> bool {
        self.least == other.least
    }
}

impl Eq for Floor {}

/// Takes the least score.
type Check = fn(&Password, &[&str], u8) -> Result<(), PasswordProblem>;
