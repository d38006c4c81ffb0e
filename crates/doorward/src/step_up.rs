//! Step-up: a ticket that only a code sent to the account's owner can redeem.

use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_fields::random_bytes;
use doorward_store::AccountId;
use zeroize::Zeroizing;

use crate::error::Error;

/// How long a ticket can be redeemed: NIST SP 800-63B-4 and ASVS 5.0 6.5.5 allow a code sent out of
/// band 10 minutes.
pub(crate) const TICKET_LIFE: Duration = Duration::from_secs(600);

/// Wrong codes after which a ticket is dead: 5 guesses at 8 digits are 1 in 20 million.
pub(crate) const TICKET_TRIES: i64 = 5;

/// A ticket that waits for a code. Everybody who is asked to step up gets one, whether the password
/// was right, wrong, or of nobody: they cannot be told apart, and only the right one's owner was sent
/// a code.
///
/// Hand its text to the client (a hidden field, a short-lived cookie), ask for the code, and call
/// [`Authenticator::redeem`](crate::Authenticator::redeem). `Debug` shows none of it.
#[must_use = "the client needs the ticket to go on"]
pub struct StepUp {
    ticket: TicketToken,
    expires_at: SystemTime,
}

impl StepUp {
    pub(crate) fn new(ticket: TicketToken, expires_at: SystemTime) -> Self {
        Self { ticket, expires_at }
    }

    /// The ticket's text. This is the only method that shows it.
    pub fn expose_secret(&self) -> &str {
        &self.ticket.0
    }

    /// Until when it can be redeemed.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for StepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUp").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A code of 8 digits. `Debug` shows none of it.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

impl Code {
    pub(crate) fn new(typed: impl Into<String>) -> Self {
        Self(Zeroizing::new(typed.into()))
    }

    /// Eight digits, each as likely as any other.
    pub(crate) fn generate() -> Result<Self, Error> {
        const CODES: u64 = 100_000_000;
        // Numbers above the largest multiple would make some codes likelier: draw again.
        const FAIR: u64 = u64::MAX - u64::MAX % CODES;
        loop {
            let number = u64::from_be_bytes(random_bytes()?);
            if number < FAIR {
                return Ok(Self::new(format!("{:08}", number % CODES)));
            }
        }
    }

    /// The digits, for the message to the owner. This is the only method that shows them.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// The digits as they are compared: people type spaces and hyphens between them.
    pub(crate) fn digits(&self) -> Zeroizing<Vec<u8>> {
        let typed = self.0.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
        Zeroizing::new(typed.take(64).collect())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code([REDACTED])")
    }
}

/// A code that is to reach an account's owner.
#[derive(Clone, Debug)]
pub struct CodeNotice {
    pub(crate) account: AccountId,
    pub(crate) identifier: Zeroizing<String>,
    pub(crate) code: Code,
    pub(crate) expires_at: SystemTime,
}

impl CodeNotice {
    /// Whose account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The account's identifier in its normal form. This is the only method that shows it.
    pub fn expose_identifier(&self) -> &str {
        &self.identifier
    }

    /// The code.
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// Until when it can be redeemed.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

/// Sends codes to the owners of accounts, by a way that a thief of the password does not have.
///
/// Without one, the rules that would ask for a step-up make everybody on an unknown device wait.
///
/// The trait is written with the macro of the crate `async-trait`; implement it with the same.
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync {
    /// Sends one code. It runs in a task of its own beside the login and does not delay its answer, so
    /// it must not block its thread, and should end by a deadline of its own.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the audit event says that a code was not sent, and the login's answer
    /// stays as it was.
    async fn send_code(
        &self,
        notice: CodeNotice,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// 256 random bits as text.
#[derive(Clone)]
pub(crate) struct TicketToken(pub(crate) Zeroizing<String>);

impl TicketToken {
    /// Whatever a client presents. What is too long to be a ticket is not digested: it becomes the
    /// empty text, which no ticket has.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        if text.len() > 64 { Self(Zeroizing::default()) } else { Self(text) }
    }

    pub(crate) fn generate() -> Result<Self, Error> {
        let secret = Zeroizing::new(random_bytes::<32>()?);
        Ok(Self(Zeroizing::new(format!("dwt_{}", Base64UrlUnpadded::encode_string(&*secret)))))
    }
}

impl fmt::Debug for TicketToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketToken([REDACTED])")
    }
}

/// What is kept, sealed, under a ticket. All are of one length: nobody who sees the table can tell
/// which of them came from a right password.
///
/// `live, asked for by the site (1) || account (16) || credential version (8) || identifier's index (32) || code tag (32)`
pub(crate) struct TicketRecord {
    pub(crate) live: bool,
    /// Whether it was the site that asked for it.
    pub(crate) by_site: bool,
    pub(crate) account: AccountId,
    pub(crate) version: u64,
    pub(crate) index: [u8; 32],
    pub(crate) code_tag: [u8; 32],
}

impl TicketRecord {
    const LENGTH: usize = 1 + 16 + 8 + 32 + 32;

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        bytes.push(u8::from(self.live) | u8::from(self.by_site) << 1);
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(&self.version.to_be_bytes());
        bytes.extend_from_slice(&self.index);
        bytes.extend_from_slice(&self.code_tag);
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::LENGTH {
            return None;
        }
        Some(Self {
            live: bytes[0] & 1 == 1,
            by_site: bytes[0] & 2 == 2,
            account: AccountId::from_bytes(bytes[1..17].try_into().ok()?),
            version: u64::from_be_bytes(bytes[17..25].try_into().ok()?),
            index: bytes[25..57].try_into().ok()?,
            code_tag: bytes[57..].try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_eight_digits_and_differ() {
        let codes: Vec<_> =
            (0..64).map(|_| Code::generate().unwrap().expose_secret().to_owned()).collect();
        assert!(
            codes.iter().all(|code| code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()))
        );
        assert!(codes.windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn spaces_and_hyphens_do_not_make_a_code_wrong() {
        assert_eq!(*Code::new("1234 56-78").digits(), *b"12345678");
    }

    #[test]
    fn a_record_survives_a_round_trip_and_no_other_length_is_one() {
        let record = TicketRecord {
            live: true,
            by_site: true,
            account: AccountId::from_bytes([7; 16]),
            version: 9,
            index: [1; 32],
            code_tag: [2; 32],
        };
        let bytes = record.to_bytes();
        let again = TicketRecord::parse(&bytes).unwrap();
        assert!(again.by_site);
        assert_eq!((again.live, again.account, again.version), (true, record.account, 9));
        assert_eq!((again.index, again.code_tag), (record.index, record.code_tag));
        assert!(TicketRecord::parse(&bytes[1..]).is_none());
    }
}
