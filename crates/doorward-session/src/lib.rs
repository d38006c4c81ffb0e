//! What comes after a login: sessions and their lifetimes, access and refresh tokens, a second factor,
//! one-time tokens.
//!
//! Pure: it makes, reads and judges what is kept, and keeps nothing itself. Time and random bytes are arguments.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
