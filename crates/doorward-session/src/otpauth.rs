//! What an authenticator app is told to enrol: a URI.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::TotpSecret;
use crate::quintets::quintets;

/// The URI that hands a [`TotpSecret`] to an authenticator app, which reads it from a
/// [`QrCode`](crate::QrCode): the [Key Uri Format].
///
/// It holds the secret: wiped on drop, and `Debug` shows nothing of it. Show it once, to the account's owner
/// who has just logged in, over TLS, on a page that no cache keeps; put it in no log and no e-mail, and fetch
/// no picture of it from a service of others.
///
/// ```
/// use doorward_session::{OtpauthUri, TotpSecret};
///
/// let secret = TotpSecret::new(*b"12345678901234567890"); // in service: random
/// let uri = OtpauthUri::new(&secret, "Big Corp", "alice@example.com")?;
/// assert_eq!(
///     uri.expose_secret(),
///     "otpauth://totp/Big%20Corp:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
///      &issuer=Big%20Corp&algorithm=SHA1&digits=6&period=30",
/// );
/// # Ok::<(), doorward_session::OtpauthUriError>(())
/// ```
///
/// [Key Uri Format]: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
pub struct OtpauthUri {
    uri: Zeroizing<String>,
    /// Where the secret begins.
    key: usize,
}

impl OtpauthUri {
    /// The longest issuer, in bytes of UTF-8.
    pub const MAX_ISSUER: usize = 64;

    /// The longest name of an account, in bytes of UTF-8.
    pub const MAX_ACCOUNT: usize = 320;

    /// The URI for an account of a service.
    ///
    /// `issuer` is the service and `account` the account, both as their owner knows them: the app shows them
    /// above the code. An app may take a second account with the same two names for the first one and replace
    /// its secret, so no two accounts have the same.
    ///
    /// # Errors
    ///
    /// [`OtpauthUriError`] if one of the two is empty, longer than an app or a QR code bears, or has a colon.
    /// What the app then showed would be cut or split elsewhere, or the app would refuse it.
    pub fn new(secret: &TotpSecret, issuer: &str, account: &str) -> Result<Self, OtpauthUriError> {
        check(OtpauthLabel::Issuer, issuer, Self::MAX_ISSUER)?;
        check(OtpauthLabel::Account, account, Self::MAX_ACCOUNT)?;
        // Room for all, so that growing leaves no copy of the secret behind.
        let room = 3 * (2 * issuer.len() + account.len()) + KEY_DIGITS + 80;
        let mut uri = Zeroizing::new(String::with_capacity(room));
        uri.push_str("otpauth://totp/");
        percent_encode(issuer, &mut uri);
        uri.push(':');
        percent_encode(account, &mut uri);
        uri.push_str("?secret=");
        let key = uri.len();
        uri.extend(quintets(secret.expose_secret()).map(|digit| char::from(BASE32[digit])));
        uri.push_str("&issuer=");
        percent_encode(issuer, &mut uri);
        uri.push_str("&algorithm=SHA1&digits=6&period=30");
        Ok(Self { uri, key })
    }

    /// The URI itself, to show it. It is ASCII.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.uri
    }

    /// The secret alone, for those who type it into the app by hand: 32 letters and digits of Base32.
    #[must_use]
    pub fn expose_secret_key(&self) -> &str {
        &self.uri[self.key..][..KEY_DIGITS]
    }
}

impl fmt::Debug for OtpauthUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtpauthUri([REDACTED])")
    }
}

/// One of the two names that an authenticator app shows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "the format has these two")]
pub enum OtpauthLabel {
    /// The name of the service.
    Issuer,
    /// The name of the account.
    Account,
}

impl fmt::Display for OtpauthLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "issuer",
            Self::Account => "account name",
        })
    }
}

/// A name that no authenticator app can show.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum OtpauthUriError {
    /// There is none.
    #[error("the {0} is empty; give the name that the authenticator app is to show")]
    Empty(OtpauthLabel),
    /// It is too long for an app to show, and for a QR code that a camera reads.
    #[error("the {label} is longer than {most} bytes; give a shorter name, or the beginning of it")]
    #[non_exhaustive]
    TooLong {
        /// Which of the two.
        label: OtpauthLabel,
        /// The longest, in bytes of UTF-8.
        most: usize,
    },
    /// The format has the colon between issuer and account, and forbids it in them, encoded or not.
    #[error("the {0} has a colon, which the format forbids; replace it or give another name")]
    Colon(OtpauthLabel),
}

