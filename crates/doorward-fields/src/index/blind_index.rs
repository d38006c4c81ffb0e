use std::fmt;

use crate::KeyId;

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
    pub(super) const fn new(key_id: KeyId, digest: [u8; 32]) -> Self {
        Self { key_id, digest }
    }

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

    #[test]
    fn bytes_name_the_key_first() {
        let index = BlindIndex::new(KeyId::new(0x0102_0304), [7; 32]);
        let bytes = index.to_bytes();
        assert_eq!(bytes[..4], [1, 2, 3, 4]);
        assert_eq!(bytes[4..], *index.digest());
        assert_eq!(index.key_id(), KeyId::new(0x0102_0304));
    }

    #[test]
    fn display_is_whole_and_debug_is_a_prefix() {
        let index = BlindIndex::new(KeyId::new(10), [0xab; 32]);
        assert_eq!(index.to_string(), format!("0000000a{}", "ab".repeat(32)));
        assert_eq!(format!("{index:?}"), "BlindIndex(10:abababab..)");
    }
}
