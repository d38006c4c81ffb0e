use std::{fmt, str::FromStr};

use sha1::{Digest, Sha1};
use thiserror::Error;
use zeroize::Zeroize;

use crate::Password;

/// A password as the lists of breached passwords have it: its SHA-1, unsalted.
///
/// SHA-1 serves as the name of a list's entry here and protects nothing, so the digest of a password
/// that is in use is to be kept as secret as the password: hidden from `Debug`, wiped on drop.
///
/// ```
/// use doorward_hash::{BreachDigest, Password};
///
/// // A line of such a list: 40 hexadecimal digits, and perhaps how often it was seen.
/// let line = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004";
/// let digest: BreachDigest = line.parse()?;
/// assert_eq!(digest.as_bytes(), BreachDigest::of(&Password::from("password")).as_bytes());
/// # Ok::<(), doorward_hash::DigestError>(())
/// ```
#[derive(Clone)]
pub struct BreachDigest([u8; 20]);

impl BreachDigest {
    /// The digest of the password's UTF-8.
    #[must_use]
    pub fn of(password: &Password) -> Self {
        Self(Sha1::digest(password.expose_secret()).into())
    }

    /// The 20 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl From<[u8; 20]> for BreachDigest {
    fn from(digest: [u8; 20]) -> Self {
        Self(digest)
    }
}

impl FromStr for BreachDigest {
    type Err = DigestError;

    /// Reads 40 hexadecimal digits in either case. White space at the ends and whatever stands behind
    /// a colon are ignored.
    fn from_str(line: &str) -> Result<Self, DigestError> {
        let line = line.trim();
        let hex = line.split_once(':').map_or(line, |(hex, _)| hex);
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        let mut digest = Self([0; 20]);
        if pairs.len() != digest.0.len() || !rest.is_empty() {
            return Err(DigestError);
        }
        for (byte, &[high, low]) in digest.0.iter_mut().zip(pairs) {
            *byte = nibble(high)? << 4 | nibble(low)?;
        }
        Ok(digest)
    }
}

impl fmt::Debug for BreachDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BreachDigest([REDACTED])")
    }
}

impl Drop for BreachDigest {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A line is not a SHA-1 digest.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "This is not a SHA-1 digest. Write 40 hexadecimal digits, and nothing behind them but a colon \
     and a count."
)]
#[non_exhaustive]
pub struct DigestError;

fn nibble(digit: u8) -> Result<u8, DigestError> {
    let value = char::from(digit).to_digit(16).ok_or(DigestError)?;
    u8::try_from(value).map_err(|_| DigestError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_fips_180() {
        let digest = BreachDigest::of(&Password::from("abc"));
        let written: BreachDigest = "a9993e364706816aba3e25717850c26c9cd0d89d".parse().unwrap();
        assert_eq!(digest.as_bytes(), written.as_bytes());
    }

    #[test]
    fn lines_are_read_in_either_case_and_with_a_count() {
        let digits = "00112233445566778899aAbBcCdDeEfF01234567";
        let bytes = *digits.parse::<BreachDigest>().unwrap().as_bytes();
        assert_eq!(bytes[..4], [0x00, 0x11, 0x22, 0x33]);
        assert_eq!(bytes[10..16], [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
        for line in [format!("{digits}:17"), format!("{digits}:"), format!(" {digits} \r\n")] {
            assert_eq!(*line.parse::<BreachDigest>().unwrap().as_bytes(), bytes, "{line:?}");
        }
    }

    #[test]
    fn other_lines_are_refused() {
        let digits = "00112233445566778899aabbccddeeff01234567";
        let (short, long) = (&digits[1..], format!("{digits}0"));
        let sign = format!("+{short}");
        for line in ["", ":", short, &long, &sign, &digits.replace('a', "g"), "żółć"] {
            assert_eq!(line.parse::<BreachDigest>().unwrap_err(), DigestError, "{line:?}");
        }
    }

    #[test]
    fn digests_are_not_shown() {
        let digest = BreachDigest::of(&Password::from("abc"));
        assert_eq!(format!("{digest:?}"), "BreachDigest([REDACTED])");
    }
}
