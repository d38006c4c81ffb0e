//! What comes after a login: sessions and their lifetimes, access and refresh tokens, a second factor,
//! one-time tokens.
//!
//! Pure: it makes, reads and judges what is kept, and keeps nothing itself. Time and random bytes are arguments.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod format;

mod account_details;
mod authentication;
mod bytes;
mod grant;
mod label;
mod lifetime;
mod one_time;
mod one_time_policy;
mod otpauth;
mod qr_code;
mod quintets;
mod recovery_code;
mod scopes;
mod second_factor;
mod secret;
mod session_record;
mod text;
mod token;
mod totp;

// Tokens
pub use secret::TokenSecret;
pub use token::{MalformedToken, Token, TokenKind};

// Sessions
pub use authentication::{Authentication, Factor};
pub use label::Label;
pub use lifetime::{GrantPolicy, SessionPolicy};
pub use session_record::{Holder, SessionRecord};

// Grants to API clients
pub use grant::{Grant, GrantPlace, GrantSecrets, Presented};
pub use scopes::{Scopes, ScopesError};

// One-time tokens
pub use one_time::{OneTimeRecord, OneTimeToken, Purpose};
pub use one_time_policy::OneTimePolicy;

// The second factor
pub use account_details::AccountDetails;
pub use otpauth::{OtpauthLabel, OtpauthUri, OtpauthUriError};
pub use qr_code::{QrCode, QrCodeError};
pub use recovery_code::RecoveryCode;
pub use second_factor::{MalformedSecondFactor, SecondFactor, TooManyRecoveryCodes};
pub use totp::TotpSecret;
