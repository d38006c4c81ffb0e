//! Tokens that are sent to somebody's address and work once.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::bytes::{Reader, put_number, put_text};
use crate::secret::TokenSecret;
use crate::text::{CHECKSUM_CHARS, chars, decode, push, push_checksum, without_checksum};
use crate::token::MalformedToken;

/// What a one-time token is for. One of another purpose is none.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Purpose {
    /// Confirms a second factor that is being enrolled.
    Enrolment,
    /// Shows that a new identifier is its owner's, and puts it in the place of the old one.
    IdentifierChange,
    /// Makes an account for who was invited.
    Invitation,
    /// Sets a new password in the place of a forgotten one.
    Recovery,
    /// Shows that the identifier of an account is its owner's.
    Verification,
}

impl Purpose {
    const ALL: [Self; 5] = [
        Self::Enrolment,
        Self::IdentifierChange,
        Self::Invitation,
        Self::Recovery,
        Self::Verification,
    ];

    /// Its name, for logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::IdentifierChange => "identifier change",
            Self::Invitation => "invitation",
            Self::Recovery => "recovery",
            Self::Verification => "verification",
        }
    }

    /// What stands for it in records and digests.
    const fn number(self) -> u8 {
        match self {
            Self::Enrolment => 1,
            Self::IdentifierChange => 2,
            Self::Invitation => 3,
            Self::Recovery => 4,
            Self::Verification => 5,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.number() == number)
    }
}

/// A one-time token: 256 random bits.
///
/// As text, `"dwo_" || Base64url(secret (32)) || Base64url(CRC-32 of all before (4))`, without padding. `Debug` shows
/// none of it.
///
/// ```
/// use doorward_session::OneTimeToken;
///
/// let token = OneTimeToken::new([7; 32]);
/// assert!(token.to_text().starts_with("dwo_"));
/// assert!(OneTimeToken::parse(&token.to_text()).is_ok());
/// ```
#[derive(Clone)]
pub struct OneTimeToken(TokenSecret);

impl OneTimeToken {
    /// The token of these bytes, which must come from the generator of the operating system.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(TokenSecret::new(bytes))
    }

    /// Reads what somebody presents.
    ///
    /// # Errors
    ///
    /// [`MalformedToken`] for whatever is no such text.
    pub fn parse(text: &str) -> Result<Self, MalformedToken> {
        let read = || {
            if text.len() != TEXT_BYTES {
                return None;
            }
            let mut bytes = Zeroizing::new([0; 32]);
            decode(without_checksum(text)?.strip_prefix(PREFIX)?, bytes.as_mut())?;
            Some(Self::new(*bytes))
        };
        read().ok_or(MalformedToken(()))
    }

    /// The text for its receiver. Besides the [secret](Self::secret), this is the only method that shows it.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(TEXT_BYTES));
        text.push_str(PREFIX);
        push(self.0.expose(), &mut text);
        push_checksum(&mut text);
        text
    }

    /// What it is known by.
    #[must_use]
    pub fn secret(&self) -> &TokenSecret {
        &self.0
    }

    /// What is kept of it, and what it is found by: SHA-256 over a domain, the purpose and the secret. Presented for
    /// another purpose, it is not found.
    #[must_use]
    pub fn digest(&self, purpose: Purpose) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"doorward/one-time/v1\0");
        hash.update([purpose.number()]);
        hash.update(self.0.expose());
        hash.finalize().into()
    }
}

impl fmt::Debug for OneTimeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeToken([REDACTED])")
    }
}

/// What a one-time token stands for.
///
/// As bytes: `version (1) = 1 || purpose (1) || live (1) || account (16) || account's epoch (8) || index of the
/// identifier (32) || text`, the epoch big-endian and the text behind two bytes with its length. All records without
/// text are of one length, also those that stand for nobody.
#[derive(Clone, Eq, PartialEq)]
pub struct OneTimeRecord {
    /// What for.
    purpose: Purpose,
    live: bool,
    account: [u8; 16],
    epoch: u64,
    index: [u8; 32],
    text: Zeroizing<String>,
}

impl OneTimeRecord {
    /// Stands for an account, which the identifier with this index names, as it was in this epoch.
    #[must_use]
    pub fn new(purpose: Purpose, account: [u8; 16], epoch: u64, index: [u8; 32]) -> Self {
        Self { purpose, live: true, account, epoch, index, text: Zeroizing::default() }
    }

