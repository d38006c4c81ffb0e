use std::fmt::{self, Write};
use std::sync::Arc;

use argon2::{Algorithm, Version};
use password_hash::phc::{self, ParamsString, PasswordHash};
use zeroize::Zeroizing;

use crate::{
    Arena, Ceiling, Cost, HashError, OverCeiling, ParseError, Password, Salt, Work,
    backend::argon::{Input, Variant},
    scheme::Scheme,
};

/// An Argon2 hash in a PHC string.
#[derive(Clone)]
pub(crate) struct Phc {
    variant: Variant,
    cost: Cost,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

impl Phc {
    /// Argon2id of the second version, as every new hash is.
    ///
    /// # Errors
    ///
    /// [`ParseError::Malformed`] and [`ParseError::Unsupported`].
    pub(crate) fn parse(text: &str) -> Result<Self, ParseError> {
        let parsed = Self::parse_any(text)?;
        if parsed.variant != Variant::ARGON2ID {
            return Err(ParseError::Unsupported { what: "an Argon2 other than Argon2id v=19" });
        }
        // One spelling. The parser is strict already: this holds it to that.
        if *parsed.to_text() != text {
            return Err(ParseError::Malformed);
        }
        Ok(parsed)
    }

    /// Every member of the family.
    ///
    /// # Errors
    ///
    /// Those of [`Phc::parse`].
    pub(crate) fn parse_any(text: &str) -> Result<Self, ParseError> {
        let parsed = PasswordHash::new(text).map_err(|_| ParseError::Malformed)?;
        // Again as text: it must be the only spelling.
        if *Zeroizing::new(parsed.to_string()) != text {
            return Err(ParseError::Malformed);
        }
        let algorithm =
            Algorithm::try_from(parsed.algorithm.as_str()).map_err(|_| ParseError::Malformed)?;
        let version = match parsed.version {
            // Strings older than the second version do not name theirs.
            None | Some(0x10) => Version::V0x10,
            Some(0x13) => Version::V0x13,
            Some(_) => {
                return Err(ParseError::Unsupported { what: "an unknown version of Argon2" });
            }
        };
        let cost = read_cost(&parsed.params)?;
        let (Some(salt), Some(digest)) = (parsed.salt, parsed.hash) else {
            return Err(ParseError::Malformed);
        };
        let variant = Variant { algorithm, version };
        Self::new(variant, cost, &salt, digest.as_bytes()).ok_or(ParseError::Malformed)
    }

    /// These parts, when Argon2 can have them.
    pub(crate) fn new(variant: Variant, cost: Cost, salt: &[u8], digest: &[u8]) -> Option<Self> {
        // RFC 9106 section 3.1: 8 blocks a lane at least. The product is taken in 64 bits.
        let least_kib = 8 * u64::from(cost.p());
        let is_sane = cost.t() > 0 && cost.p() > 0 && u64::from(cost.m_kib()) >= least_kib;
        // What the format has room for.
        let fits = phc::Salt::new(salt).is_ok() && phc::Output::new(digest).is_ok();
        (is_sane && fits).then(|| Self {
            variant,
            cost,
            salt: Zeroizing::new(salt.to_vec()),
            digest: Zeroizing::new(digest.to_vec()),
        })
    }

    /// The string.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        // Room for the longest: a String that grows would leave its older, shorter self unwiped.
        let mut text = Zeroizing::new(String::with_capacity(MAX_CHARS));
        let salt = phc::Salt::new(&self.salt).map(|salt| salt.to_string()).map(Zeroizing::new);
        let digest = phc::Output::new(&self.digest).map(|out| out.to_string()).map(Zeroizing::new);
        if let (Ok(salt), Ok(digest)) = (salt, digest) {
            // Writing to a String does not fail.
            let _ = write!(text, "{self}${}${}", *salt, *digest);
        }
        text
    }

    /// What it costs.
    pub(crate) const fn cost(&self) -> Cost {
        self.cost
    }

    /// Whether salt and digest are as long as those of a new hash.
    pub(crate) fn has_full_salt(&self) -> bool {
        self.salt.len() >= Salt::BYTES
    }

