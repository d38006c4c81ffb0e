//! What is kept of an account's second factor.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::bytes::{from_millis, to_millis};
use crate::{RecoveryCode, TotpSecret};

/// What is kept of an account's second factor: the [`TotpSecret`], the last step whose code was used,
/// digests of [recovery codes](RecoveryCode), and when it was enrolled.
///
/// A code that is right gives the record that is to be stored in its place. The caller stores it by
/// compare-and-swap on the record that was read, and only if that succeeds is anybody let in: of any number
/// that race with one code, one wins.
///
/// Enrol only what has been shown to work: check the first code against a new record, and store what that
/// gives. Otherwise a code that was not scanned locks its owner out.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use doorward_session::{RecoveryCode, SecondFactor, TotpSecret};
///
/// let account = [1; 16];
/// let now = UNIX_EPOCH + Duration::from_secs(59); // in service: of your clock
/// let paper = RecoveryCode::new([2; 16]); // in service: random
///
/// let shown = SecondFactor::new(TotpSecret::new(*b"12345678901234567890"), now)
///     .with_codes(&[paper.digest(&account)])?;
/// let enrolled = shown.check_totp("287 082", now).ok_or("wrong code")?;
/// let stored = SecondFactor::parse(&enrolled.to_bytes())?;
/// assert!(stored.check_totp("287 082", now).is_none()); // used
///
/// let replacement = RecoveryCode::new([3; 16]); // to be shown
/// let stored = stored.spend(&paper, &account, &replacement).ok_or("wrong code")?;
/// assert!(stored.spend(&paper, &account, &RecoveryCode::new([4; 16])).is_none()); // spent
/// assert_eq!(stored.codes_left(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SecondFactor {
    secret: TotpSecret,
    /// The first step whose code is still good.
    first_step: u64,
    /// In milliseconds since 1970, at most in the year 9999.
    enrolled_at: u64,
    /// At most `MAX_CODES`.
    codes: Vec<[u8; DIGEST]>,
}

impl SecondFactor {
    /// The most recovery codes that are kept.
    pub const MAX_CODES: usize = 16;

    /// The most bytes that [`to_bytes`](Self::to_bytes) gives.
    pub const MAX_BYTES: usize = Self::HEADER + Self::MAX_CODES * DIGEST;

    /// Version, secret, step, moment, number of codes.
    const HEADER: usize = 1 + 20 + 8 + 8 + 1;

    /// A second factor of which no code has been used, without recovery codes. `enrolled_at` is kept to the
    /// millisecond, within the years 1970 to 9999.
    #[must_use]
    pub fn new(secret: TotpSecret, enrolled_at: SystemTime) -> Self {
        Self { secret, first_step: 0, enrolled_at: to_millis(enrolled_at), codes: Vec::new() }
    }

    /// The same with these [digests](RecoveryCode::digest) of recovery codes instead of those it has. The
    /// codes before them are good for nothing any more, once this is stored.
    ///
    /// # Errors
    ///
    /// [`TooManyRecoveryCodes`] if there are more than [`MAX_CODES`](Self::MAX_CODES).
    pub fn with_codes(self, digests: &[[u8; 32]]) -> Result<Self, TooManyRecoveryCodes> {
        if digests.len() > Self::MAX_CODES {
            return Err(TooManyRecoveryCodes);
        }
        Ok(Self { codes: digests.to_vec(), ..self })
    }

    /// The record to store instead if `typed` is a code of the authenticator app that is good now, as
    /// [`TotpSecret::check`] says it: that code, and every one before it, is good no more. `None` if it is
    /// not.
    #[must_use]
    pub fn check_totp(&self, typed: &str, now: SystemTime) -> Option<Self> {
        let step = self.secret.check(typed, self.first_step.checked_sub(1), now)?;
        Some(Self { first_step: step + 1, ..self.copy() })
    }

