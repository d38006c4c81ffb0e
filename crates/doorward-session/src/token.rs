//! The texts that clients keep.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::TokenSecret;
use crate::text::{CHECKSUM_CHARS, chars, decode, push, push_checksum, without_checksum};

/// What a token is for. Its prefix says it, so that scanners for leaked secrets find it, and nobody
/// takes one for another.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Opens an API for minutes: `dwa_`.
    Access,
    /// Brings new access tokens: `dwr_`.
    Refresh,
    /// Holds a session: `dws_`.
    Session,
}

impl TokenKind {
    /// What tokens of this kind begin with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "dwa_",
            Self::Refresh => "dwr_",
            Self::Session => "dws_",
        }
    }

    /// The number that stands for it in digests.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Access => 1,
            Self::Refresh => 2,
            Self::Session => 3,
        }
    }
}

/// An opaque token: whose session it belongs to, and the secret that proves it.
///
/// As text, `prefix || Base64url(account (16) || session id (16)) || "." || Base64url(secret (32) ||
/// seal (20 for a refresh token, else none)) || Base64url(CRC-32 of all before (4))`, without padding.
/// A token has one spelling. The checksum catches a letter that was mistyped or lost, so that it never
/// costs a look into the store, and tells a scanner for leaked secrets a token from what only looks
/// like one; it proves nothing.
///
/// The ids are no secrets: they say where to look. The secret has 256 random bits (ASVS 5.0, 7.2.3, and
/// OWASP ask for 128; NIST SP 800-63B-4, section 5.1, for 64). `Debug` shows none of it.
///
/// ```
/// use doorward_session::{Token, TokenKind, TokenSecret};
///
/// let token = Token::new(TokenKind::Session, [1; 16], [2; 16], TokenSecret::new([3; 32]));
/// let text = token.to_text();
/// assert!(text.starts_with("dws_"));
/// assert_eq!(Token::parse(TokenKind::Session, &text)?.session(), &[2; 16]);
/// assert!(Token::parse(TokenKind::Access, &text).is_err());
/// # Ok::<(), doorward_session::MalformedToken>(())
/// ```
#[derive(Clone)]
pub struct Token {
    kind: TokenKind,
    account: [u8; 16],
    session: [u8; 16],
    secret: TokenSecret,
    seal: [u8; Token::SEAL_BYTES],
}

impl Token {
    /// The length of the seal of a refresh token.
    pub const SEAL_BYTES: usize = 20;

    /// The length of the longest text.
    pub const MAX_TEXT_BYTES: usize = text_bytes(TokenKind::Refresh);

    /// A token of this secret.
    #[must_use]
    pub fn new(kind: TokenKind, account: [u8; 16], session: [u8; 16], secret: TokenSecret) -> Self {
        Self { kind, account, session, secret, seal: [0; Self::SEAL_BYTES] }
    }

    /// With this seal, by which its issuer knows it again when nothing that is stored tells of it any more. Only
    /// the text of a refresh token bears it.
    #[must_use]
    pub fn with_seal(self, seal: [u8; Self::SEAL_BYTES]) -> Self {
        Self { seal, ..self }
    }

    /// Reads what a client presents.
    ///
    /// # Errors
    ///
    /// [`MalformedToken`] for whatever is not the text of a token of this kind. It tells nothing more:
    /// who presents it learns only that it is none.
    pub fn parse(kind: TokenKind, text: &str) -> Result<Self, MalformedToken> {
        Self::read(kind, text).ok_or(MalformedToken(()))
    }

    fn read(kind: TokenKind, text: &str) -> Option<Self> {
        if text.len() != text_bytes(kind) {
            return None;
        }
        let body = without_checksum(text)?;
        let (id, secret) = body.strip_prefix(kind.prefix())?.split_once('.')?;
        let mut ids = [0; 32];
        let mut secrets = Zeroizing::new([0; 32 + Self::SEAL_BYTES]);
        let secrets = &mut secrets[..secret_bytes(kind)];
        decode(id, &mut ids)?;
        decode(secret, secrets)?;
        let mut seal = [0; Self::SEAL_BYTES];
        seal[..secrets.len() - 32].copy_from_slice(&secrets[32..]);
        Some(Self {
            kind,
            account: ids[..16].try_into().ok()?,
            session: ids[16..].try_into().ok()?,
            secret: TokenSecret::new(secrets[..32].try_into().ok()?),
            seal,
        })
    }

