//! What comes after a login: sessions and their lifetimes, access and refresh tokens, a second factor,
//! one-time tokens.
//!
//! Pure: it makes, reads and judges what is kept, and keeps nothing itself. Time and random bytes are arguments.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod authentication;
mod bytes;
mod grant;
mod lifetime;
mod one_time;
mod scopes;
mod secret;
mod session_record;
mod text;
mod token;

// Tokens
pub use secret::TokenSecret;
pub use token::{MalformedToken, Token, TokenKind};

// Sessions
pub use authentication::{Authentication, Factor};
pub use lifetime::{GrantPolicy, SessionPolicy};
pub use session_record::{Holder, Label, SessionRecord};

// Grants to API clients
pub use grant::{Grant, GrantPlace, GrantSecrets, Presented};
pub use scopes::{Scopes, ScopesError};

// One-time tokens
pub use one_time::{OneTimePolicy, OneTimeRecord, OneTimeToken, Purpose};