fn check(label: OtpauthLabel, name: &str, most: usize) -> Result<(), OtpauthUriError> {
    if name.trim().is_empty() {
        return Err(OtpauthUriError::Empty(label));
    }
    if name.len() > most {
        return Err(OtpauthUriError::TooLong { label, most });
    }
    if name.contains(':') {
        return Err(OtpauthUriError::Colon(label));
    }
    Ok(())
}

/// RFC 3986, section 2: whatever is not unreserved. Never `+` for a space, which apps show as it is.
fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 0xf] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
            }
        }
    }
}

/// Base32: [RFC 4648](https://www.rfc-editor.org/rfc/rfc4648), section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// 160 bits in groups of five.
const KEY_DIGITS: usize = 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use totp_rs::Totp;

    use super::*;

    fn uri(issuer: &str, account: &str) -> Result<OtpauthUri, OtpauthUriError> {
        OtpauthUri::new(&TotpSecret::new([0xa5; 20]), issuer, account)
    }

    #[test]
    fn the_longest_names_fit_in_the_room_that_was_made() {
        for (issuer, account) in [(64, 320), (1, 1)] {
            let issuer = "\u{1f6aa}".repeat(16)[..issuer.max(4)].to_owned();
            let uri = uri(&issuer, &"%".repeat(account)).unwrap();
            let room = 3 * (2 * issuer.len() + account) + KEY_DIGITS + 80;
            assert!(uri.uri.len() <= room, "{} of {room}", uri.uri.len());
        }
    }

    #[test]
    fn names_that_no_app_can_show_are_refused() {
        use OtpauthLabel::{Account, Issuer};

        for empty in ["", " \t"] {
            assert_eq!(uri(empty, "alice").unwrap_err(), OtpauthUriError::Empty(Issuer));
            assert_eq!(uri("Acme", empty).unwrap_err(), OtpauthUriError::Empty(Account));
        }
        let colon = OtpauthUriError::Colon;
        assert_eq!(uri("Acme: doors", "alice").unwrap_err(), colon(Issuer));
        assert_eq!(uri("Acme", "urn:alice").unwrap_err(), colon(Account));
        let too_long = |label, most| OtpauthUriError::TooLong { label, most };
        assert!(uri(&"a".repeat(64), &"a".repeat(320)).is_ok());
        assert_eq!(uri(&"a".repeat(65), "alice").unwrap_err(), too_long(Issuer, 64));
        assert_eq!(uri("Acme", &"\u{e9}".repeat(161)).unwrap_err(), too_long(Account, 320));
    }

    #[test]
    fn law_08_neither_the_secret_nor_the_account_is_printed() {
        assert_eq!(format!("{:?}", uri("Acme", "alice").unwrap()), "OtpauthUri([REDACTED])");
    }

    proptest! {
        /// The reader is another implementation.
        #[test]
        fn what_was_written_is_read_again(
            random: [u8; 20],
            issuer in "[^:]{0,3}[\\x20-\\x39\\x3b-\\x7e\u{e9}\u{540d}\u{1f6aa}]{1,9}",
            account in "[^:]{0,3}[\\x20-\\x39\\x3b-\\x7e\u{e9}\u{540d}\u{1f6aa}]{1,60}",
        ) {
            prop_assume!(!issuer.trim().is_empty() && !account.trim().is_empty());
            let uri = OtpauthUri::new(&TotpSecret::new(random), &issuer, &account).unwrap();
            prop_assert!(uri.expose_secret().is_ascii());
            let read = Totp::from_url(uri.expose_secret()).unwrap();
            prop_assert_eq!(read.issuer(), Some(&*issuer));
            prop_assert_eq!(read.account_name(), account);
            prop_assert_eq!(read.secret().as_bytes(), random);
            prop_assert_eq!(read.secret().to_base32(), uri.expose_secret_key());
            prop_assert_eq!(read.algorithm(), totp_rs::Algorithm::SHA1);
            prop_assert_eq!((read.digits(), read.step()), (6, 30));
            prop_assert!(uri.expose_secret().ends_with("&algorithm=SHA1&digits=6&period=30"));
        }
    }
}
