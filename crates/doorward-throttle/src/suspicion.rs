//! What the attempt itself shows, before anything is looked up.

use std::time::SystemTime;

use crate::deciding::Finding;
use crate::decision::{Denial, Rule};
use crate::detection::Response;

/// A reason to doubt one attempt: its password is being sprayed, or is one common password too many on
/// this account. It says nothing of whether the password is right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Suspicion {
    pub(crate) rule: Rule,
    pub(crate) response: Response,
    pub(crate) until: SystemTime,
    /// Whether to refuse where no step-up is possible.
    pub(crate) or_refuse: bool,
}

impl Suspicion {
    /// The rule that it falls under.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    pub(crate) fn finding(&self, now: SystemTime, can_challenge: bool) -> Finding {
        let refuses = match self.response {
            Response::StepUp if can_challenge => return Finding::Challenge(self.rule),
            Response::StepUp => self.or_refuse,
            Response::Refuse => true,
            Response::AlarmOnly => false,
        };
        if refuses && self.until > now {
            Finding::Wait(Denial::new(self.rule, self.until))
        } else {
            Finding::Clear
        }
    }
}