    /// The record to store instead if `code` is one of the recovery codes of `account`, the bytes of its id:
    /// the digest of `replacement` stands where that of `code` stood. `None` if it is not.
    ///
    /// `replacement` is new, of bytes drawn for it, and is shown to the account's owner once the record is
    /// stored: NIST SP 800-63B-4 asks that a code that was used is replaced. A replacement that is in the
    /// record already spends nothing, for `code` would stay good, or one of two that are alike be lost.
    ///
    /// All digests are compared in constant time, whichever it is.
    #[must_use]
    pub fn spend(
        &self,
        code: &RecoveryCode,
        account: &[u8; 16],
        replacement: &RecoveryCode,
    ) -> Option<Self> {
        let (spent, fresh) = (code.digest(account), replacement.digest(account));
        let mut next = self.copy();
        let (mut found, mut known) = (Choice::from(0), Choice::from(0));
        for digest in &mut next.codes {
            known |= digest.ct_eq(&fresh);
            let same = digest.ct_eq(&spent);
            for (byte, new) in digest.iter_mut().zip(&fresh) {
                byte.conditional_assign(new, same);
            }
            found |= same;
        }
        bool::from(found & !known).then_some(next)
    }

    /// How many recovery codes are good.
    #[must_use]
    pub fn codes_left(&self) -> usize {
        self.codes.len()
    }

    /// When it was enrolled, to the millisecond.
    #[must_use]
    pub fn enrolled_at(&self) -> SystemTime {
        from_millis(self.enrolled_at).unwrap_or(UNIX_EPOCH)
    }

    /// The bytes to store, sealed: they hold the secret in clear. The page
    /// [`format::second_factor`](crate::format::second_factor) has them.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Room for all, so that growing leaves no copy of the secret behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::MAX_BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(self.secret.expose_secret());
        bytes.extend_from_slice(&self.first_step.to_be_bytes());
        bytes.extend_from_slice(&self.enrolled_at.to_be_bytes());
        bytes.extend(u8::try_from(self.codes.len()));
        bytes.extend_from_slice(self.codes.as_flattened());
        bytes
    }

    /// Reads a record from what was sealed.
    ///
    /// # Errors
    ///
    /// [`MalformedSecondFactor`] if no version of this crate can have made the bytes. The account has a second
    /// factor that cannot be checked: fail closed, and never treat it as one that has none.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedSecondFactor> {
        Self::read(bytes).ok_or(MalformedSecondFactor)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (&version, bytes) = bytes.split_first()?;
        let (secret, bytes) = bytes.split_first_chunk()?;
        let (&first_step, bytes) = bytes.split_first_chunk()?;
        let (&enrolled_at, bytes) = bytes.split_first_chunk()?;
        let (&count, bytes) = bytes.split_first()?;
        let (codes, rest) = bytes.as_chunks();
        let enrolled_at = u64::from_be_bytes(enrolled_at);
        let well_formed = version == VERSION
            && from_millis(enrolled_at).is_some()
            && rest.is_empty()
            && codes.len() == usize::from(count)
            && codes.len() <= Self::MAX_CODES;
        well_formed.then(|| Self {
            secret: TotpSecret::new(*secret),
            first_step: u64::from_be_bytes(first_step),
            enrolled_at,
            codes: codes.to_vec(),
        })
    }

    fn copy(&self) -> Self {
        Self { secret: self.secret.copy(), codes: self.codes.clone(), ..*self }
    }
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor")
            .field("secret", &format_args!("[REDACTED]"))
            .field("codes_left", &self.codes_left())
            .field("enrolled_at", &self.enrolled_at())
            .finish_non_exhaustive()
    }
}

/// More recovery codes than are kept of an account.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("an account has at most 16 recovery codes; give fewer")]
#[non_exhaustive]
pub struct TooManyRecoveryCodes;

/// Bytes that are no second factor.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "the record of the second factor is malformed; it was damaged, or written by a newer version"
)]
#[non_exhaustive]
pub struct MalformedSecondFactor;

const VERSION: u8 = 1;
const DIGEST: usize = 32;
