//! Clients that may ask about any token: their credentials, by HTTP Basic.

use std::fmt;

use base64ct::{Base64, Encoding};
use http::header::{AUTHORIZATION, HeaderMap};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// A client by its name, and the digest of its secret: that is random, so no slow hash is needed.
pub(crate) struct Client {
    id: String,
    digest: [u8; 32],
}

impl Client {
    /// `None` where the id cannot stand in a header as it is, or the secret could be guessed.
    pub(crate) fn new(id: &str, secret: &str) -> Option<Self> {
        let is_id = (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        // These stay as they are in the encoding of forms, which not every client applies.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        let is_secret = (32..=256).contains(&secret.len()) && secret.bytes().all(is_plain);
        (is_id && is_secret).then(|| Self { id: id.to_owned(), digest: digest(secret) })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether the credentials of one of these came with the request. All are compared, whichever it names.
    pub(crate) fn is_any(clients: &[Self], headers: &HeaderMap) -> bool {
        let Some((id, secret)) = basic(headers) else { return false };
        let presented = digest(&secret);
        let matches = clients.iter().fold(Choice::from(0), |found, client| {
            let is_id = client.id.as_bytes().ct_eq(id.as_bytes());
            found | (is_id & client.digest.ct_eq(&presented))
        });
        matches.into()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The one `Authorization: Basic`, both parts of it percent-encoded (RFC 6749, section 2.3.1; RFC 7617).
fn basic(headers: &HeaderMap) -> Option<(String, Zeroizing<String>)> {
    let mut lines = headers.get_all(AUTHORIZATION).into_iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    let (scheme, text) = line.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || text.len() > 2_048 {
        return None;
    }
    let decoded = Zeroizing::new(Base64::decode_vec(text.trim_matches(' ')).ok()?);
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((decode(id)?, Zeroizing::new(decode(secret)?)))
}

/// One text in the encoding of forms.
fn decode(text: &str) -> Option<String> {
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned())
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn headers(line: &str) -> HeaderMap {
        [(AUTHORIZATION, line.parse().unwrap())].into_iter().collect()
    }

    fn presented(credentials: &str) -> HeaderMap {
        headers(&format!("Basic {}", Base64::encode_string(credentials.as_bytes())))
    }

    #[test]
    fn only_its_own_secret_is_a_clients() {
        let other = "fedcba9876543210fedcba9876543210";
        let clients = [Client::new("api", SECRET).unwrap(), Client::new("web", other).unwrap()];
        let is_any = |headers: &HeaderMap| Client::is_any(&clients, headers);
        assert!(is_any(&presented(&format!("api:{SECRET}"))));
        assert!(is_any(&presented(&format!("web:{other}"))));
        assert!(is_any(&presented(&format!("%61pi:{SECRET}"))));
        for wrong in [
            format!("api:{other}"),
            format!("api:{}", &SECRET[1..]),
            format!("apis:{SECRET}"),
            format!(":{SECRET}"),
            format!("api{SECRET}"),
            "api:".to_owned(),
        ] {
            assert!(!is_any(&presented(&wrong)), "{wrong}");
        }
        for line in ["Basic", "Basic !", "Bearer x", &format!("Basic {}", "A".repeat(4_000))] {
            assert!(!is_any(&headers(line)));
        }
        let mut twice = presented(&format!("api:{SECRET}"));
        twice.append(AUTHORIZATION, "Basic eDp5".parse().unwrap());
        assert!(!is_any(&twice) && !Client::is_any(&[], &presented(&format!("api:{SECRET}"))));
        assert!(!format!("{clients:?}").contains(SECRET));
    }

    #[test]
    fn a_secret_that_could_be_guessed_is_none() {
        for (id, secret) in
            [("", SECRET), ("a:b", SECRET), ("api", "short"), ("api", &"+".repeat(32))]
        {
            assert!(Client::new(id, secret).is_none(), "{id}");
        }
    }
}
