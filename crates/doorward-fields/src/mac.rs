use std::fmt;

use hmac::Mac as _;
use subtle::ConstantTimeEq as _;

use crate::KeyId;
use crate::kdf::{HmacSha256, finish, hmac};
use crate::length_prefix::length_prefixed;

/// A secret that makes and checks [`Tag`]s, and its [`KeyId`].
///
/// For what is derived from other data and need not be stored with it: the keys of counters,
/// device tokens, digests of codes. HMAC-SHA-256 ([RFC 2104]) over the domain and the parts, each
/// with its length ahead of it; the formula is on the page [`format::keys`](crate::format::keys).
///
/// Comes from [`RootKey::derive_mac_key`](crate::RootKey::derive_mac_key). Wiped on drop; `Debug`
/// shows the id alone.
///
/// ```
/// use doorward_fields::{KeyId, RootKey};
///
/// let key = RootKey::generate(KeyId::new(1))?.derive_mac_key("devices");
/// let tag = key.tag("device/v1", &[b"u-17", b"d-3"]);
/// assert!(key.verify("device/v1", &[b"u-17", b"d-3"], tag.as_bytes()));
/// assert!(!key.verify("device/v1", &[b"u-1", b"7d-3"], tag.as_bytes()));
/// # Ok::<(), doorward_fields::RandomError>(())
/// ```
///
/// [RFC 2104]: https://www.rfc-editor.org/rfc/rfc2104
pub struct MacKey {
    id: KeyId,
    // Keyed once, cloned per tag. On the heap: moving the key leaves no copy behind.
    keyed: Box<HmacSha256>,
}

impl MacKey {
    pub(crate) fn new(id: KeyId, secret: &[u8; 32]) -> Self {
        Self { id, keyed: Box::new(hmac(secret)) }
    }

    /// The key's id. A tag does not bear it: store it next to the tag if keys rotate.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The tag of `parts` in `domain`. Tags of two domains, or of other parts, do not meet.
    #[must_use]
    pub fn tag(&self, domain: &str, parts: &[&[u8]]) -> Tag {
        let mut mac = HmacSha256::clone(&self.keyed);
        length_prefixed(domain.as_bytes(), |piece| mac.update(piece));
        for part in parts {
            length_prefixed(part, |piece| mac.update(piece));
        }
        let mut tag = Tag([0; 32]);
        finish(mac, &mut tag.0);
        tag
    }

    /// Whether `tag` is the tag of `parts` in `domain`. The comparison takes the same time wherever
    /// the first difference stands. A tag of another length than 32 bytes is wrong.
    #[must_use]
    pub fn verify(&self, domain: &str, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.tag(domain, parts).0.as_slice().ct_eq(tag).into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey")
            .field("id", &format_args!("{}", self.id))
            .field("secret", &format_args!("[REDACTED]"))
            .finish()
    }
}

/// 32 bytes that only the holder of the [`MacKey`] can make.
///
/// A tag may serve as a token, so `Debug` shows none of it and `==` takes constant time.
#[derive(Clone, Copy)]
pub struct Tag([u8; 32]);

impl Tag {
    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Tag {}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tag([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> MacKey {
        MacKey::new(KeyId::new(1), &[7; 32])
    }

    fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
        parts.iter().map(Vec::as_slice).collect()
    }

    fn parts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let part = prop::collection::vec(0u8..3, 0..4);
        prop::collection::vec(part, 0..4)
    }

    #[test]
    fn the_key_changes_the_tag() {
        let other = MacKey::new(KeyId::new(1), &[8; 32]);
        assert_ne!(key().tag("d", &[b"a"]), other.tag("d", &[b"a"]));
    }

    #[test]
    fn the_domain_is_no_part() {
        assert_ne!(key().tag("d", &[b"a"]), key().tag("", &[b"d", b"a"]));
        assert_ne!(key().tag("da", &[]), key().tag("d", &[b"a"]));
    }

    proptest! {
        #[test]
        fn tags_are_equal_only_for_equal_lists_of_parts(one in parts(), two in parts()) {
            let equal = key().tag("d", &slices(&one)) == key().tag("d", &slices(&two));
            prop_assert_eq!(equal, one == two);
        }

        #[test]
        fn verify_accepts_the_whole_tag_only(parts in parts(), bit in 0usize..256, length in 0usize..32) {
            let parts = slices(&parts);
            let mut tag = key().tag("d", &parts).as_bytes().to_vec();
            prop_assert!(key().verify("d", &parts, &tag));
            prop_assert!(!key().verify("d", &parts, &tag[..length]));
            tag[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!key().verify("d", &parts, &tag));
            tag[bit / 8] ^= 1 << (bit % 8);
            tag.push(0);
            prop_assert!(!key().verify("d", &parts, &tag));
        }
    }
}
