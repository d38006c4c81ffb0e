#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod format;

mod age;
mod aws;
mod breaker;
mod cache_limits;
mod data_key;
mod data_keys;
mod encryption_context;
mod error;
mod flight;
mod key_arn;
mod key_service;
#[cfg(feature = "testing")]
mod memory_key_service;
mod rewrap;
mod root_secrets;
mod slots;
mod wrapped_key;

// Data keys
pub use cache_limits::{CacheLimits, CacheLimitsError};
pub use data_key::DataKey;
pub use data_keys::DataKeys;
pub use encryption_context::EncryptionContext;
pub use wrapped_key::{MalformedWrappedKey, WrappedKey};

// Root secrets
pub use root_secrets::{RootSecrets, RootSecretsError};

// Passes over stored data keys
pub use rewrap::Rewrap;

// The key service
pub use aws::{AwsKms, AwsKmsBuilder};
pub use error::{KmsError, KmsErrorKind};
pub use key_arn::{KeyArn, MalformedKeyArn};
pub use key_service::{GeneratedKey, KeyService};

// For tests
#[cfg(feature = "testing")]
pub use memory_key_service::MemoryKeyService;
