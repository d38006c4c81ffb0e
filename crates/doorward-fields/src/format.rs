//! The byte formats, as specified.
//!
//! Every sealed field starts with a version and names its key by id. An old version always opens.

/// The sealed field.
#[doc = include_str!("../docs/envelope.md")]
pub mod envelope {}

/// Derived keys, blind index, tag.
#[doc = include_str!("../docs/keys.md")]
pub mod keys {}
