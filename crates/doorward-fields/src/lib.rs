#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod format;
pub mod rotation;

mod backend;
mod blind_index;
mod context;
mod envelope;
mod field_key;
mod index_keys;
mod kdf;
mod key_id;
mod key_set;
mod key_status;
mod keyring;
mod length_prefix;
mod mac;
mod mac_keys;
mod nonce;
mod nonces;
mod opened;
mod opening;
mod random;
mod root_key;
mod sealing;
mod staged;

// Keys
pub use field_key::FieldKey;
pub use key_id::KeyId;
pub use key_set::{KeySet, KeySetError};
pub use key_status::{KeyStatus, UnknownKeyStatus};
pub use root_key::RootKey;
pub use staged::error::{DuplicateKeyId, MinimumError, PromotionError, RetirementError};

// Sealed fields
pub use backend::Backend;
pub use context::{Context, Place};
pub use envelope::{Envelope, MalformedEnvelope};
pub use keyring::Keyring;
pub use nonce::Nonce;
pub use nonces::Nonces;
pub use opened::{OpenError, OpenErrorKind, Opened};
pub use sealing::SealError;

// Digests
pub use blind_index::{BlindIndex, IndexKey, IndexPlace};
pub use index_keys::IndexKeys;
pub use mac::{MacKey, Tag};
pub use mac_keys::MacKeys;

// Randomness
pub use random::{RandomError, random_bytes};
