//! What comes after a login: sessions and their lifetimes, access and refresh tokens, a second factor,
//! one-time tokens.
//!
//! Pure: it makes, reads and judges what is kept, and keeps nothing itself. Time and random bytes are arguments.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod format;

mod otpauth;
mod qr_code;
mod quintets;
mod recovery_code;
mod second_factor;
mod totp;

// The second factor
pub use otpauth::{OtpauthLabel, OtpauthUri, OtpauthUriError};
pub use qr_code::{QrCode, QrCodeError};
pub use recovery_code::RecoveryCode;
pub use second_factor::{MalformedSecondFactor, SecondFactor, TooManyRecoveryCodes};
pub use totp::TotpSecret;
