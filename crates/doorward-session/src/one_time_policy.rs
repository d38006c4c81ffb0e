//! How long one-time tokens live, and how many are sent.

use std::time::Duration;

use crate::one_time::Purpose;

/// How long one-time tokens live, and how many an address is sent.
///
/// Each lives for 10 minutes to 24 hours: what is shorter does not reach everybody in time, and what is longer
/// lies around in mailboxes (NIST SP 800-63B-4, section 4.2.1, allows a code that is mailed for recovery 24 hours).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OneTimePolicy {
    recovery: Duration,
    verification: Duration,
    invitation: Duration,
    sends: u64,
    of_source: u64,
}

impl OneTimePolicy {
    /// How long a forgotten password may be set anew: one hour unless told.
    #[must_use]
    pub fn recovery(self, life: Duration) -> Self {
        Self { recovery: within(life), ..self }
    }

    /// How long an identifier may be verified, and a new one taken on: 24 hours unless told.
    #[must_use]
    pub fn verification(self, life: Duration) -> Self {
        Self { verification: within(life), ..self }
    }

    /// How long an invitation may be accepted: 24 hours unless told.
    #[must_use]
    pub fn invitation(self, life: Duration) -> Self {
        Self { invitation: within(life), ..self }
    }

    /// So many tokens of one purpose are sent to one identifier within the life of one, at least one; three unless
    /// told. Those that were sent stay good: whoever asks for more in a stranger's name floods no mailbox, and
    /// keeps nobody out.
    #[must_use]
    pub fn sends(self, tokens: u64) -> Self {
        Self { sends: tokens.max(1), ..self }
    }

    /// So many may be asked for from one address (an IPv6 /64) in an hour, whoever for: 30 unless told, at least one.
    #[must_use]
    pub fn of_source(self, tokens: u64) -> Self {
        Self { of_source: tokens.max(1), ..self }
    }

    /// How long a token of this purpose lives.
    #[must_use]
    pub fn life(&self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::Enrolment => SHORTEST,
            Purpose::Recovery => self.recovery,
            Purpose::Invitation => self.invitation,
            Purpose::IdentifierChange | Purpose::Verification => self.verification,
        }
    }

    /// How many are sent to one identifier within the life of one.
    #[must_use]
    pub fn most_sends(&self) -> u64 {
        self.sends
    }

    /// How many may be asked for from one address in an hour.
    #[must_use]
    pub fn most_of_source(&self) -> u64 {
        self.of_source
    }
}

impl Default for OneTimePolicy {
    fn default() -> Self {
        let hour = Duration::from_secs(60 * 60);
        let (verification, invitation) = (24 * hour, 24 * hour);
        Self { recovery: hour, verification, invitation, sends: 3, of_source: 30 }
    }
}

const SHORTEST: Duration = Duration::from_secs(10 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

fn within(life: Duration) -> Duration {
    life.clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_are_between_ten_minutes_and_a_day() {
        for (asked, given) in [(0, 600), (600, 600), (7_200, 7_200), (1_000_000, 86_400)] {
            let policy = OneTimePolicy::default().recovery(Duration::from_secs(asked));
            assert_eq!(policy.life(Purpose::Recovery), Duration::from_secs(given));
        }
    }
}
