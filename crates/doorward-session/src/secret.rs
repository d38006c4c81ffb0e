//! The secret of a token, and what is kept of it.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::token::TokenKind;

/// 256 random bits that prove who holds a token. Wiped on drop; `Debug` shows none of it.
#[derive(Clone)]
pub struct TokenSecret(Zeroizing<[u8; 32]>);

impl TokenSecret {
    /// The secret of these bytes. They must come from the generator of the operating system, whole: a digest
    /// without salt or stretching is enough for 256 random bits, and for nothing that could be guessed.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. This is the only method that shows them.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What is kept instead of it: SHA-256 over a domain, the kind, account, session and the secret. It fits
    /// no other place.
    #[must_use]
    pub fn digest(&self, kind: TokenKind, account: &[u8; 16], session: &[u8; 16]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update([kind.number()]);
        hash.update(account);
        hash.update(session);
        hash.update(self.0.as_slice());
        hash.finalize().into()
    }

    /// A secret that whoever holds this one and knows `salt` can compute, and nobody else: HMAC-SHA-256
    /// (RFC 2104) of a domain, the purpose and the salt.
    pub(crate) fn derive(&self, purpose: &str, salt: &[u8]) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        // A key of any length will do: this never fails.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) {
            mac.update(DOMAIN);
            mac.update(purpose.as_bytes());
            mac.update(salt);
            let mut tag = mac.finalize().into_bytes();
            bytes.copy_from_slice(&tag);
            tag.as_mut_slice().zeroize();
        }
        Self(bytes)
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret([REDACTED])")
    }
}

/// Whether two digests are the same, in a time that does not depend on where they differ.
pub(crate) fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

const DOMAIN: &[u8] = b"doorward/session/v1\0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_fits_one_place() {
        let secret = TokenSecret::new([1; 32]);
        let digest = secret.digest(TokenKind::Session, &[2; 16], &[3; 16]);
        for other in [
            secret.digest(TokenKind::Access, &[2; 16], &[3; 16]),
            secret.digest(TokenKind::Session, &[3; 16], &[2; 16]),
            TokenSecret::new([4; 32]).digest(TokenKind::Session, &[2; 16], &[3; 16]),
        ] {
            assert!(!same(&digest, &other));
        }
        assert!(same(&digest, &secret.digest(TokenKind::Session, &[2; 16], &[3; 16])));
    }

    #[test]
    fn what_is_derived_differs_by_purpose_and_salt() {
        let secret = TokenSecret::new([1; 32]);
        let derived = secret.derive("access", &[2; 32]);
        assert_ne!(derived.expose(), secret.derive("refresh", &[2; 32]).expose());
        assert_ne!(derived.expose(), secret.derive("access", &[3; 32]).expose());
        assert_eq!(derived.expose(), secret.derive("access", &[2; 32]).expose());
    }
}
