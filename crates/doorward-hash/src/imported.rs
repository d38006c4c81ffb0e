//! Hashes of other systems.

#[cfg(feature = "argon2-legacy")]
mod argon;
#[cfg(feature = "bcrypt")]
mod bcrypt;
#[cfg(feature = "pbkdf2")]
mod pbkdf2;
#[cfg(feature = "phpass")]
mod phpass;
mod refused;
#[cfg(feature = "salted-digest")]
mod salted_digest;
#[cfg(feature = "salted-sha")]
mod salted_sha;
#[cfg(feature = "scrypt")]
mod scrypt;
#[cfg(feature = "sha-crypt")]
mod sha_crypt;
#[allow(dead_code, reason = "each format uses some of it")]
mod text;

use std::sync::Arc;

use crate::{
    ParseError,
    scheme::{Maker, Reader, Scheme},
    stored::phc,
};

/// Reads the text that another system stored.
///
/// # Errors
///
/// [`ParseError::MalformedImport`], [`ParseError::NoPassword`], [`ParseError::Unsupported`] and
/// [`ParseError::Malformed`].
pub(crate) fn read(text: &str) -> Result<Arc<dyn Scheme>, ParseError> {
    if refused::is_no_password(text) {
        return Err(ParseError::NoPassword);
    }
    for reader in READERS {
        if let Some(scheme) = reader(text)? {
            return Ok(scheme);
        }
    }
    Err(refused::reason(text))
}

/// The scheme of a format, its factors and a salt; `None` when they are nonsense.
///
/// # Errors
///
/// [`ParseError::Unsupported`] when the format is not known, or its Cargo feature is off.
pub(crate) fn make(
    format: &str,
    factors: &[u32],
    salt: &[u8],
) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let (_, maker) =
        MAKERS.iter().find(|(formats, _)| formats.contains(&format)).ok_or(refused::UNKNOWN)?;
    Ok(maker(format, factors, salt))
}

/// Each knows its own prefixes. No two know the same.
const READERS: &[Reader] = &[
    #[cfg(feature = "argon2-legacy")]
    argon::read,
    #[cfg(feature = "bcrypt")]
    bcrypt::read,
    #[cfg(feature = "pbkdf2")]
    pbkdf2::read,
    #[cfg(feature = "phpass")]
    phpass::read,
    #[cfg(feature = "salted-digest")]
    salted_digest::read,
    #[cfg(feature = "salted-sha")]
    salted_sha::read,
    #[cfg(feature = "scrypt")]
    scrypt::read,
    #[cfg(feature = "sha-crypt")]
    sha_crypt::read,
];

/// The names of formats, and what makes them. No two have the same.
const MAKERS: &[(&[&str], Maker)] = &[
    (phc::FORMATS, phc::make),
    #[cfg(feature = "argon2-legacy")]
    (argon::FORMATS, argon::make),
    #[cfg(feature = "bcrypt")]
    (bcrypt::FORMATS, bcrypt::make),
    #[cfg(feature = "pbkdf2")]
    (pbkdf2::FORMATS, pbkdf2::make),
    #[cfg(feature = "phpass")]
    (phpass::FORMATS, phpass::make),
    #[cfg(feature = "salted-digest")]
    (salted_digest::FORMATS, salted_digest::make),
    #[cfg(feature = "salted-sha")]
    (salted_sha::FORMATS, salted_sha::make),
    #[cfg(feature = "scrypt")]
    (scrypt::FORMATS, scrypt::make),
    #[cfg(feature = "sha-crypt")]
    (sha_crypt::FORMATS, sha_crypt::make),
];
