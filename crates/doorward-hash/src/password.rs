use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

/// A password as received: hidden from `Debug`, wiped on drop, never changed.
///
/// Nothing is trimmed, folded or cut off (ASVS 5.0, 6.2.8). Which form of its text is hashed is a matter
/// of the hash: [`Normalization`](crate::Normalization). There is no `PartialEq`: compare through
/// [`Hasher::verify`](crate::Hasher::verify).
///
/// ```
/// use doorward_hash::Password;
///
/// let password = Password::from("żółć 🐎");
/// assert_eq!(password.chars(), 6);
/// assert_eq!(format!("{password:?}"), "Password([REDACTED])");
/// ```
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// The most bytes that are ever hashed: far above any person's password, and a bound on what
    /// one attempt can make the server read.
    pub const MAX_BYTES: usize = 1024;

    /// The password itself. Every use of a password in clear can be found by this name.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// Length in Unicode code points, the characters of NIST SP 800-63B-4.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.expose_secret().chars().count()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose_secret().is_empty()
    }

    /// Whether it has more than [`Password::MAX_BYTES`] bytes: such a password is never hashed and
    /// never valid.
    #[must_use]
    pub fn is_overlong(&self) -> bool {
        self.expose_secret().len() > Self::MAX_BYTES
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([REDACTED])")
    }
}

impl From<&str> for Password {
    fn from(password: &str) -> Self {
        Self(SecretString::from(password))
    }
}

impl From<String> for Password {
    /// Takes the password, and wipes the buffer that it came in.
    fn from(mut password: String) -> Self {
        // A copy: turning the String into a box could move it and leave the old buffer unwiped.
        let secret = SecretString::from(password.as_str());
        password.zeroize();
        Self(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_came_in() {
        let odd = " \tPäss\u{0}wörd\n ";
        assert_eq!(Password::from(odd).expose_secret(), odd);
        assert_eq!(Password::from(odd.to_owned()).clone().expose_secret(), odd);
    }

    #[test]
    fn counts_code_points_and_not_bytes() {
        assert_eq!(Password::from("é").chars(), 1);
        assert_eq!(Password::from("e\u{301}").chars(), 2);
        assert!(Password::from("").is_empty());
        assert!(!Password::from(" ").is_empty());
    }

    #[test]
    fn overlong_is_counted_in_bytes() {
        assert!(!Password::from("x".repeat(Password::MAX_BYTES)).is_overlong());
        assert!(Password::from("x".repeat(Password::MAX_BYTES + 1)).is_overlong());
        assert!(Password::from("é".repeat(Password::MAX_BYTES / 2 + 1)).is_overlong());
    }
}