    /// The text for the client. Besides the [secret](TokenSecret::expose), this is the only method that
    /// shows it.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut ids = [0; 32];
        ids[..16].copy_from_slice(&self.account);
        ids[16..].copy_from_slice(&self.session);
        let mut secrets = Zeroizing::new([0; 32 + Self::SEAL_BYTES]);
        secrets[..32].copy_from_slice(self.secret.expose());
        secrets[32..].copy_from_slice(&self.seal);
        // Room for all of it: growing would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(Self::MAX_TEXT_BYTES));
        text.push_str(self.kind.prefix());
        push(&ids, &mut text);
        text.push('.');
        push(&secrets[..secret_bytes(self.kind)], &mut text);
        push_checksum(&mut text);
        text
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// Whose it says it is.
    #[must_use]
    pub fn account(&self) -> &[u8; 16] {
        &self.account
    }

    /// The session that it says it belongs to.
    #[must_use]
    pub fn session(&self) -> &[u8; 16] {
        &self.session
    }

    /// What proves it.
    #[must_use]
    pub fn secret(&self) -> &TokenSecret {
        &self.secret
    }

    /// The seal; all zero where there is none.
    #[must_use]
    pub fn seal(&self) -> &[u8; Self::SEAL_BYTES] {
        &self.seal
    }

    /// The digest that is kept of it: SHA-256 over a domain, the kind, account, session and secret.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.secret.digest(self.kind, &self.account, &self.session)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({:?}, [REDACTED])", self.kind)
    }
}

/// The text is not a token of the kind that was asked for.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a token of this kind; present the whole text, as it was given out")]
pub struct MalformedToken(pub(crate) ());

const fn secret_bytes(kind: TokenKind) -> usize {
    match kind {
        TokenKind::Refresh => 32 + Token::SEAL_BYTES,
        TokenKind::Access | TokenKind::Session => 32,
    }
}

const fn text_bytes(kind: TokenKind) -> usize {
    4 + chars(32) + 1 + chars(secret_bytes(kind)) + CHECKSUM_CHARS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [TokenKind; 3] = [TokenKind::Access, TokenKind::Refresh, TokenKind::Session];

    fn token(kind: TokenKind) -> Token {
        let token = Token::new(kind, [1; 16], [2; 16], TokenSecret::new([3; 32]));
        if kind == TokenKind::Refresh { token.with_seal([4; Token::SEAL_BYTES]) } else { token }
    }

    #[test]
    fn a_token_is_of_one_kind() {
        for kind in KINDS {
            let text = token(kind).to_text();
            assert!(text.starts_with(kind.prefix()));
            assert_eq!(text.len(), text_bytes(kind));
            for other in KINDS {
                let parsed = Token::parse(other, &text);
                assert_eq!(parsed.is_ok(), kind == other, "{kind:?} as {other:?}");
            }
        }
    }

    #[test]
    fn law_08_a_token_shows_nothing() {
        let token = token(TokenKind::Refresh);
        assert_eq!(format!("{token:?}"), "Token(Refresh, [REDACTED])");
        assert_eq!(format!("{:?}", token.secret()), "TokenSecret([REDACTED])");
    }

    proptest! {
        #[test]
        fn text_survives_a_round_trip(
            account: [u8; 16], session: [u8; 16], secret: [u8; 32],
            seal in proptest::array::uniform20(any::<u8>()), kind in 0..3_usize,
        ) {
            let kind = KINDS[kind];
            let token = Token::new(kind, account, session, TokenSecret::new(secret));
            let token = if kind == TokenKind::Refresh { token.with_seal(seal) } else { token };
            let again = Token::parse(kind, &token.to_text()).unwrap();
            prop_assert_eq!(again.account(), &account);
            prop_assert_eq!(again.session(), &session);
            prop_assert_eq!(again.secret().expose(), &secret);
            prop_assert_eq!(again.seal(), token.seal());
            prop_assert_eq!(again.digest(), token.digest());
        }

        #[test]
        fn one_wrong_letter_is_noticed(at in 0..200_usize, with in "[A-Za-z0-9_.-]", kind in 0..3_usize) {
            let text = token(KINDS[kind]).to_text();
            let at = at % text.len();
            let mut typed = text.to_string();
            typed.replace_range(at..=at, &with);
            prop_assert_eq!(Token::parse(KINDS[kind], &typed).is_ok(), typed == *text);
        }

        #[test]
        fn nothing_else_is_a_token(text in any::<String>(), kind in 0..3_usize) {
            prop_assert!(Token::parse(KINDS[kind], &text).is_err());
        }
    }
}