    /// Whether the digest is as long as that of a new hash.
    pub(crate) fn has_full_digest(&self) -> bool {
        self.digest.len() >= Cost::OUTPUT_BYTES
    }
}

impl Scheme for Phc {
    /// That of the first version is another one.
    fn format(&self) -> &'static str {
        match (self.variant.algorithm, self.variant.version) {
            (algorithm, Version::V0x13) => algorithm.as_str(),
            (Algorithm::Argon2d, Version::V0x10) => "argon2d-16",
            (Algorithm::Argon2i, Version::V0x10) => "argon2i-16",
            (Algorithm::Argon2id, Version::V0x10) => "argon2id-16",
        }
    }

    fn factors(&self) -> Vec<u32> {
        let digest_bytes = u32::try_from(self.digest.len()).unwrap_or(u32::MAX);
        vec![self.cost.m_kib(), self.cost.t(), self.cost.p(), digest_bytes]
    }

    /// The length of the digest costs nothing.
    fn shape(&self) -> Vec<u32> {
        let mut factors = self.factors();
        factors.pop();
        factors
    }

    fn units(&self) -> u64 {
        1
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit(self.cost, self.digest.len())
    }

    fn blocks(&self) -> u32 {
        self.cost.blocks()
    }

    /// Argon2 hashes the length with the password: every text is another one.
    fn takes(&self, password: &[u8]) -> bool {
        !password.is_empty() && password.len() <= 3 * Password::MAX_BYTES
    }

    fn salt(&self) -> &[u8] {
        &self.salt
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
        self.compute_with_secret(arena, password, &[], out)
    }

    fn fill(&self, arena: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
        let mut done = Work::ZERO;
        for _ in 0..units {
            done = done + self.compute(arena, password, &mut [0; Cost::OUTPUT_BYTES])?;
        }
        Ok(done)
    }

    fn takes_secret(&self) -> bool {
        true
    }

    fn compute_with_secret(
        &self,
        arena: &mut Arena,
        password: &[u8],
        secret: &[u8],
        out: &mut [u8],
    ) -> Result<Work, HashError> {
        let input = Input { password, salt: &self.salt, secret };
        arena.compute(self.variant, self.cost, input, out)
    }
}

impl fmt::Display for Phc {
    /// All but salt and digest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = u32::from(self.variant.version);
        write!(f, "${}$v={version}${}", self.variant.algorithm.as_str(), self.cost)
    }
}

/// The scheme of these factors, as a hash of this policy's kind gives them.
pub(crate) fn make(_: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    make_as(Variant::ARGON2ID, factors, salt)
}

/// [`make`] of any member of the family.
pub(crate) fn make_as(variant: Variant, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let &[m, t, p, digest_bytes] = factors else { return None };
    let digest = vec![0; usize::try_from(digest_bytes).ok().filter(|bytes| *bytes <= 64)?];
    Some(Arc::new(Phc::new(variant, Cost::unchecked(m, t, p), salt, &digest)?))
}

/// Its name.
pub(crate) const FORMATS: &[&str] = &["argon2id"];

/// No PHC string within the format's own limits is longer: 127 characters of parameters, 64 of salt,
/// 86 of digest, and the names.
const MAX_CHARS: usize = 320;

/// Exactly `m`, `t` and `p`, in this order, as every implementation writes them.
fn read_cost(params: &ParamsString) -> Result<Cost, ParseError> {
    let mut pairs = params.iter();
    let mut next = |name: &str| match pairs.next() {
        Some((found, value)) if found.as_str() == name => {
            value.decimal().map_err(|_| ParseError::Malformed)
        }
        _ => Err(ParseError::Malformed),
    };
    let cost = Cost::unchecked(next("m")?, next("t")?, next("p")?);
    match pairs.next() {
        None => Ok(cost),
        Some((name, _)) if matches!(name.as_str(), "data" | "keyid") => {
            Err(ParseError::Unsupported { what: "the parameter keyid or data" })
        }
        Some(_) => Err(ParseError::Malformed),
    }
}
