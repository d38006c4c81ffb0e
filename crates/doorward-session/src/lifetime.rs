//! How long sessions live.

use std::time::{Duration, SystemTime};

/// How long a session lives, how long its authentication counts as fresh, and how many an account has.
///
/// The presets follow NIST SP 800-63B-4, section 5.2 and table 3, by the assurance that a session needs. What they
/// cost: short times make people log in again and again, until they choose bad passwords; long ones leave
/// open what somebody else finds on a shared computer.
///
/// | preset | at most | without use | fresh |
/// |---|---|---|---|
/// | [`aal1`](Self::aal1) | 30 days | 7 days | 15 minutes |
/// | [`aal2`](Self::aal2) | 24 hours | 1 hour | 10 minutes |
/// | [`aal3`](Self::aal3) | 12 hours | 15 minutes | 5 minutes |
///
/// A use is written down at most once in a sixtieth of the time without use, so a session may end that much
/// earlier after its last use, and never later.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionPolicy {
    absolute: Duration,
    idle: Duration,
    fresh: Duration,
    most: usize,
}

impl SessionPolicy {
    /// For services where a session may last for weeks.
    #[must_use]
    pub const fn aal1() -> Self {
        Self { absolute: days(30), idle: days(7), fresh: minutes(15), most: 20 }
    }

    /// For services that ask for a second factor, and for what would hurt in a stranger's hands. The default.
    #[must_use]
    pub const fn aal2() -> Self {
        Self { absolute: days(1), idle: minutes(60), fresh: minutes(10), most: 20 }
    }

    /// The times of the highest assurance. That also takes authenticators which resist phishing, which a
    /// password and a code do not.
    #[must_use]
    pub const fn aal3() -> Self {
        Self { absolute: minutes(720), idle: minutes(15), fresh: minutes(5), most: 20 }
    }

    /// Ends a session so long after it was opened, in use or not: at least a minute, at most 400 days.
    #[must_use]
    pub fn absolute(self, life: Duration) -> Self {
        Self { absolute: life.clamp(minutes(1), days(400)), ..self }
    }

    /// Ends a session that was not used for so long: at least a minute, at most 400 days.
    #[must_use]
    pub fn idle(self, life: Duration) -> Self {
        Self { idle: life.clamp(minutes(1), days(400)), ..self }
    }

    /// So long after it, an authentication is enough for what needs a fresh one: a change of password, of
    /// identifier, of the second factor (ASVS 5.0, 7.5.1).
    #[must_use]
    pub fn fresh(self, age: Duration) -> Self {
        Self { fresh: age, ..self }
    }

    /// So many sessions may an account have, at least one; 20 unless told. A new one ends the oldest
    /// (ASVS 5.0, 7.1.2).
    ///
    /// To refuse the new one instead would lock the owner out who lost a device with the others.
    #[must_use]
    pub fn most(self, sessions: usize) -> Self {
        Self { most: sessions.max(1), ..self }
    }

    /// How many sessions an account may have.
    #[must_use]
    pub fn most_sessions(&self) -> usize {
        self.most
    }

    /// How old an authentication may be that counts as fresh.
    #[must_use]
    pub fn freshness(&self) -> Duration {
        self.fresh
    }

    /// When a session ends for good that is opened now.
    #[must_use]
    pub fn ends_at(&self, opened_at: SystemTime) -> SystemTime {
        opened_at + self.absolute
    }

    /// When a session ends that is used now, and at the latest at `ends_at`.
    #[must_use]
    pub fn expires_at(&self, used_at: SystemTime, ends_at: SystemTime) -> SystemTime {
        (used_at + self.idle).min(ends_at)
    }

    /// Whether a use now has to be written down, of a session that expires as the last one said.
    ///
    /// Also where a longer time was in force then: the shorter one is, from the next use on.
    #[must_use]
    pub fn is_to_be_touched(
        &self,
        expires_at: SystemTime,
        ends_at: SystemTime,
        now: SystemTime,
    ) -> bool {
        let anew = self.expires_at(now, ends_at);
        let gained = anew.duration_since(expires_at).unwrap_or_default();
        gained >= self.idle / TOUCHES || anew < expires_at
    }
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self::aal2()
    }
}

