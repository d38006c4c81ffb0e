//! What the door answers.

use std::time::{Duration, SystemTime};

use doorward_hash::PasswordProblem;
use doorward_store::AccountId;
use doorward_throttle::{Denial, Rule};

use crate::identifier::IdentifierProblem;
use crate::step_up::StepUp;
use crate::verified::Verified;

/// The answer to a login.
///
/// A denial is a value. An error means that no answer could be found, and lets nobody in either.
#[derive(Debug)]
#[must_use = "a login that is not looked at lets everybody in"]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every outcome")]
pub enum Outcome {
    /// This person may in. The proof is what a session is opened with.
    Verified(Verified),
    /// Ask for a code. Right, wrong and unknown attempts get this alike; only after a right one was
    /// a code sent to the account's owner.
    StepUp(StepUp),
    /// Wrong, unknown, disabled: answer 401, the same for all.
    Rejected,
    /// Too many failures, or too many attempts of one source: answer 429 with `Retry-After`. Nothing was checked.
    Wait(Wait),
}

/// A wait that ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wait {
    rule: Rule,
    until: SystemTime,
    length: Duration,
}

impl Wait {
    pub(crate) fn new(denial: Denial, now: SystemTime) -> Self {
        let length = denial.wait_from(now);
        Self { rule: denial.rule(), until: denial.until(), length }
    }

    /// Of a source that makes too many attempts.
    pub(crate) fn in_front(length: Duration, now: SystemTime) -> Self {
        Self::of_rule(Rule::Front, length, now)
    }

    pub(crate) fn of_rule(rule: Rule, length: Duration, now: SystemTime) -> Self {
        Self { rule, until: now + length, length }
    }

    /// Whole seconds, rounded up, at least 1: the value of `Retry-After` (RFC 9110, section 10.2.3).
    pub fn seconds(&self) -> u64 {
        whole_seconds(self.length)
    }

    /// When an attempt is heard again.
    pub fn until(&self) -> SystemTime {
        self.until
    }

    /// The rule that asks for it, for the operator.
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

/// The answer to a registration.
///
/// `Taken` must not reach the person at the form: say the same as for `Created`, and write to the
/// address instead.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an account may not have been made"]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum Registered {
    /// The account was made.
    Created(AccountId),
    /// The identifier has an account already. The same work was done.
    Taken,
    /// The identifier or the password will not do; the reason is for the person.
    Refused(Refusal),
}

/// Why an account cannot be made like this. Its text is for the person at the form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[allow(clippy::exhaustive_enums, reason = "an account is made of these two")]
pub enum Refusal {
    /// The identifier.
    #[error(transparent)]
    Identifier(#[from] IdentifierProblem),
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
}

/// The answer to a change of password.
#[derive(Debug)]
#[must_use = "the password may not have been changed"]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum Changed {
    /// The new password is in force, and all sessions have ended. Open a new one with the proof. Where a recovery code was
    /// given for it, the code that takes its place is there still.
    Done(Verified),
    /// The new password will not do; the current one was not looked at.
    Refused(PasswordProblem),
    /// The current password did not verify: act on the outcome as at a login. After a step-up, redeem the ticket, and ask
    /// for the change again with that proof: [`PasswordChange::proven`](crate::PasswordChange::proven).
    Denied(Outcome),
}

/// The answer to an operator's change of an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "nothing may have been changed"]
#[allow(clippy::exhaustive_enums, reason = "these are all the answers there are")]
pub enum Managed {
    /// It is so now.
    Done,
    /// It was so already.
    Unchanged,
    /// Nobody has this identifier.
    NoSuchAccount,
}

/// Rounded up: coming back then must not be too early.
fn whole_seconds(length: Duration) -> u64 {
    (length.as_secs() + u64::from(length.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_up_so_that_coming_back_then_is_never_too_early() {
        let seconds = |millis| whole_seconds(Duration::from_millis(millis));
        assert_eq!([0, 1, 1_000, 1_001, 59_999].map(seconds), [1, 1, 1, 2, 60]);
    }
}
