use crate::length_prefix::length_prefixed;

const LABEL: &[u8] = b"doorward/context/v1";

/// The parts of a [`Context`], each by its name, so that no two can be swapped by mistake.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a literal names each part; a new part is a new format"
)]
pub struct Place<'a> {
    /// Whose data it is. Empty where there is one tenant only.
    pub tenant: &'a str,
    /// The table, or the collection, or the kind of record.
    pub table: &'a str,
    /// The key of the record. It must never change while the record lives.
    pub record: &'a [u8],
    /// The field of the record.
    pub field: &'a str,
    /// The version of the plaintext's schema. An envelope of another version is refused.
    pub version: u32,
}

/// Where a field lives. An envelope opens with the context it was sealed with, and no other.
///
/// The context is not stored in the envelope. It is bound to it, as associated data and through the
/// subkey, so whoever opens must say where the envelope was found. That is what stops a writer of
/// the table from moving a field to another record, field or tenant.
///
/// Take the parts from where the envelope was read, never from the request. Not secret.
///
/// ```
/// use doorward_fields::{Context, Place};
///
/// let email = Context::new(Place {
///     tenant: "acme",
///     table: "users",
///     record: b"u-17",
///     field: "email",
///     version: 1,
/// });
/// assert!(email.to_bytes().starts_with(b"doorward/context/v1\0\0\0\x04acme"));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Context<'a> {
    place: Place<'a>,
}

impl<'a> Context<'a> {
    /// The context of a field that lives in `place`.
    #[must_use]
    pub const fn new(place: Place<'a>) -> Self {
        Self { place }
    }

    /// The parts.
    #[must_use]
    pub const fn place(&self) -> Place<'a> {
        self.place
    }

    /// The canonical bytes: a label, then each part with its length ahead of it. Two different
    /// contexts never have the same bytes. The formula is on the page
    /// [`format::envelope`](crate::format::envelope).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        self.encode(|piece| bytes.extend_from_slice(piece));
        bytes
    }

    /// Gives `sink` the canonical bytes, piece by piece.
    pub(crate) fn encode(&self, mut sink: impl FnMut(&[u8])) {
        sink(LABEL);
        for part in self.parts(&self.place.version.to_be_bytes()) {
            length_prefixed(part, &mut sink);
        }
    }

    /// A capacity, exact but for parts of 4 GiB.
    pub(crate) fn encoded_len(&self) -> usize {
        let parts = self.parts(&[0; 4]);
        LABEL.len() + parts.iter().map(|part| 4 + part.len()).sum::<usize>()
    }

    fn parts<'p>(&'p self, version: &'p [u8; 4]) -> [&'p [u8]; 5] {
        let Place { tenant, table, record, field, version: _ } = self.place;
        [tenant.as_bytes(), table.as_bytes(), record, field.as_bytes(), version]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split_part(bytes: &[u8]) -> (&[u8], &[u8]) {
        let (length, rest) = bytes.split_at(4);
        rest.split_at(u32::from_be_bytes(length.try_into().unwrap()) as usize)
    }

    /// The inverse of `to_bytes`. That it exists is what makes the encoding injective.
    fn decode(bytes: &[u8]) -> (String, String, Vec<u8>, String, u32) {
        let text = |part: &[u8]| String::from_utf8(part.to_vec()).unwrap();
        let rest = bytes.strip_prefix(LABEL).unwrap();
        let (tenant, rest) = split_part(rest);
        let (table, rest) = split_part(rest);
        let (record, rest) = split_part(rest);
        let (field, rest) = split_part(rest);
        let (version, rest) = split_part(rest);
        assert!(rest.is_empty());
        let version = u32::from_be_bytes(version.try_into().unwrap());
        (text(tenant), text(table), record.to_vec(), text(field), version)
    }

    /// Short parts of few letters, some of which look like lengths: joined carelessly they collide.
    fn part() -> impl Strategy<Value = String> {
        "[ab\u{0}\u{1}]{0,6}"
    }

    proptest! {
        #[test]
        fn encoding_is_injective(
            tenant in part(), table in part(), record: Vec<u8>, field in part(), version: u32,
        ) {
            let context = Context::new(Place {
                tenant: &tenant, table: &table, record: &record, field: &field, version,
            });
            let bytes = context.to_bytes();
            prop_assert_eq!(bytes.len(), context.encoded_len());
            prop_assert_eq!(decode(&bytes), (tenant, table, record, field, version));
        }

        #[test]
        fn equal_bytes_mean_equal_contexts(one in (part(), part(), part()), two in (part(), part(), part())) {
            let encode = |(tenant, table, record): &(String, String, String)| Context::new(Place {
                tenant, table, record: record.as_bytes(), field: "", version: 0,
            }).to_bytes();
            prop_assert_eq!(encode(&one) == encode(&two), one == two);
        }
    }
}
