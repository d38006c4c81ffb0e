use std::fmt;

use super::IndexBits;
use crate::KeyId;

/// A few bits of a keyed digest, stored in clear so that a value can be searched for among records
/// that share them.
///
/// Look for it, open what is found, and keep what has the value: some of it has another. Equal values
/// have equal indexes, so the index still shows which values are frequent; what it hides is that two
/// records of one index hold one value. [`IndexBits`] says how many bits do so.
///
/// Under one key a record has one of these a field: two, of two keys, tell apart as well as one of
/// twice the bits.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TruncatedIndex {
    key_id: KeyId,
    bits: IndexBits,
    index: u32,
}

impl TruncatedIndex {
    /// Of the first 32 bits of the digest.
    pub(super) const fn new(key_id: KeyId, bits: IndexBits, digest: u32) -> Self {
        Self { key_id, bits, index: digest >> (32 - bits.get()) }
    }

    /// The key it was made with.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// How many bits it has.
    #[must_use]
    pub const fn bits(&self) -> IndexBits {
        self.bits
    }

    /// The bits: a number below `2^bits`.
    #[must_use]
    pub const fn get(&self) -> u32 {
        self.index
    }

    /// The bytes to store: the key id, big endian, the number of bits, and the bits as a number of
    /// four bytes, big endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 9] {
        let mut bytes = [0; 9];
        bytes[..4].copy_from_slice(&self.key_id.to_be_bytes());
        bytes[4] = self.bits.get();
        bytes[5..].copy_from_slice(&self.index.to_be_bytes());
        bytes
    }
}

impl fmt::Display for TruncatedIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TruncatedIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TruncatedIndex({}:{:x}/{})", self.key_id, self.index, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bits_are_kept_and_named() {
        let index = |bits| {
            TruncatedIndex::new(KeyId::new(0x0102_0304), IndexBits::new(bits).unwrap(), 0xabcd_ef01)
        };
        assert_eq!(index(1).get(), 1);
        assert_eq!(index(12).get(), 0xabc);
        assert_eq!(index(32).get(), 0xabcd_ef01);
        assert_eq!(index(12).to_bytes(), [1, 2, 3, 4, 12, 0, 0, 0x0a, 0xbc]);
        assert_eq!(index(12).to_string(), "010203040c00000abc");
        assert_eq!(format!("{:?}", index(12)), "TruncatedIndex(16909060:abc/12)");
    }
}
