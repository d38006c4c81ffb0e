use std::{fmt, str};

use thiserror::Error;

use crate::{BreachDigest, Password};

/// A question about one password to a service of breached passwords, such as Pwned Passwords, that
/// tells the service hardly anything: the first 5 of the 40 hexadecimal digits of the SHA-1.
///
/// The service answers with the rest of every digest it has that begins so, and how often each was
/// seen. Of 16<sup>5</sup> beginnings one is asked for, so that the password is one of very many.
///
/// Nothing is sent from here: [`RangeCheck`](crate::RangeCheck) sends it by a client of yours, and has
/// what the client must see to. This is the part below it, for those who call the service themselves.
///
/// ```
/// use doorward_hash::{Password, RangeQuery};
///
/// let password = Password::from("correct horse battery staple");
/// let query = RangeQuery::of(&password);
/// assert_eq!(query.prefix(), "ABF7A");
///
/// let body = "18A1AD7A63A91F44EB02BD5D5AF1A5D3F2B:0\r\nAD6438836DBE526AA231ABDE2D0EEF74D42:2\r\n";
/// assert_eq!(query.count_in(body)?, 2);
/// # Ok::<(), doorward_hash::RangeError>(())
/// ```
#[derive(Clone)]
pub struct RangeQuery {
    digest: BreachDigest,
    prefix: [u8; PREFIX_DIGITS],
}

impl RangeQuery {
    /// The most bytes of an answer that are read.
    pub const MAX_BODY: usize = 1024 * 1024;

    /// The question about this password.
    #[must_use]
    pub fn of(password: &Password) -> Self {
        let digest = BreachDigest::of(password);
        let mut prefix = [0; PREFIX_DIGITS];
        for (place, digit) in prefix.iter_mut().zip(hex(&digest)) {
            *place = digit;
        }
        Self { digest, prefix }
    }

    /// What to ask for: 5 hexadecimal digits in upper case.
    #[must_use]
    pub fn prefix(&self) -> &str {
        str::from_utf8(&self.prefix).unwrap_or_default()
    }

    /// How often the password was seen, by an answer to this question. Zero when it is not there.
    ///
    /// An answer has a line for each digest: the 35 digits behind the prefix, in either case, a colon,
    /// and a count. Lines of padding have the count 0. Lines end in LF or CR LF.
    ///
    /// # Errors
    ///
    /// [`RangeError`] when this is no such answer: then nothing is known about the password.
    pub fn count_in(&self, body: &str) -> Result<u64, RangeError> {
        if body.len() > Self::MAX_BODY {
            return Err(RangeError::TooLong { max_bytes: Self::MAX_BODY });
        }
        let mut total = None::<u64>;
        for (line, number) in body.lines().zip(1..) {
            let (suffix, count) = entry(line).ok_or(RangeError::Malformed { line: number })?;
            let is_it = hex(&self.digest).skip(PREFIX_DIGITS).eq(suffix);
            total = Some(total.unwrap_or(0).saturating_add(if is_it { count } else { 0 }));
        }
        total.ok_or(RangeError::Empty)
    }
}

impl fmt::Debug for RangeQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RangeQuery([REDACTED])")
    }
}

/// Why there is no answer to a [`RangeQuery`]. Nothing in it tells what was asked.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RangeError {
    /// There is nothing in it, and a service always has something.
    #[error("The answer is empty. Check the address that was asked, and ask again.")]
    Empty,
    /// A line is no entry.
    #[error(
        "Line {line} of the answer is not 35 hexadecimal digits, a colon and a count. Check the \
         address that was asked, and that the answer's status was 200."
    )]
    Malformed {
        /// Its number, from 1.
        line: usize,
    },
    /// It is not UTF-8.
    #[error("The answer is not text. Check the address that was asked.")]
    NotText,
    /// The service refused, or is down.
    #[error(
        "The answer's status is {status} and not 200. Check the address that was asked, and whether \
         you ask too often."
    )]
    Status {
        /// The status.
        status: u16,
    },
    /// It is too long.
    #[error("The answer has more than {max_bytes} bytes. Check the address that was asked.")]
    TooLong {
        /// The most bytes that are read.
        max_bytes: usize,
    },
    /// The client failed, and its error told what was asked.
    #[error(
        "The client failed. Its error holds the address that was asked, which is as secret as the \
         password, so it is not shown. Have the client take the address out of its errors."
    )]
    Withheld,
}

const PREFIX_DIGITS: usize = 5;

const SUFFIX_DIGITS: usize = 35;

/// The digits behind the prefix, in upper case, and the count.
fn entry(line: &str) -> Option<(impl Iterator<Item = u8>, u64)> {
    let (suffix, count) = line.split_once(':')?;
    let is_suffix =
        suffix.len() == SUFFIX_DIGITS && suffix.bytes().all(|digit| digit.is_ascii_hexdigit());
    // A number's own parser also takes a sign.
    let is_count = count.bytes().all(|digit| digit.is_ascii_digit());
    let count = count.parse().ok()?;
    (is_suffix && is_count).then(|| (suffix.bytes().map(|digit| digit.to_ascii_uppercase()), count))
}

/// The digits in upper case.
fn hex(digest: &BreachDigest) -> impl Iterator<Item = u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let nibbles = digest.as_bytes().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| DIGITS[usize::from(nibble)])
}
