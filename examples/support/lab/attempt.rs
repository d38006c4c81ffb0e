//! One attempt as a system under test sees it, and what the system answers.

use super::addresses::Address;
use super::password::Password;
use super::people::Name;

/// One attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// Milliseconds since the start.
    pub(crate) at: u32,
    pub(crate) name: Name,
    /// Whether there is such an account.
    pub(crate) is_known: bool,
    pub(crate) source: Address,
    /// Whether it comes from the device that has logged in to this very account before: the lab gives
    /// each account one, and an attacker none.
    pub(crate) has_device: bool,
    pub(crate) password: Password,
    /// Whether it is the account's password.
    pub(crate) is_right: bool,
    /// Whether it is within two keys of the account's password, without being it.
    pub(crate) is_typo: bool,
}

/// What a system answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// In.
    Verified,
    /// Told that name or password is wrong. True or not: some systems say so to whom they shut out.
    Rejected,
    /// Told to come back in so many seconds.
    Refused(u32),
    /// Asked for a code that only the owner gets.
    StepUp,
}

/// A throttling policy with its counters.
pub(crate) trait System {
    /// Answers one attempt. Attempts come in the order of their times.
    fn attempt(&mut self, attempt: &Attempt) -> Answer;

    /// An owner typed the code that [`Answer::StepUp`] sent.
    fn redeem(&mut self, _attempt: &Attempt) {}
}

#[cfg(test)]
impl Attempt {
    /// A wrong guess of a stranger at an account, for tests of systems.
    pub(crate) fn wrong(at_seconds: u32, name: Name, source: u32) -> Self {
        Self {
            at: at_seconds * super::scale::SECOND,
            name,
            is_known: true,
            source: Address::numbered(source),
            has_device: false,
            password: Password::unique(at_seconds),
            is_right: false,
            is_typo: false,
        }
    }

    /// The same with the right password.
    pub(crate) fn right(at_seconds: u32, name: Name, source: u32) -> Self {
        let password = Password::unique(u32::MAX);
        Self { is_right: true, password, ..Self::wrong(at_seconds, name, source) }
    }

    /// The same from the account's own device.
    pub(crate) fn on_device(self) -> Self {
        Self { has_device: true, ..self }
    }
}
