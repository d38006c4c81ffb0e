use std::ops::RangeInclusive;

use base64ct::{Base64, Base64Unpadded, Base64Url};
use zeroize::Zeroizing;

use super::{super::text, Hash, Pbkdf2};

/// How each product begins its texts, and who reads the rest.
pub(super) const FORMS: &[(&str, Hash, Parser)] = &[
    ("$pbkdf2$", Hash::Sha1, of_passlib),
    ("$pbkdf2-sha256$", Hash::Sha256, of_passlib),
    ("$pbkdf2-sha512$", Hash::Sha512, of_passlib),
    ("{PBKDF2}", Hash::Sha1, of_passlib),
    ("{PBKDF2-SHA256}", Hash::Sha256, of_passlib),
    ("{PBKDF2-SHA512}", Hash::Sha512, of_passlib),
    ("$p5k2$", Hash::Sha1, of_p5k2),
    ("grub.pbkdf2.sha512.", Hash::Sha512, of_grub),
    ("{PKCS5S2}", Hash::Sha1, of_atlassian),
    ("pbkdf2_sha1$", Hash::Sha1, of_django),
    ("pbkdf2_sha256$", Hash::Sha256, of_django),
    ("pbkdf2:sha1:", Hash::Sha1, of_werkzeug),
    ("pbkdf2:sha256:", Hash::Sha256, of_werkzeug),
    ("pbkdf2:sha512:", Hash::Sha512, of_werkzeug),
    ("{pbkdf2}", Hash::Sha1, of_spring_5_5),
    ("{pbkdf2@SpringSecurity_v5_8}", Hash::Sha256, of_spring_5_8),
];

type Parser = fn(Hash, &str) -> Option<Pbkdf2>;

/// `<iterations>$<salt>$<digest>` in unpadded Base64 with a full stop for the plus. LDAP has the same
/// behind other prefixes.
fn of_passlib(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let [iterations, salt, digest] = text::parts(rest)?;
    Some(Pbkdf2 {
        hash,
        iterations: text::number(iterations)?,
        salt: decode_dotted(salt, text::SALT_BYTES)?,
        digest: decode_dotted(digest, hash.bytes()..=hash.bytes())?,
    })
}

/// `<iterations in hexadecimal>$<salt>$<digest>`: of Cryptacular in padded Base64 with `-` and `_`,
/// or of Dwayne Litzenberger's PBKDF2, which hashes the text up to the digest as the salt, writes 24
/// bytes, and leaves 400 iterations away.
fn of_p5k2(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let [iterations, salt, digest] = text::parts(rest)?;
    if digest.ends_with('=') {
        return Some(Pbkdf2 {
            hash,
            iterations: text::hex_number(iterations)?,
            salt: text::decode::<Base64Url>(salt, text::SALT_BYTES)?,
            digest: text::decode::<Base64Url>(digest, hash.bytes()..=hash.bytes())?,
        });
    }
    let is_known = text::salt(salt)
        .is_some_and(|salt| salt.iter().all(|b| b.is_ascii_alphanumeric() || b"./".contains(b)));
    let count = match iterations {
        "" => 400,
        // It would have another salt.
        "190" => return None,
        iterations => text::hex_number(iterations)?,
    };
    is_known.then_some(Pbkdf2 {
        hash,
        iterations: count,
        salt: Zeroizing::new(format!("$p5k2${iterations}${salt}").into_bytes()),
        digest: decode_dotted(digest, 24..=24)?,
    })
}

/// `<iterations>.<salt>.<digest>` in upper-case hexadecimal.
fn of_grub(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let (iterations, rest) = rest.split_once('.')?;
    let (salt, digest) = rest.split_once('.')?;
    let unhex = |text: &str, bytes| {
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        let is_upper = !text.bytes().any(|byte| byte.is_ascii_lowercase());
        text::unhex(&lower, bytes).filter(|_| is_upper)
    };
    Some(Pbkdf2 {
        hash,
        iterations: text::number(iterations)?,
        salt: unhex(salt, salt.len() / 2).filter(|salt| text::SALT_BYTES.contains(&salt.len()))?,
        digest: unhex(digest, hash.bytes())?,
    })
}

/// Salt and digest in one Base64; 10,000 iterations.
fn of_atlassian(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    of_both(hash, 10_000, 16, text::decode::<Base64>(rest, 48..=48)?)
}

/// `<iterations>$<salt as text>$<digest in Base64>`.
fn of_django(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let [iterations, salt, digest] = text::parts(rest)?;
    Some(Pbkdf2 {
        hash,
        iterations: text::number(iterations)?,
        salt: text::salt(salt)?,
        digest: text::decode::<Base64>(digest, hash.bytes()..=hash.bytes())?,
    })
}

/// `<iterations>$<salt as text>$<digest in hexadecimal>`.
fn of_werkzeug(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let [iterations, salt, digest] = text::parts(rest)?;
    Some(Pbkdf2 {
        hash,
        iterations: text::number(iterations)?,
        salt: text::salt(salt)?,
        digest: text::unhex(digest, hash.bytes())?,
    })
}

/// `Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_5`.
fn of_spring_5_5(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    of_spring(hash, 185_000, 8, rest)
}

/// `Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_8`.
fn of_spring_5_8(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    of_spring(hash, 310_000, 16, rest)
}

/// Salt and digest in one hexadecimal, or in one Base64. The text names no iterations: only the
/// encoder's name does.
fn of_spring(hash: Hash, iterations: u32, salt_bytes: usize, rest: &str) -> Option<Pbkdf2> {
    let bytes = salt_bytes + 32;
    let both = text::unhex(rest, bytes).or_else(|| text::decode::<Base64>(rest, bytes..=bytes))?;
    of_both(hash, iterations, salt_bytes, both)
}

fn of_both(
    hash: Hash,
    iterations: u32,
    salt_bytes: usize,
    both: Zeroizing<Vec<u8>>,
) -> Option<Pbkdf2> {
    let (salt, digest) = both.split_at_checked(salt_bytes)?;
    let (salt, digest) = (Zeroizing::new(salt.to_vec()), Zeroizing::new(digest.to_vec()));
    Some(Pbkdf2 { hash, iterations, salt, digest })
}

/// Unpadded Base64 with a full stop for the plus.
fn decode_dotted(text: &str, bytes: RangeInclusive<usize>) -> Option<Zeroizing<Vec<u8>>> {
    let usual = Zeroizing::new(text.replace('.', "+"));
    if text.contains('+') { None } else { text::decode::<Base64Unpadded>(&usual, bytes) }
}
