//! The byte formats, as specified.
//!
//! Every sealed field starts with a version and names its key by id. An old version always opens.

/// The sealed field.
#[doc = include_str!("../docs/envelope.md")]
pub mod envelope {}

/// Tokens of Fernet, and the way from there.
#[doc = include_str!("../docs/fernet.md")]
pub mod fernet {}

/// Derived keys, blind index, tag.
#[doc = include_str!("../docs/keys.md")]
pub mod keys {}

/// The plaintext of a typed value.
#[doc = include_str!("../docs/values.md")]
pub mod values {}