/// How long the tokens of an API live.
///
/// A stolen access token is worth something for its short life only; a stolen refresh token until its owner
/// uses the one that it was taken from (RFC 9700, section 4.14.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GrantPolicy {
    access: Duration,
    idle: Duration,
    absolute: Duration,
    grace: Duration,
}

impl GrantPolicy {
    /// Access tokens live so long: 5 minutes unless told, at least one, at most a day.
    #[must_use]
    pub fn access(self, life: Duration) -> Self {
        Self { access: life.clamp(minutes(1), days(1)), ..self }
    }

    /// A grant ends whose tokens were not refreshed for so long: 30 days unless told, at least the life of an
    /// access token, at most 400 days.
    #[must_use]
    pub fn idle(self, life: Duration) -> Self {
        Self { idle: life.clamp(minutes(1), days(400)), ..self }
    }

    /// A grant ends so long after it was made: 90 days unless told, at most 400.
    #[must_use]
    pub fn absolute(self, life: Duration) -> Self {
        Self { absolute: life.clamp(minutes(1), days(400)), ..self }
    }

    /// So long after a refresh token was exchanged, whoever presents it once more is given the same successor:
    /// a minute unless told, at most five.
    ///
    /// Within it, a client whose answer was lost goes on, and so does a thief who is that fast. Without it,
    /// every lost answer and every two requests at once look like a theft, and throw the owner out.
    ///
    /// By how much the clocks of two instances differ, by so much it may be shorter, and a theft be noticed later. They may
    /// differ by 30 seconds: with less than that here, honest clients would be taken for thieves.
    #[must_use]
    pub fn grace(self, grace: Duration) -> Self {
        Self { grace: grace.min(minutes(5)), ..self }
    }

    /// The life of an access token.
    #[must_use]
    pub fn access_life(&self) -> Duration {
        self.access
    }

    pub(crate) fn grace_period(&self) -> Duration {
        self.grace
    }

    /// When a grant ends for good that is made now.
    #[must_use]
    pub fn ends_at(&self, opened_at: SystemTime) -> SystemTime {
        opened_at + self.absolute
    }

    /// When a grant ends whose tokens are refreshed now, and at the latest at `ends_at`.
    #[must_use]
    pub fn expires_at(&self, refreshed_at: SystemTime, ends_at: SystemTime) -> SystemTime {
        (refreshed_at + self.idle.max(self.access)).min(ends_at)
    }
}

impl Default for GrantPolicy {
    fn default() -> Self {
        Self { access: minutes(5), idle: days(30), absolute: days(90), grace: minutes(1) }
    }
}

/// So often within the time without use, a use is written down.
const TOUCHES: u32 = 60;

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

const fn days(days: u64) -> Duration {
    minutes(24 * 60 * days)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn the_presets_are_within_what_nist_allows() {
        for (policy, absolute, idle) in [
            (SessionPolicy::aal1(), days(30), days(30)),
            (SessionPolicy::aal2(), days(1), minutes(60)),
            (SessionPolicy::aal3(), minutes(720), minutes(15)),
        ] {
            assert!(policy.absolute <= absolute && policy.idle <= idle, "{policy:?}");
        }
    }

    #[test]
    fn a_use_moves_the_end_without_use_and_never_the_last_end() {
        let policy = SessionPolicy::aal2();
        let ends_at = policy.ends_at(UNIX_EPOCH);
        assert_eq!(policy.expires_at(UNIX_EPOCH, ends_at), UNIX_EPOCH + minutes(60));
        assert_eq!(policy.expires_at(UNIX_EPOCH + minutes(1_400), ends_at), ends_at);
    }

    #[test]
    fn a_use_is_written_down_once_a_minute_where_an_hour_is_allowed() {
        let policy = SessionPolicy::aal2();
        let ends_at = policy.ends_at(UNIX_EPOCH);
        let expires_at = policy.expires_at(UNIX_EPOCH, ends_at);
        let touches = |seconds| {
            policy.is_to_be_touched(expires_at, ends_at, UNIX_EPOCH + Duration::from_secs(seconds))
        };
        assert!(!touches(59) && touches(60));
        // In its last hour it ends when it ends: there is nothing to write down.
        assert!(!policy.is_to_be_touched(ends_at, ends_at, ends_at - minutes(30)));
        // A policy that has become shorter takes effect.
        let short = policy.idle(minutes(10));
        assert!(short.is_to_be_touched(expires_at, ends_at, UNIX_EPOCH + minutes(1)));
    }
}
