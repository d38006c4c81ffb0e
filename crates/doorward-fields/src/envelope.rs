pub(crate) mod derived;

use std::fmt;

use thiserror::Error;

use crate::KeyId;

/// Version, key id, nonce, commitment: all that stands in clear ahead of the ciphertext.
pub(crate) const HEADER: usize = COMMITMENT + 32;
/// Where the commitment begins.
pub(crate) const COMMITMENT: usize = 1 + 4 + 24;
pub(crate) const TAG: usize = 16;

/// A sealed field: the bytes that are stored.
///
/// An `Envelope` is well formed, no more: whether it is genuine shows when a
/// [`Keyring`](crate::Keyring) opens it. It reveals its key's id and the length of the plaintext.
/// The bytes are on the page [`format::envelope`](crate::format::envelope).
///
/// ```
/// use doorward_fields::{Envelope, MalformedEnvelope};
///
/// let mut stored = vec![0; Envelope::OVERHEAD];
/// assert_eq!(Envelope::parse(&stored), Err(MalformedEnvelope::UnknownVersion { version: 0 }));
///
/// stored[0] = 2;
/// stored[4] = 9;
/// assert_eq!(Envelope::parse(&stored)?.key_id().get(), 9);
/// # Ok::<(), MalformedEnvelope>(())
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Envelope(Vec<u8>);

impl Envelope {
    /// The version that is sealed today. Version 1 opens as well.
    pub const VERSION: u8 = 2;

    /// How many bytes stand ahead of the ciphertext: the room that
    /// [`Keyring::seal_in_place`](crate::Keyring::seal_in_place) needs in front of the plaintext.
    pub const HEADER: usize = HEADER;

    /// How many bytes stand behind the ciphertext.
    pub const TAG: usize = TAG;

    /// How many bytes an envelope has more than its plaintext.
    pub const OVERHEAD: usize = HEADER + TAG;

    /// The longest plaintext: 64 MiB. What is longer is a file, not a field.
    pub const MAX_PLAINTEXT: usize = 64 << 20;

    /// Reads an envelope from stored bytes. [`TryFrom<Vec<u8>>`] does so without a copy.
    ///
    /// # Errors
    ///
    /// [`MalformedEnvelope`] if no version of this crate can have made the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedEnvelope> {
        check(bytes)?;
        Ok(Self(bytes.to_vec()))
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The version of the format.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.0[0]
    }

    /// The key that sealed it, as it says. Other than [`Keyring::primary_id`]: time to seal anew.
    ///
    /// [`Keyring::primary_id`]: crate::Keyring::primary_id
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        key_id(self.header())
    }

    pub(crate) fn from_sealed(bytes: Vec<u8>) -> Self {
        debug_assert_eq!(check(&bytes), Ok(()));
        Self(bytes)
    }

    pub(crate) fn header(&self) -> &[u8; HEADER] {
        self.array(0)
    }

    /// The ciphertext, and the tag behind it.
    pub(crate) fn sealed(&self) -> &[u8] {
        &self.0[HEADER..]
    }

    fn array<const N: usize>(&self, start: usize) -> &[u8; N] {
        self.0[start..].first_chunk().expect("an envelope has at least its overhead")
    }
}

impl TryFrom<Vec<u8>> for Envelope {
    type Error = MalformedEnvelope;

    fn try_from(bytes: Vec<u8>) -> Result<Self, MalformedEnvelope> {
        check(&bytes)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<&[u8]> for Envelope {
    type Error = MalformedEnvelope;

    fn try_from(bytes: &[u8]) -> Result<Self, MalformedEnvelope> {
        Self::parse(bytes)
    }
}

impl AsRef<[u8]> for Envelope {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("version", &self.version())
            .field("key_id", &format_args!("{}", self.key_id()))
            .field("bytes", &self.0.len())
            .finish()
    }
}

/// The bytes are no envelope.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MalformedEnvelope {
    /// Longer than any envelope.
    #[error("{bytes} bytes are too many for a sealed field; was the right attribute read?")]
    TooLong {
        /// How many bytes there were.
        bytes: usize,
    },
    /// Shorter than an envelope of an empty field, or empty.
    #[error("{bytes} bytes are too few for a sealed field; was it cut, or stored in clear?")]
    TooShort {
        /// How many bytes there were.
        bytes: usize,
    },
    /// A version that this release does not know.
    #[error(
        "version {version} of a sealed field is unknown; update doorward if a newer release sealed it"
    )]
    UnknownVersion {
        /// The first byte.
        version: u8,
    },
}

pub(crate) fn key_id(header: &[u8; HEADER]) -> KeyId {
    let [_, a, b, c, d, ..] = *header;
    KeyId::new(u32::from_be_bytes([a, b, c, d]))
}

pub(crate) fn check(bytes: &[u8]) -> Result<(), MalformedEnvelope> {
    match bytes.len() {
        length if length < Envelope::OVERHEAD => Err(MalformedEnvelope::TooShort { bytes: length }),
        length if length > Envelope::OVERHEAD + Envelope::MAX_PLAINTEXT => {
            Err(MalformedEnvelope::TooLong { bytes: length })
        }
        _ if !(1..=Envelope::VERSION).contains(&bytes[0]) => {
            Err(MalformedEnvelope::UnknownVersion { version: bytes[0] })
        }
        _ => Ok(()),
    }
}
