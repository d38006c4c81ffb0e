#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod format;
pub mod rotation;

mod backend;
mod context;
mod envelope;
#[cfg(feature = "fernet")]
mod fernet;
mod field_key;
mod index;
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
#[cfg(feature = "serde")]
mod record;
#[cfg(feature = "serde")]
mod record_error;
#[cfg(feature = "serde")]
mod record_key;
mod root_key;
#[cfg(feature = "serde")]
mod sealed;
#[cfg(feature = "serde")]
mod sealed_field;
mod sealing;
#[cfg(feature = "serde")]
mod secret;
mod staged;
#[cfg(feature = "serde")]
mod value;

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

// Records of sealed fields
#[cfg(feature = "serde")]
pub use record_error::{RecordError, RecordErrorKind};
#[cfg(feature = "serde")]
pub use record_key::RecordKey;
#[cfg(feature = "serde")]
pub use sealed::Sealed;
#[cfg(feature = "serde")]
pub use sealed_field::SealedField;
#[cfg(feature = "serde")]
pub use secret::{Secret, SecretValue, Unwiped};
/// What [`sealed_record!`] derives with, for it alone.
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde as __serde;
#[cfg(feature = "serde")]
pub use value::ValueProblem;

// Fields that Fernet sealed
#[cfg(feature = "fernet")]
pub use fernet::{
    FernetError, FernetErrorKind, FernetKeys, FernetKeysError, FernetSealError, OpenedToken,
};

// Blind indexes
pub use index::{
    BlindIndex, IndexBits, IndexBitsError, IndexKey, IndexKeys, IndexPlace, IndexPlan,
    IndexedValue, TextForm, TruncatedIndex,
};

// Digests
pub use mac::{MacKey, Tag};
pub use mac_keys::MacKeys;

// Randomness
pub use random::{RandomError, random_bytes};
