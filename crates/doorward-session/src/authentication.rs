//! How and when somebody proved who they are.

use std::time::{Duration, SystemTime};

use crate::bytes::{Reader, from_millis, put_time, to_millis};

/// By what an owner was told from others.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Factor {
    /// The password.
    Password,
    /// A code that was sent to the address of the account. No factor of its own by ASVS 5.0, 6.3.6, and
    /// NIST SP 800-63B-4, section 3.1.3.1: whoever reads the mail can reset the password as well.
    MailedCode,
    /// A code of an authenticator app (RFC 6238).
    Totp,
    /// One of the recovery codes, in place of the app.
    RecoveryCode,
}

impl Factor {
    const ALL: [Self; 4] = [Self::Password, Self::MailedCode, Self::Totp, Self::RecoveryCode];

    const fn bit(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::MailedCode => 2,
            Self::Totp => 4,
            Self::RecoveryCode => 8,
        }
    }

    /// Its name among the authentication method references of RFC 8176.
    #[must_use]
    pub const fn reference(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::MailedCode | Self::Totp | Self::RecoveryCode => "otp",
        }
    }
}

/// An authentication: its factors and when it was, to the millisecond.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use doorward_session::{Authentication, Factor};
///
/// let at = UNIX_EPOCH + Duration::from_secs(60);
/// let login = Authentication::new(at, [Factor::Password, Factor::Totp]);
/// assert!(login.has_second_factor());
/// assert!(login.is_within(Duration::from_secs(600), at + Duration::from_secs(599)));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Authentication {
    factors: u8,
    /// Milliseconds since 1970.
    at: u64,
}

impl Authentication {
    /// By these factors, at this time.
    #[must_use]
    pub fn new(at: SystemTime, factors: impl IntoIterator<Item = Factor>) -> Self {
        let factors = factors.into_iter().fold(0, |bits, factor| bits | factor.bit());
        Self { factors, at: to_millis(at) }
    }

    /// When: `auth_time` of OpenID Connect.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        from_millis(self.at).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// By what.
    pub fn factors(&self) -> impl Iterator<Item = Factor> + '_ {
        Factor::ALL.into_iter().filter(|factor| self.has(*factor))
    }

    /// Whether this was one of the factors.
    #[must_use]
    pub fn has(&self, factor: Factor) -> bool {
        self.factors & factor.bit() != 0
    }

    /// Whether the second factor of the account was among them. A mailed code is none.
    #[must_use]
    pub fn has_second_factor(&self) -> bool {
        self.has(Factor::Totp) || self.has(Factor::RecoveryCode)
    }

    /// Whether it is no longer ago than `age`. One that lies ahead of `now`, by a clock that differed, counts
    /// as of now.
    #[must_use]
    pub fn is_within(&self, age: Duration, now: SystemTime) -> bool {
        now.duration_since(self.at()).unwrap_or_default() < age
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.push(self.factors);
        put_time(self.at(), out);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let factors = reader.byte()?;
        let known = Factor::ALL.iter().fold(0, |bits, factor| bits | factor.bit());
        let at = to_millis(reader.time()?);
        (factors & !known == 0).then_some(Self { factors, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailed_code_is_no_second_factor() {
        let at = SystemTime::UNIX_EPOCH;
        let mailed = Authentication::new(at, [Factor::Password, Factor::MailedCode]);
        assert!(!mailed.has_second_factor());
        for factor in [Factor::Totp, Factor::RecoveryCode] {
            let login = Authentication::new(at, [Factor::Password, factor]);
            assert!(login.has_second_factor());
            assert_eq!(login.factors().collect::<Vec<_>>(), [Factor::Password, factor]);
        }
    }

    #[test]
    fn it_grows_old_and_a_clock_that_was_ahead_makes_it_no_younger_than_now() {
        let hour = Duration::from_secs(3600);
        let at = SystemTime::UNIX_EPOCH + 24 * hour;
        let login = Authentication::new(at, [Factor::Password]);
        assert!(login.is_within(hour, at + hour - Duration::from_millis(1)));
        assert!(!login.is_within(hour, at + hour));
        assert!(login.is_within(hour, at - hour));
        assert!(!login.is_within(Duration::ZERO, at));
    }

    #[test]
    fn a_factor_that_is_not_known_is_not_read() {
        let mut bytes = Vec::new();
        let login = Authentication::new(SystemTime::UNIX_EPOCH, [Factor::Password, Factor::Totp]);
        login.put(&mut bytes);
        assert_eq!(Authentication::read(&mut Reader::new(&bytes)), Some(login));
        bytes[0] |= 16;
        assert_eq!(Authentication::read(&mut Reader::new(&bytes)), None);
    }
}
