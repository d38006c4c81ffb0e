use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use crate::kdf::Prk;
use crate::length_prefix::length_prefixed;
use crate::{FieldKey, IndexKey, KeyId, MacKey, RandomError, random_bytes};

const SALT: &[u8] = b"doorward/v1 root";

/// The one secret of a deployment: 32 bytes and their [`KeyId`]. Every other key derives from it.
///
/// Derivation is HKDF-SHA-256 ([RFC 5869]); the formula is on the page
/// [`format::keys`](crate::format::keys). A derived key tells nothing about the root or about a key
/// of another kind or purpose. It bears the root's id.
///
/// A root that leaks opens everything. A root that is lost opens nothing ever again: keep a copy
/// where the table's backups are not. Wiped on drop; `Debug` shows the id alone.
///
/// ```
/// use doorward_fields::{KeyId, RootKey};
///
/// let root = RootKey::generate(KeyId::new(1))?;
/// let users = root.derive_field_key("users");
/// assert_eq!(users.id(), root.id());
/// assert_eq!(format!("{root:?}"), "RootKey { id: 1, secret: [REDACTED] }");
/// # Ok::<(), doorward_fields::RandomError>(())
/// ```
///
/// [RFC 5869]: https://www.rfc-editor.org/rfc/rfc5869
pub struct RootKey {
    id: KeyId,
    // On the heap: moving the key leaves no copy behind.
    secret: Box<Zeroizing<[u8; 32]>>,
}

impl RootKey {
    /// The root of 32 uniformly random bytes. A passphrase is not such a secret.
    ///
    /// Wipes the array it was given. The caller's own copy, if the array was copied here, is the
    /// caller's to wipe.
    #[must_use]
    pub fn new(id: KeyId, mut secret: [u8; 32]) -> Self {
        let mut held = Box::new(Zeroizing::new([0; 32]));
        held.copy_from_slice(&secret);
        secret.zeroize();
        Self { id, secret: held }
    }

    /// A new root from the operating system's generator. Store what
    /// [`expose_secret`](Self::expose_secret) gives before sealing anything with it.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate(id: KeyId) -> Result<Self, RandomError> {
        let secret = Zeroizing::new(random_bytes()?);
        Ok(Self::new(id, *secret))
    }

    /// The id of this root and of every key derived from it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The secret itself, to store it. The only way to it.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The key that seals fields for `purpose`, such as the name of a table.
    #[must_use]
    pub fn derive_field_key(&self, purpose: &str) -> FieldKey {
        FieldKey::new(self.id, *self.derive("field", purpose))
    }

    /// The key that makes blind indexes for `purpose`.
    #[must_use]
    pub fn derive_index_key(&self, purpose: &str) -> IndexKey {
        IndexKey::new(self.id, &self.derive("index", purpose))
    }

    /// The key that makes tags for `purpose`.
    #[must_use]
    pub fn derive_mac_key(&self, purpose: &str) -> MacKey {
        MacKey::new(self.id, &self.derive("mac", purpose))
    }

    /// `HKDF-Expand(HKDF-Extract(SALT, secret), lp(kind) || lp(purpose), 32)`
    fn derive(&self, kind: &str, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut info = Vec::new();
        for part in [kind, purpose] {
            length_prefixed(part.as_bytes(), |piece| info.extend_from_slice(piece));
        }
        let mut okm = Zeroizing::new([[0; 32]]);
        Prk::extract(SALT, self.expose_secret()).expand(&[&info], &mut okm);
        Zeroizing::new(okm[0])
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootKey")
            .field("id", &format_args!("{}", self.id))
            .field("secret", &format_args!("[REDACTED]"))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_purpose_separate_the_keys() {
        let root = RootKey::new(KeyId::new(1), [7; 32]);
        let keys = [
            *root.derive("field", "a"),
            *root.derive("index", "a"),
            *root.derive("mac", "a"),
            *root.derive("field", "b"),
            *root.derive("field", ""),
            *root.derive("fiel", "da"),
        ];
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "key {i} repeats");
            assert_ne!(key, root.expose_secret());
        }
    }

    #[test]
    fn derivation_is_repeatable_and_needs_the_secret() {
        let root = RootKey::new(KeyId::new(1), [7; 32]);
        let other = RootKey::new(KeyId::new(1), [8; 32]);
        assert_eq!(root.derive("mac", "a"), root.derive("mac", "a"));
        assert_ne!(root.derive("mac", "a"), other.derive("mac", "a"));
    }

    #[test]
    fn generated_roots_differ() {
        let first = RootKey::generate(KeyId::new(1)).unwrap();
        let second = RootKey::generate(KeyId::new(1)).unwrap();
        assert_ne!(first.expose_secret(), second.expose_secret());
    }
}