    /// Stands for nobody, and looks the same outside.
    #[must_use]
    pub fn of_nobody(purpose: Purpose, index: [u8; 32]) -> Self {
        Self { live: false, ..Self::new(purpose, [0; 16], 0, index) }
    }

    /// With this text: an identifier that is to be taken on, at most 65,535 bytes.
    #[must_use]
    pub fn with_text(self, text: &str) -> Self {
        Self { text: Zeroizing::new(text.to_owned()), ..self }
    }

    /// What for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Whether it stands for anybody.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &[u8; 16] {
        &self.account
    }

    /// The account's epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The index of the identifier.
    #[must_use]
    pub fn index(&self) -> &[u8; 32] {
        &self.index
    }

    /// The text. This is the only method that shows it.
    #[must_use]
    pub fn expose_text(&self) -> &str {
        &self.text
    }

    /// As it is kept.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(64 + self.text.len()));
        out.extend_from_slice(&[VERSION, self.purpose.number(), u8::from(self.live)]);
        out.extend_from_slice(&self.account);
        put_number(self.epoch, &mut out);
        out.extend_from_slice(&self.index);
        put_text(&self.text, &mut out);
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return None;
        }
        let record = Self {
            purpose: Purpose::from_number(reader.byte()?)?,
            live: match reader.byte()? {
                0 => false,
                1 => true,
                _ => return None,
            },
            account: reader.array()?,
            epoch: reader.number()?,
            index: reader.array()?,
            text: Zeroizing::new(reader.text()?.to_owned()),
        };
        reader.is_at_end().then_some(record)
    }
}

impl fmt::Debug for OneTimeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { purpose, .. } = self;
        f.debug_struct("OneTimeRecord").field("purpose", purpose).finish_non_exhaustive()
    }
}

const PREFIX: &str = "dwo_";
const TEXT_BYTES: usize = 4 + chars(32) + CHECKSUM_CHARS;
const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn records_of_somebody_and_of_nobody_are_of_one_length() {
        let somebody = OneTimeRecord::new(Purpose::Recovery, [1; 16], 2, [3; 32]);
        let nobody = OneTimeRecord::of_nobody(Purpose::Recovery, [3; 32]);
        assert_eq!(somebody.to_bytes().len(), nobody.to_bytes().len());
        assert!(somebody.is_live() && !nobody.is_live());
    }

    #[test]
    fn law_08_nothing_of_a_token_shows() {
        let token = OneTimeToken::new([7; 32]);
        assert_eq!(format!("{token:?}"), "OneTimeToken([REDACTED])");
        let record = OneTimeRecord::of_nobody(Purpose::Invitation, [3; 32]).with_text("alice");
        assert_eq!(format!("{record:?}"), "OneTimeRecord { purpose: Invitation, .. }");
    }

    proptest! {
        #[test]
        fn tokens_survive_a_round_trip_and_one_wrong_letter_is_noticed(
            bytes: [u8; 32], at in 0..53_usize, with in "[A-Za-z0-9_-]",
        ) {
            let text = OneTimeToken::new(bytes).to_text();
            prop_assert_eq!(text.len(), TEXT_BYTES);
            let parsed = OneTimeToken::parse(&text).unwrap();
            prop_assert_eq!(parsed.secret().expose(), &bytes);
            let mut typed = text.to_string();
            typed.replace_range(at..=at, &with);
            prop_assert_eq!(OneTimeToken::parse(&typed).is_ok(), typed == *text);
        }

        #[test]
        fn nothing_else_is_a_token(text in any::<String>()) {
            prop_assert!(OneTimeToken::parse(&text).is_err());
        }

        #[test]
        fn records_survive_a_round_trip_and_no_part_is_one(text in any::<String>(), number in 1..6_u8) {
            let purpose = Purpose::from_number(number).unwrap();
            let record = OneTimeRecord::new(purpose, [1; 16], 2, [3; 32]).with_text(&text);
            let bytes = record.to_bytes();
            prop_assert_eq!(OneTimeRecord::parse(&bytes), Some(record));
            for length in 0..bytes.len() {
                prop_assert_eq!(OneTimeRecord::parse(&bytes[..length]), None);
            }
        }
    }
}
