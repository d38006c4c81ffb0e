//! Against requests that another site makes a browser send: where they come from, and a token.

use base64ct::{Base64UrlUnpadded, Encoding};
use doorward::fields::random_bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Uri;
use http::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a browser says of where a request comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Provenance {
    /// From another site, or from nowhere that could be named.
    CrossSite,
    /// From a page of this origin, or typed by the person.
    SameOrigin,
    /// It does not say: no browser of today, or none at all.
    Unknown,
}

/// The origins whose pages may send requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(pub(crate) Vec<String>);

impl Origins {
    /// By the Fetch metadata of the request and its `Origin`: each that is there has to agree (W3C Fetch Metadata;
    /// OWASP, Cross-Site Request Forgery Prevention).
    pub(crate) fn provenance(&self, headers: &HeaderMap) -> Provenance {
        let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
        let site = match site {
            Some(b"same-origin" | b"none") => Provenance::SameOrigin,
            Some(_) => return Provenance::CrossSite,
            None => Provenance::Unknown,
        };
        let mut origins = headers.get_all(ORIGIN).into_iter();
        match (origins.next(), origins.next()) {
            (None, _) => site,
            (Some(origin), None) if self.allow(origin.as_bytes(), headers) => {
                Provenance::SameOrigin
            }
            // Of a page of ours with `Referrer-Policy: no-referrer`, if the browser says so; else of sandboxed frames, and of
            // redirects across origins.
            (Some(origin), None) if origin == "null" && site == Provenance::SameOrigin => site,
            _ => Provenance::CrossSite,
        }
    }

    fn allow(&self, origin: &[u8], headers: &HeaderMap) -> bool {
        let Ok(origin) = std::str::from_utf8(origin) else { return false };
        if !self.0.is_empty() {
            return self.0.iter().any(|allowed| allowed == origin);
        }
        // Nothing was configured: what the browser takes for our host. No page of another site can choose it.
        let Some(authority) =
            origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))
        else {
            return false;
        };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
    }
}

/// The host that a request is for, where its target names one (HTTP/2, and the absolute form of HTTP/1.1), takes the place of
/// `Host` (RFC 9112, section 3.2.2).
pub(crate) fn name_host(target: &Uri, headers: &mut HeaderMap) {
    if let Some(Ok(host)) = target.authority().map(|host| HeaderValue::from_str(host.as_str())) {
        headers.insert(HOST, host);
    }
}

/// A token for forms and scripts that are bound to this cookie. Every call gives another one, and all are good: a body
/// that is compressed does not leak them (BREACH).
pub(crate) fn token(cookie: &str) -> Result<Zeroizing<String>, doorward::fields::RandomError> {
    let nonce = random_bytes::<NONCE>()?;
    let mut bytes = [0; NONCE + TAG];
    bytes[..NONCE].copy_from_slice(&nonce);
    bytes[NONCE..].copy_from_slice(&mac(cookie, &nonce).finalize().into_bytes());
    Ok(Zeroizing::new(Base64UrlUnpadded::encode_string(&bytes)))
}

/// Whether this is a token of this cookie, in constant time.
pub(crate) fn is_token(cookie: &str, presented: &str) -> bool {
    let mut bytes = [0; NONCE + TAG];
    match Base64UrlUnpadded::decode(presented, &mut bytes) {
        Ok(decoded) if decoded.len() == NONCE + TAG => {
            mac(cookie, &bytes[..NONCE]).verify_slice(&bytes[NONCE..]).is_ok()
        }
        _ => false,
    }
}

/// The secret of a browser that has no session yet.
pub(crate) fn form_secret() -> Result<Zeroizing<String>, doorward::fields::RandomError> {
    let secret = Zeroizing::new(random_bytes::<32>()?);
    Ok(Zeroizing::new(Base64UrlUnpadded::encode_string(&*secret)))
}

fn mac(cookie: &str, nonce: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(cookie.as_bytes())
        .expect("HMAC takes keys of any length")
        .chain_update(DOMAIN)
        .chain_update(nonce)
}

const DOMAIN: &[u8] = b"doorward-http csrf token 1\0";
const NONCE: usize = 16;
const TAG: usize = 32;

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn provenance(own: &[&str], headers: &[(&'static str, &str)]) -> Provenance {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        Origins(own.iter().map(|&own| own.to_owned()).collect()).provenance(&map)
    }

    #[test]
    fn a_browser_tells_its_own_pages_from_those_of_others() {
        use Provenance::{CrossSite, SameOrigin, Unknown};
        let host = ("host", "door.example");
        for (expected, headers) in [
            (Unknown, vec![host]),
            (SameOrigin, vec![host, ("sec-fetch-site", "same-origin")]),
            (SameOrigin, vec![host, ("sec-fetch-site", "none")]),
            (SameOrigin, vec![host, ("origin", "https://door.example")]),
            (SameOrigin, vec![("host", "DOOR.example"), ("origin", "https://door.example")]),
            (CrossSite, vec![host, ("sec-fetch-site", "same-site")]),
            (CrossSite, vec![host, ("sec-fetch-site", "cross-site")]),
            (CrossSite, vec![host, ("sec-fetch-site", "new-word")]),
            (CrossSite, vec![host, ("origin", "null")]),
            (CrossSite, vec![host, ("origin", "null"), ("sec-fetch-site", "cross-site")]),
            (SameOrigin, vec![host, ("origin", "null"), ("sec-fetch-site", "same-origin")]),
            (CrossSite, vec![host, ("origin", "https://evil.example")]),
            (CrossSite, vec![host, ("origin", "https://door.example.evil.example")]),
            (CrossSite, vec![host, ("origin", "https://door.example:8443")]),
            (CrossSite, vec![host, ("origin", "file://door.example")]),
            (CrossSite, vec![("origin", "https://door.example")]),
            (
                CrossSite,
                vec![host, ("origin", "https://door.example"), ("origin", "https://evil.example")],
            ),
            (
                CrossSite,
                vec![host, ("sec-fetch-site", "cross-site"), ("origin", "https://door.example")],
            ),
            (
                CrossSite,
                vec![host, ("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            ),
        ] {
            assert_eq!(provenance(&[], &headers), expected, "{headers:?}");
        }
        // Behind a proxy that sets another host, the origin has to be told.
        let inner = [("host", "10.0.0.7:8080"), ("origin", "https://door.example")];
        assert_eq!(provenance(&[], &inner), CrossSite);
        assert_eq!(provenance(&["https://door.example"], &inner), SameOrigin);
        assert_eq!(provenance(&["https://other.example"], &inner), CrossSite);
    }

    #[test]
    fn tokens_differ_and_are_good_for_their_own_cookie_only() {
        let (one, other) = (token("dws_one").unwrap(), token("dws_one").unwrap());
        assert_ne!(one, other);
        assert!(is_token("dws_one", &one) && is_token("dws_one", &other));
        assert!(!is_token("dws_two", &one) && !is_token("", &one));
        assert!(!is_token("dws_one", "") && !is_token("dws_one", &format!("{}A", *one)));
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_token(cookie in "[!-~]{1,80}", at in 0..64_usize, with in "[A-Za-z0-9_-]") {
            let token = token(&cookie).unwrap();
            let mut changed = token.to_string();
            changed.replace_range(at..=at, &with);
            prop_assert_eq!(is_token(&cookie, &changed), changed == *token);
        }

        #[test]
        fn whatever_is_presented_is_read_without_a_panic(presented in "\\PC{0,200}") {
            prop_assert!(!is_token("dws_one", &presented));
        }
    }
}
