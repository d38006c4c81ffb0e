use std::{hint::black_box, sync::Arc};

use base64ct::{Base64, Base64Unpadded};
use scrypt::Params;
use zeroize::Zeroizing;

use super::text;
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work, scheme::Scheme};

/// scrypt as passlib, Django, Werkzeug and Spring write it. Its memory is taken anew for every
/// computation: it is not in the arena, and it is not wiped.
struct Scrypt {
    log_n: u8,
    r: u32,
    p: u32,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let known = [
        ("$scrypt$", of_phc as Parser),
        ("scrypt$", of_django),
        ("scrypt:", of_werkzeug),
        ("{scrypt}$", of_spring),
        ("{scrypt@SpringSecurity_v5_8}$", of_spring),
    ];
    for (prefix, parse) in known {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Ok(Some(Arc::new(parse(rest).filter(Scrypt::is_sane).ok_or(MALFORMED)?)));
        }
    }
    Ok(None)
}

impl Scrypt {
    /// What no one asks for in earnest, and what the ceiling can then count without overflow.
    fn is_sane(&self) -> bool {
        (1..=63).contains(&self.log_n) && (1..=MAX_R).contains(&self.r) && self.p > 0
    }

    /// Whether the memory can be had. The crate takes it in a way that ends the process where it
    /// cannot, so it is asked for once before.
    fn probe(&self) -> Result<(), HashError> {
        let bytes = self.memory_kib().checked_mul(1_024).and_then(|bytes| bytes.try_into().ok());
        let mut memory = Vec::<u8>::new();
        memory
            .try_reserve_exact(bytes.ok_or(HashError::OutOfMemory)?)
            .map_err(|_| HashError::OutOfMemory)?;
        // Unseen, the compiler may leave out what is never written.
        drop(black_box(memory));
        Ok(())
    }

    /// The matrix of `128 * r * N` bytes, and the lanes of `128 * r`.
    fn memory_kib(&self) -> u64 {
        let rows = (1_u64 << self.log_n).saturating_add(u64::from(self.p));
        rows.saturating_mul(u64::from(self.r)).div_ceil(8)
    }
}

impl Scheme for Scrypt {
    fn format(&self) -> &'static str {
        "scrypt"
    }

    fn factors(&self) -> Vec<u32> {
        let bytes = u32::try_from(self.digest.len()).unwrap_or(u32::MAX);
        vec![u32::from(self.log_n), self.r, self.p, bytes]
    }

    /// The lanes are computed one after the other, each in the same memory.
    fn shape(&self) -> Vec<u32> {
        vec![u32::from(self.log_n), self.r]
    }

    fn units(&self) -> u64 {
        u64::from(self.p)
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_scrypt(self.memory_kib(), self.p)
    }

    fn salt(&self) -> &[u8] {
        &self.salt
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(&self, _: &mut Arena, password: &[u8], out: &mut [u8]) -> Result<Work, HashError> {
        self.probe()?;
        let params = Params::new(self.log_n, self.r, self.p).map_err(|_| HashError::Backend)?;
        scrypt::scrypt(password, &self.salt, &params, out).map_err(|_| HashError::Backend)?;
        Ok(Work::ZERO)
    }

    fn fill(&self, arena: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
        let Ok(p @ 1..) = u32::try_from(units) else { return Ok(Work::ZERO) };
        let (salt, digest) = (self.salt.clone(), Zeroizing::new(Vec::new()));
        let filler = Self { log_n: self.log_n, r: self.r, p, salt, digest };
        filler.compute(arena, password, &mut [0; 32])
    }
}

/// The scheme of these factors, as it gives them.
pub(super) fn make(_: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let &[log_n, r, p, bytes] = factors else { return None };
    let log_n = u8::try_from(log_n).ok()?;
    let bytes = usize::try_from(bytes).ok().filter(|bytes| (16..=64).contains(bytes))?;
    let (digest, salt) = (Zeroizing::new(vec![0; bytes]), Zeroizing::new(salt.to_vec()));
    let made = Scrypt { log_n, r, p, salt, digest };
    if made.is_sane() { Some(Arc::new(made)) } else { None }
}

pub(super) const FORMATS: &[&str] = &["scrypt"];

type Parser = fn(&str) -> Option<Scrypt>;

const MALFORMED: ParseError = ParseError::MalformedImport { format: "scrypt" };

/// The widest block: 8 is what everyone uses.
const MAX_R: u32 = 64;

/// `ln=<log N>,r=<r>,p=<p>$<salt>$<digest>` in unpadded Base64, as passlib and the PHC format.
fn of_phc(rest: &str) -> Option<Scrypt> {
    let [params, salt, digest] = text::parts(rest)?;
    let (log_n, params) = params.strip_prefix("ln=")?.split_once(",r=")?;
    let (r, p) = params.split_once(",p=")?;
    Some(Scrypt {
        log_n: u8::try_from(text::number(log_n)?).ok()?,
        r: text::number(r)?,
        p: text::number(p)?,
        salt: text::decode::<Base64Unpadded>(salt, text::SALT_BYTES)?,
        digest: text::decode::<Base64Unpadded>(digest, 16..=64)?,
    })
}

/// `<N>$<salt as text>$<r>$<p>$<digest of 64 bytes in Base64>`.
fn of_django(rest: &str) -> Option<Scrypt> {
    let [n, salt, r, p, digest] = text::parts(rest)?;
    Some(Scrypt {
        log_n: log_of(n)?,
        r: text::number(r)?,
        p: text::number(p)?,
        salt: text::salt(salt)?,
        digest: text::decode::<Base64>(digest, 64..=64)?,
    })
}

/// `<N>:<r>:<p>$<salt as text>$<digest of 64 bytes in hexadecimal>`.
fn of_werkzeug(rest: &str) -> Option<Scrypt> {
    let [params, salt, digest] = text::parts(rest)?;
    let (n, params) = params.split_once(':')?;
    let (r, p) = params.split_once(':')?;
    Some(Scrypt {
        log_n: log_of(n)?,
        r: text::number(r)?,
        p: text::number(p)?,
        salt: text::salt(salt)?,
        digest: text::unhex(digest, 64)?,
    })
}

/// `<log N, r and p in hexadecimal>$<salt>$<digest>` in Base64: r and p have 8 bits each.
fn of_spring(rest: &str) -> Option<Scrypt> {
    let [params, salt, digest] = text::parts(rest)?;
    let bits = text::hex_number(params)?;
    Some(Scrypt {
        log_n: u8::try_from(bits >> 16).ok()?,
        r: bits >> 8 & 0xFF,
        p: bits & 0xFF,
        salt: text::decode::<Base64>(salt, text::SALT_BYTES)?,
        digest: text::decode::<Base64>(digest, 16..=64)?,
    })
}

/// The logarithm of a power of two.
fn log_of(n: &str) -> Option<u8> {
    let n = text::number(n)?;
    if n.is_power_of_two() { u8::try_from(n.ilog2()).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_no_machine_has_is_an_error() {
        for log_n in [45, 55, 63] {
            let salt = Zeroizing::new(vec![0]);
            let digest = Zeroizing::new(vec![0; 16]);
            let vast = Scrypt { log_n, r: MAX_R, p: 1, salt, digest };
            let refused = vast.compute(&mut Arena::new(), b"password", &mut [0; 16]);
            assert!(matches!(refused, Err(HashError::OutOfMemory)), "2^{log_n}");
        }
    }
}
