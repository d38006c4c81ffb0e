use std::sync::Arc;

use crate::{ParseError, phc::Phc, scheme::Scheme};

/// Argon2i, Argon2d and Argon2id of both versions in PHC strings, as they are, after the `argon2` of
/// Django, or after the `{argon2}` of Spring.
pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let phc = ["{argon2}", "{argon2@SpringSecurity_v5_8}", "argon2"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    if !phc.starts_with("$argon2") {
        return Ok(None);
    }
    let parsed = Phc::parse_any(phc).map_err(|error| match error {
        ParseError::Malformed => ParseError::MalformedImport { format: "Argon2" },
        other => other,
    })?;
    Ok(Some(Arc::new(parsed)))
}
