use std::sync::Arc;

use argon2::{Algorithm, Version};
use password_hash::phc::PasswordHash;
use zeroize::Zeroizing;

use super::{legacy::Legacy, text};
use crate::{
    Arena, Ceiling, Cost, HashError, OverCeiling, ParseError, Work, argon::compute_as,
    stored::read_cost,
};

/// Argon2i, Argon2d and Argon2id of both versions in PHC strings: as they are, and after the `argon2`
/// of Django, the `{argon2}` of Spring or the `{ARGON2}` of OpenLDAP.
struct Argon2 {
    algorithm: Algorithm,
    version: Version,
    cost: Cost,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Legacy>>, ParseError> {
    let phc = text::after(text, &PREFIXES);
    if !phc.starts_with("$argon2") {
        return Ok(None);
    }
    let parsed = PasswordHash::new(phc).map_err(|_| MALFORMED)?;
    // Again as text: it must be the only spelling.
    if *Zeroizing::new(parsed.to_string()) != phc {
        return Err(MALFORMED);
    }
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(|_| MALFORMED)?;
    let version = match parsed.version {
        // Strings older than the second version do not name theirs.
        None | Some(0x10) => Version::V0x10,
        Some(0x13) => Version::V0x13,
        Some(_) => {
            return Err(ParseError::Unsupported { what: "an unknown version of Argon2" });
        }
    };
    let cost = read_cost(&parsed.params).map_err(|error| match error {
        ParseError::Malformed => MALFORMED,
        other => other,
    })?;
    let (Some(salt), Some(digest)) = (parsed.salt, parsed.hash) else {
        return Err(MALFORMED);
    };
    let least_kib = 8 * u64::from(cost.p());
    if cost.t() == 0 || cost.p() == 0 || u64::from(cost.m_kib()) < least_kib {
        return Err(MALFORMED);
    }
    let salt = Zeroizing::new(salt.to_vec());
    let digest = Zeroizing::new(digest.as_bytes().to_vec());
    Ok(Some(Arc::new(Argon2 { algorithm, version, cost, salt, digest })))
}

impl Legacy for Argon2 {
    fn format(&self) -> &'static str {
        self.algorithm.as_str()
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit(self.cost, self.digest.len())
    }

    fn blocks(&self) -> u32 {
        self.cost.blocks()
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(
        &self,
        arena: &mut Arena,
        password: &[u8],
        out: &mut [u8],
    ) -> Result<Work, HashError> {
        compute_as(self.algorithm, self.version, arena, self.cost, password, &self.salt, out)
    }
}

const PREFIXES: [&str; 4] = ["{argon2}", "{argon2@SpringSecurity_v5_8}", "{ARGON2}", "argon2"];

const MALFORMED: ParseError = ParseError::MalformedImport { format: "Argon2" };
