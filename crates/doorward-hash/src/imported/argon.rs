use std::sync::Arc;

use argon2::{
    Algorithm::{Argon2d, Argon2i, Argon2id},
    Version::{V0x10, V0x13},
};

use super::text;
use crate::{
    ParseError,
    backend::argon::Variant,
    scheme::Scheme,
    stored::phc::{Phc, make_as},
};

/// Argon2i, Argon2d and Argon2id of both versions in PHC strings: as they are, and after the `argon2`
/// of Django, the `{argon2}` of Spring or the `{ARGON2}` of OpenLDAP.
pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let phc = text::after(text, &PREFIXES);
    if !phc.starts_with("$argon2") {
        return Ok(None);
    }
    let parsed = Phc::parse_any(phc).map_err(|error| match error {
        ParseError::Malformed => ParseError::MalformedImport { format: "Argon2" },
        other => other,
    })?;
    Ok(Some(Arc::new(parsed)))
}

const PREFIXES: [&str; 4] = ["{argon2}", "{argon2@SpringSecurity_v5_8}", "{ARGON2}", "argon2"];

/// The scheme of these factors, as it gives them.
pub(super) fn make(format: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let variants =
        [(Argon2d, V0x13), (Argon2i, V0x13), (Argon2d, V0x10), (Argon2i, V0x10), (Argon2id, V0x10)];
    let at = FORMATS.iter().position(|known| *known == format)?;
    let (algorithm, version) = *variants.get(at)?;
    make_as(Variant { algorithm, version }, factors, salt)
}

pub(super) const FORMATS: &[&str] =
    &["argon2d", "argon2i", "argon2d-16", "argon2i-16", "argon2id-16"];
