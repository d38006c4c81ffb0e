//! The byte formats, as specified.

/// The wrapped data key.
#[doc = include_str!("../docs/wrapped_key.md")]
pub mod wrapped_key {}
