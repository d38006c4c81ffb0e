#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod format;
pub mod rotation;

mod backend;
mod blind_index;
mod context;
mod envelope;
mod field_key;
mod kdf;
mod key_id;
mod keyring;
mod length_prefix;
mod mac;
mod nonce;
mod nonces;
mod opened;
mod opening;
mod random;
mod root_key;
mod sealing;

// Keys
pub use field_key::FieldKey;
pub use key_id::KeyId;
pub use root_key::RootKey;

// Sealed fields
pub use backend::Backend;
pub use context::{Context, Place};
pub use envelope::{Envelope, MalformedEnvelope};
pub use keyring::{DuplicateKeyId, Keyring};
pub use nonce::Nonce;
pub use nonces::Nonces;
pub use opened::{OpenError, OpenErrorKind, Opened};
pub use sealing::SealError;

// Digests
pub use blind_index::{BlindIndex, IndexKey, IndexPlace};
pub use mac::{MacKey, Tag};

// Randomness
pub use random::{RandomError, random_bytes};
