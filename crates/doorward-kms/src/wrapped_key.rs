use std::fmt;

use doorward_fields::KeyId;
use thiserror::Error;

use crate::KeyArn;

/// A data key as it is stored: wrapped by a KMS key, once beside each record that it sealed.
///
/// The bytes are on the page [`format::wrapped_key`](crate::format::wrapped_key). Not secret.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct WrappedKey {
    id: KeyId,
    key: KeyArn,
    blob: Vec<u8>,
}

impl WrappedKey {
    /// The longest ciphertext of KMS, in bytes.
    pub const MAX_BLOB: usize = 6_144;

    pub(crate) fn new(id: KeyId, key: KeyArn, blob: Vec<u8>) -> Result<Self, MalformedWrappedKey> {
        if blob.is_empty() || blob.len() > Self::MAX_BLOB {
            return Err(MalformedWrappedKey);
        }
        Ok(Self { id, key, blob })
    }

    /// Reads what was stored.
    ///
    /// # Errors
    ///
    /// [`MalformedWrappedKey`] if no version of this crate can have made the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedWrappedKey> {
        let (&[VERSION, a, b, c, d], rest) =
            bytes.split_first_chunk().ok_or(MalformedWrappedKey)?
        else {
            return Err(MalformedWrappedKey);
        };
        let (key, rest) = split_part(rest).ok_or(MalformedWrappedKey)?;
        let (blob, rest) = split_part(rest).ok_or(MalformedWrappedKey)?;
        let key = std::str::from_utf8(key).ok().and_then(|text| KeyArn::parse(text).ok());
        match (key, rest) {
            (Some(key), []) => {
                Self::new(KeyId::new(u32::from_be_bytes([a, b, c, d])), key, blob.to_vec())
            }
            _ => Err(MalformedWrappedKey),
        }
    }

    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.id.get().to_be_bytes());
        for part in [self.key.as_str().as_bytes(), &self.blob] {
            // An ARN and a blob are short: it is never cut.
            bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    /// The key id that the envelopes of this data key bear.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The KMS key that wrapped it, as it says.
    #[must_use]
    pub fn key(&self) -> &KeyArn {
        &self.key
    }

    pub(crate) fn blob(&self) -> &[u8] {
        &self.blob
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrappedKey")
            .field("id", &self.id.get())
            .field("key", &self.key.as_str())
            .field("blob", &format_args!("{} bytes", self.blob.len()))
            .finish()
    }
}

/// The bytes are no wrapped key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
#[error("not a wrapped data key of this version; was the right attribute read, and all of it?")]
pub struct MalformedWrappedKey;

const VERSION: u8 = 1;

fn split_part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrapped(id: u32, blob: Vec<u8>) -> WrappedKey {
        let key = KeyArn::parse("arn:aws:kms:us-east-1:1:key/a").unwrap();
        WrappedKey::new(KeyId::new(id), key, blob).unwrap()
    }

    #[test]
    fn the_bytes_are_as_specified() {
        let bytes = wrapped(0x0102_0304, b"blob".to_vec()).to_bytes();
        let expected = b"\x01\x01\x02\x03\x04\0\0\0\x1darn:aws:kms:us-east-1:1:key/a\0\0\0\x04blob";
        assert_eq!(bytes, expected);
    }

    #[test]
    fn a_blob_that_kms_cannot_have_made_is_malformed() {
        let mut bytes = wrapped(1, vec![7]).to_bytes();
        bytes.pop();
        *bytes.last_mut().unwrap() = 0;
        assert_eq!(WrappedKey::parse(&bytes), Err(MalformedWrappedKey), "an empty one");
        let key = wrapped(1, vec![7]).key().clone();
        let long = vec![0; WrappedKey::MAX_BLOB + 1];
        assert_eq!(WrappedKey::new(KeyId::new(1), key, long), Err(MalformedWrappedKey));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(id: u32, blob in prop::collection::vec(any::<u8>(), 1..300)) {
            let key = wrapped(id, blob);
            prop_assert_eq!(WrappedKey::parse(&key.to_bytes()), Ok(key));
        }

        #[test]
        fn any_cut_or_lengthened_bytes_are_malformed(blob in prop::collection::vec(any::<u8>(), 1..60), cut: prop::sample::Index) {
            let mut bytes = wrapped(1, blob).to_bytes();
            let cut = cut.index(bytes.len());
            prop_assert_eq!(WrappedKey::parse(&bytes[..cut]), Err(MalformedWrappedKey));
            bytes.push(0);
            prop_assert_eq!(WrappedKey::parse(&bytes), Err(MalformedWrappedKey));
        }

        #[test]
        fn what_is_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(key) = WrappedKey::parse(&bytes) {
                prop_assert_eq!(key.to_bytes(), bytes);
            }
        }
    }
}
