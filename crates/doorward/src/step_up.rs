//! Step-up: a ticket that only a code of the account's owner can redeem, sent or of an app.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_fields::random_bytes;
use zeroize::Zeroizing;

use crate::error::Error;

/// How long a ticket can be redeemed: NIST SP 800-63B-4 and ASVS 5.0 6.5.5 allow a code sent out of
/// band 10 minutes.
pub(crate) const TICKET_LIFE: Duration = Duration::from_secs(600);

/// Wrong codes after which a ticket is dead: 5 guesses at 8 digits are 1 in 20 million.
pub(crate) const TICKET_TRIES: i64 = 5;

/// A ticket that waits for a code: of the account's second factor, or one that its owner was sent.
///
/// While an attack is under way everybody gets one, whether the password was right, wrong, or of nobody: they cannot
/// be told apart, and only the right one's owner was sent a code, or has one in their app. So ask for "the code from
/// your app, or the one that we have sent you".
///
/// It is bound to the account, and to where the login came from: its address and its device token.
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

/// A code of 8 digits that was sent, or what was typed as one. `Debug` shows none of it.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

impl Code {
    /// Whatever was typed. What is too long to be any code becomes the empty text, which is none.
    pub(crate) fn new(typed: impl Into<String>) -> Self {
        let typed = Zeroizing::new(typed.into());
        if typed.len() > 128 { Self(Zeroizing::default()) } else { Self(typed) }
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
}
