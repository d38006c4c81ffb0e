//! What other systems store and is never verified here. It is named, so that whoever imports it
//! learns what to do.

use super::text;
use crate::ParseError;

/// Whether the text says that no password is set: `!` and whatever follows in Django and in
/// `/etc/shadow`, `*` alone in the latter.
pub(super) fn is_no_password(text: &str) -> bool {
    text.starts_with('!') || text == "*"
}

/// Why a text that no reader knows is refused.
pub(super) fn reason(text: &str) -> ParseError {
    let crypt = text::after(text, &["{CRYPT}", "crypt$$"]);
    let bare = text::after(crypt, &["{ldap}"]);
    let what = match BY_PREFIX.iter().find(|(prefix, _)| bare.starts_with(prefix)) {
        Some((_, what)) => what,
        None if crypt.len() < text.len() && !crypt.starts_with('$') => {
            "the crypt of Unix, with DES"
        }
        None if is_bare_digest(text) => UNSALTED,
        None if names_a_format(text) => return UNKNOWN,
        None => return ParseError::Malformed,
    };
    ParseError::Unsupported { what }
}

/// Of a format that may be another version's, or that of a feature.
pub(super) const UNKNOWN: ParseError = ParseError::Unsupported {
    what: "a format that no Cargo feature of doorward-hash in use reads",
};

/// Whether it begins like one: with a name before a dollar sign, between two, or between braces.
fn names_a_format(text: &str) -> bool {
    let named = match text.strip_prefix('{') {
        Some(rest) => rest.split_once('}'),
        None => text.strip_prefix('$').unwrap_or(text).split_once('$'),
    };
    named.is_some_and(|(name, _)| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:@.".contains(&byte);
        (1..=32).contains(&name.len()) && name.bytes().all(is_plain)
    })
}

const UNSALTED: &str = "a digest without a salt";

const CLEAR: &str = "a password in clear";

const BY_PREFIX: &[(&str, &str)] = &[
    ("$1$", "md5-crypt"),
    ("$2$", "a faulty early bcrypt ($2$ or $2x$)"),
    ("$2x$", "a faulty early bcrypt ($2$ or $2x$)"),
    ("$3$", UNSALTED),
    ("$7$", "the scrypt of crypt(5), $7$"),
    ("$NT$", UNSALTED),
    ("$S$", "the phpass of Drupal, with SHA-512"),
    ("$apr1$", "the md5-crypt of Apache"),
    ("$gy$", "gost-yescrypt"),
    ("$md5", "the MD5 crypt of Solaris"),
    ("$sha1$", "sha1-crypt"),
    ("$wp$", "the bcrypt of WordPress 6.8 and later"),
    ("$y$", "yescrypt"),
    ("SCRAM-SHA-", "SCRAM"),
    ("_", "the crypt of BSDi, with DES"),
    ("md5$$", UNSALTED),
    ("plain$", CLEAR),
    ("sha1$$", UNSALTED),
    ("{CLEARTEXT}", CLEAR),
    ("{FSHP", "FSHP"),
    ("{MD4}", "MD4"),
    ("{PLAIN}", CLEAR),
    ("{SHA256}", UNSALTED),
    ("{SHA384}", UNSALTED),
    ("{SHA512}", UNSALTED),
    ("{SHA}", UNSALTED),
    ("{SMD5}", "salted MD5"),
    ("{SSHA384}", "salted SHA-384"),
    ("{noop}", CLEAR),
];

/// Only hexadecimal, as MySQL, PostgreSQL and many tables of their own making have it; also after the
/// names that LDAP and Spring give it, which stand before a salt as well.
fn is_bare_digest(text: &str) -> bool {
    let named = ["{MD5}", "{SHA-1}", "{SHA-256}", "*", "md5"];
    let digest = text::after(text, &named);
    let is_hex = matches!(digest.len(), 16 | 32 | 40 | 56 | 64 | 96 | 128)
        && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    // LDAP writes it in Base64.
    is_hex || (text.starts_with("{MD5}") && !digest.starts_with('{'))
}
