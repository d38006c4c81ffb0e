use std::fmt;

use hmac::Mac as _;
use zeroize::Zeroizing;

use super::{BlindIndex, IndexBits, IndexPlace, IndexedValue, TruncatedIndex};
use crate::KeyId;
use crate::kdf::{Prk, finish, hmac};

const LABEL: &[u8] = b"doorward/index/v1";
const TRUNCATED_LABEL: &[u8] = b"doorward/index-bits/v1";

/// A secret that makes blind indexes, and its [`KeyId`].
///
/// Comes from [`RootKey::derive_index_key`](crate::RootKey::derive_index_key), or with others by id in
/// [`IndexKeys`](crate::IndexKeys). Wiped on drop; `Debug` shows the id alone.
///
/// ```
/// use doorward_fields::{IndexPlace, IndexedValue, KeyId, RootKey, TextForm};
///
/// let key = RootKey::generate(KeyId::new(1))?.derive_index_key("users");
/// let email = IndexPlace { tenant: "acme", table: "users", field: "email" };
///
/// let caseless = |text| IndexedValue::text(TextForm::Caseless, text);
/// let index = key.blind_index(email, &caseless("alice@example.com"));
/// assert_eq!(index, key.blind_index(email, &caseless(" Alice@Example.com")));
/// assert_ne!(index, key.blind_index(email, &caseless("bob@example.com")));
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
    pub fn blind_index(&self, place: IndexPlace<'_>, value: &IndexedValue<'_>) -> BlindIndex {
        let digest = self.digest(&[LABEL, &place.encode(value)], value);
        BlindIndex::new(self.id, digest)
    }

    /// A few bits under which `value` is found in `place` among others that share them. Under a subkey
    /// of the place and of the number of bits: it is no part of any other index.
    #[must_use]
    pub fn truncated_index(
        &self,
        place: IndexPlace<'_>,
        bits: IndexBits,
        value: &IndexedValue<'_>,
    ) -> TruncatedIndex {
        let info = [TRUNCATED_LABEL, &[bits.get()], &place.encode(value)];
        let [a, b, c, d, ..] = self.digest(&info, value);
        TruncatedIndex::new(self.id, bits, u32::from_be_bytes([a, b, c, d]))
    }

    fn digest(&self, info: &[&[u8]], value: &IndexedValue<'_>) -> [u8; 32] {
        let mut subkey = Zeroizing::new([[0; 32]]);
        self.prk.expand(info, &mut subkey);
        let mut mac = hmac(&subkey[0]);
        mac.update(value.bytes());
        let mut digest = [0; 32];
        finish(mac, &mut digest);
        digest
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextForm;

    const EMAIL: IndexPlace<'_> = IndexPlace { tenant: "acme", table: "users", field: "email" };
    const ALICE: IndexedValue<'_> = IndexedValue::exact(b"alice");

    fn key(secret: u8) -> IndexKey {
        IndexKey::new(KeyId::new(0x0102_0304), &[secret; 32])
    }

    #[test]
    fn value_place_form_and_key_each_change_the_digest() {
        let digests = [
            key(1).blind_index(EMAIL, &ALICE),
            key(1).blind_index(EMAIL, &IndexedValue::exact(b"alicf")),
            key(1).blind_index(EMAIL, &IndexedValue::exact(b"")),
            key(2).blind_index(EMAIL, &ALICE),
            key(1).blind_index(IndexPlace { tenant: "acm", ..EMAIL }, &ALICE),
            key(1).blind_index(IndexPlace { table: "user", ..EMAIL }, &ALICE),
            key(1).blind_index(IndexPlace { field: "emai", ..EMAIL }, &ALICE),
            key(1).blind_index(IndexPlace { tenant: "", table: "acmeusers", ..EMAIL }, &ALICE),
            key(1).blind_index(
                IndexPlace { field: "emaila", ..EMAIL },
                &IndexedValue::exact(b"lice"),
            ),
            key(1).blind_index(EMAIL, &IndexedValue::text(TextForm::Caseless, "alice")),
            key(1).blind_index(EMAIL, &IndexedValue::text(TextForm::Trimmed, "alice")),
            key(1).blind_index(EMAIL, &IndexedValue::text(TextForm::Digits, "")),
        ];
        for (i, index) in digests.iter().enumerate() {
            assert!(!digests[..i].contains(index), "index {i} repeats");
        }
        assert_eq!(digests[0], key(1).blind_index(EMAIL, &ALICE));
    }

    /// Were one the beginning of the other, whoever reads both would hold the longer one.
    #[test]
    fn a_truncated_index_is_no_part_of_another() {
        let whole = *key(1).blind_index(EMAIL, &ALICE).digest();
        let whole = u32::from_be_bytes(whole[..4].try_into().unwrap());
        let longest = key(1).truncated_index(EMAIL, IndexBits::new(32).unwrap(), &ALICE).get();
        assert_ne!(longest, whole);
        let prefixes = (1..32).filter(|&bits| {
            let index = key(1).truncated_index(EMAIL, IndexBits::new(bits).unwrap(), &ALICE).get();
            index == longest >> (32 - bits) || index == whole >> (32 - bits)
        });
        // By chance: two in 2, two in 4, and so on.
        assert!(prefixes.count() < 6);
    }
}
