use std::fmt;

use hmac::Mac as _;
use zeroize::Zeroizing;

use crate::KeyId;
use crate::kdf::{Prk, finish, hmac};
use crate::length_prefix::length_prefixed;

const LABEL: &[u8] = b"doorward/index/v1";

/// The parts that a blind index belongs to, each by its name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a literal names each part; a new part is a new format"
)]
pub struct IndexPlace<'a> {
    /// Whose data it is. Empty where there is one tenant only.
    pub tenant: &'a str,
    /// The table, or the collection, or the kind of record.
    pub table: &'a str,
    /// The field whose values are looked up.
    pub field: &'a str,
}

/// A secret that makes blind indexes, and its [`KeyId`].
///
/// Comes from [`RootKey::derive_index_key`](crate::RootKey::derive_index_key). Wiped on drop;
/// `Debug` shows the id alone.
///
/// ```
/// use doorward_fields::{IndexPlace, KeyId, RootKey};
///
/// let key = RootKey::generate(KeyId::new(1))?.derive_index_key("users");
/// let email = IndexPlace { tenant: "acme", table: "users", field: "email" };
///
/// // Normalise first: to the index, Alice@ and alice@ are two values.
/// let index = key.blind_index(email, b"alice@example.com");
/// assert_eq!(index, key.blind_index(email, b"alice@example.com"));
/// assert_ne!(index, key.blind_index(email, b"bob@example.com"));
/// # Ok::<(), doorward_fields::RandomError>(())
/// ```
pub struct IndexKey {
    id: KeyId,
    prk: Prk,
}

impl IndexKey {
    pub(crate) fn new(id: KeyId, secret: &[u8; 32]) -> Self {
        Self { id, prk: Prk::new(secret) }
    }

    /// The id that the key's indexes bear.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The digest under which `value` is found in `place`: HMAC-SHA-256 under a subkey of the place.
    ///
    /// The formula is on the page [`format::keys`](crate::format::keys).
    #[must_use]
    pub fn blind_index(&self, place: IndexPlace<'_>, value: &[u8]) -> BlindIndex {
        let IndexPlace { tenant, table, field } = place;
        let mut info = Vec::with_capacity(12 + tenant.len() + table.len() + field.len());
        for part in [tenant, table, field] {
            length_prefixed(part.as_bytes(), |piece| info.extend_from_slice(piece));
        }
        let mut subkey = Zeroizing::new([[0; 32]]);
        self.prk.expand(&[LABEL, &info], &mut subkey);

        let mut mac = hmac(&subkey[0]);
        mac.update(value);
        let mut digest = [0; 32];
        finish(mac, &mut digest);
        BlindIndex { key_id: self.id, digest }
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexKey")
            .field("id", &format_args!("{}", self.id))
            .field("secret", &format_args!("[REDACTED]"))
            .finish()
    }
}

/// A keyed digest of a value, stored in clear so that the value can be looked up.
///
/// It leaks equality: within one tenant, table and field, equal values have equal indexes, and a
/// reader of the table can count them. It does not let anybody without the key test a guess.
/// `Debug` shows the first four bytes; `Display` is all of [`to_bytes`](Self::to_bytes) in
/// lowercase hexadecimal.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BlindIndex {
    key_id: KeyId,
    digest: [u8; 32],
}

impl BlindIndex {
    /// The key it was made with.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The 32 bytes of HMAC-SHA-256.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The bytes to store: the key id, big endian, then the digest.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 36] {
        let mut bytes = [0; 36];
        bytes[..4].copy_from_slice(&self.key_id.to_be_bytes());
        bytes[4..].copy_from_slice(&self.digest);
        bytes
    }
}

impl fmt::Display for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.to_bytes())
    }
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlindIndex({}:", self.key_id)?;
        write_hex(f, &self.digest[..4])?;
        f.write_str("..)")
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: IndexPlace<'_> = IndexPlace { tenant: "acme", table: "users", field: "email" };

    fn key(secret: u8) -> IndexKey {
        IndexKey::new(KeyId::new(0x0102_0304), &[secret; 32])
    }

    #[test]
    fn value_place_and_key_each_change_the_digest() {
        let digests = [
            key(1).blind_index(EMAIL, b"alice"),
            key(1).blind_index(EMAIL, b"alicf"),
            key(1).blind_index(EMAIL, b""),
            key(2).blind_index(EMAIL, b"alice"),
            key(1).blind_index(IndexPlace { tenant: "acm", ..EMAIL }, b"alice"),
            key(1).blind_index(IndexPlace { table: "user", ..EMAIL }, b"alice"),
            key(1).blind_index(IndexPlace { field: "emai", ..EMAIL }, b"alice"),
            key(1).blind_index(IndexPlace { tenant: "", table: "acmeusers", ..EMAIL }, b"alice"),
            key(1).blind_index(IndexPlace { field: "emaila", ..EMAIL }, b"lice"),
        ];
        for (i, index) in digests.iter().enumerate() {
            assert!(!digests[..i].contains(index), "index {i} repeats");
        }
        assert_eq!(digests[0], key(1).blind_index(EMAIL, b"alice"));
    }

    #[test]
    fn bytes_name_the_key_first() {
        let index = key(1).blind_index(EMAIL, b"alice");
        let bytes = index.to_bytes();
        assert_eq!(bytes[..4], [1, 2, 3, 4]);
        assert_eq!(bytes[4..], *index.digest());
        assert_eq!(index.key_id(), KeyId::new(0x0102_0304));
    }

    #[test]
    fn display_is_whole_and_debug_is_a_prefix() {
        let index = BlindIndex { key_id: KeyId::new(10), digest: [0xab; 32] };
        assert_eq!(index.to_string(), format!("0000000a{}", "ab".repeat(32)));
        assert_eq!(format!("{index:?}"), "BlindIndex(10:abababab..)");
    }
}
