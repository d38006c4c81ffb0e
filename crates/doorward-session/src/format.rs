//! The byte formats, as specified.
//!
//! Every stored record starts with a version. An old version always opens.

/// Second factor, recovery code, URI.
#[doc = include_str!("../docs/second-factor.md")]
pub mod second_factor {}

/// Tokens, sessions, grants, one-time records, account details.
#[doc = include_str!("../docs/sessions.md")]
pub mod sessions {}
