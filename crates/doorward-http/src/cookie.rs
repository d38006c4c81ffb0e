//! Cookies: their names, how they are read, and how they are set (RFC 6265).

use std::fmt::Write as _;

use doorward::{DeviceToken, OpenSession, StepUp};
use http::header::{COOKIE, HeaderMap, HeaderValue};
use zeroize::Zeroizing;

/// A `Set-Cookie` header for one of the four cookies of the door.
///
/// Every one of them has a name that begins with `__Host-`, and `Secure`, `HttpOnly`, `SameSite=Lax` and `Path=/`: no
/// script reads it, no other host or subdomain plants it, nothing sends it over plain HTTP, and of requests that another
/// site causes it comes with top-level navigations only (draft-ietf-httpbis-rfc6265bis, section 4.1; ASVS 5.0, 3.3).
///
/// The [endpoints](crate::Door) set them by themselves. For a login handler of your own:
///
/// ```
/// # async fn login(auth: doorward::Authenticator, proof: doorward::Verified) -> Result<(), doorward::Error> {
/// use doorward::NewSession;
/// use doorward_http::SetCookie;
/// use http::header::{HeaderMap, SET_COOKIE};
///
/// let mut headers = HeaderMap::new();
/// if let Some(session) = auth.sessions().open(NewSession::new(proof)).await? {
///     headers.append(SET_COOKIE, SetCookie::session(&session).into());
///     headers.append(SET_COOKIE, SetCookie::device(session.device()).into());
/// }
/// # Ok(())
/// # }
/// ```
///
/// `Debug` shows no value.
#[derive(Clone)]
#[must_use = "it is to be sent"]
pub struct SetCookie {
    name: CookieName,
    line: Zeroizing<String>,
}

impl SetCookie {
    /// The session's token, until the browser is closed or the session ends on the server.
    pub fn session(session: &OpenSession) -> Self {
        Self::new(CookieName::Session, session.token(), None)
    }

    /// The token that makes the device known, for 400 days: browsers keep none longer.
    pub fn device(token: &DeviceToken) -> Self {
        Self::new(CookieName::Device, token.expose_secret(), Some(DEVICE_LIFE))
    }

    /// The ticket of a step-up, for the ten minutes that it is good.
    pub fn ticket(ticket: &StepUp) -> Self {
        Self::new(CookieName::Ticket, ticket.expose_secret(), Some(TICKET_LIFE))
    }

    /// Takes the session's cookie away: at a logout. End the session on the server as well.
    pub fn end_session() -> Self {
        Self::end(CookieName::Session)
    }

    /// The secret that forms are bound to before there is a session.
    pub(crate) fn form(secret: &str) -> Self {
        Self::new(CookieName::Form, secret, None)
    }

    pub(crate) fn end(name: CookieName) -> Self {
        Self::new(name, "", Some(0))
    }

    fn new(name: CookieName, value: &str, max_age: Option<u32>) -> Self {
        let mut line = Zeroizing::new(String::with_capacity(256));
        let name_text = name.as_str();
        // Writing to a string does not fail.
        let _ = write!(line, "{name_text}={value}; Path=/; Secure; HttpOnly; SameSite=Lax");
        if let Some(seconds) = max_age {
            let _ = write!(line, "; Max-Age={seconds}");
        }
        Self { name, line }
    }
}

impl From<SetCookie> for HeaderValue {
    /// Marked as sensitive: HPACK keeps it out of its tables, and `Debug` does not show it.
    fn from(cookie: SetCookie) -> Self {
        let mut value = Self::from_str(&cookie.line)
            .expect("names, tokens in Base64url and attributes are visible ASCII");
        value.set_sensitive(true);
        value
    }
}

impl std::fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetCookie").field("name", &self.name.as_str()).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum CookieName {
    Device,
    Form,
    Session,
    Ticket,
}

impl CookieName {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Device => "__Host-doorward-device",
            Self::Form => "__Host-doorward-form",
            Self::Session => "__Host-doorward-session",
            Self::Ticket => "__Host-doorward-ticket",
        }
    }

    /// The value that came with a request. `None` where there are two of the name: one of them was planted, and which
    /// one a browser sends first is no evidence.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<&str> {
        // Others may set cookies in any bytes: these must not take ours with them.
        let lines = headers.get_all(COOKIE).into_iter().map(|line| line.as_bytes());
        let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';'));
        let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='));
        let mut values = pairs
            .filter(|(name, _)| name.trim_matches([' ', '\t']) == self.as_str())
            .map(|(_, value)| value.trim_matches([' ', '\t']));
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() && value.len() <= LONGEST => Some(value),
            _ => None,
        }
    }
}

/// 400 days: the most that browsers take (draft-ietf-httpbis-rfc6265bis, section 4.1.2.2).
const DEVICE_LIFE: u32 = 400 * 24 * 60 * 60;
/// As long as a ticket is good.
const TICKET_LIFE: u32 = 600;
/// Longer than any of them.
const LONGEST: usize = 512;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, line.parse().unwrap())).collect()
    }

    #[test]
    fn r15_every_cookie_is_of_this_host_secure_and_out_of_reach_of_scripts() {
        let cookies = [
            SetCookie::device(&DeviceToken::new("dwd_abc")),
            SetCookie::form("abc"),
            SetCookie::end(CookieName::Ticket),
            SetCookie::end_session(),
        ];
        for cookie in cookies {
            let shown = format!("{cookie:?}");
            assert!(!shown.contains("abc"), "{shown}");
            let value = HeaderValue::from(cookie);
            assert!(value.is_sensitive());
            let line = value.to_str().unwrap();
            let mut parts = line.split("; ");
            assert!(parts.next().unwrap().starts_with("__Host-doorward-"), "{line}");
            let attributes: Vec<_> = parts.collect();
            for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                assert!(attributes.contains(&attribute), "{line}");
            }
            assert!(!line.contains("Domain"), "{line}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others_and_in_more_than_one_line() {
        let name = CookieName::Session;
        assert_eq!(
            name.read(&headers(&["a=1; __Host-doorward-session=dws_x; b=2"])),
            Some("dws_x")
        );
        assert_eq!(name.read(&headers(&["a=1", "__Host-doorward-session=dws_x"])), Some("dws_x"));
        for none in [
            "",
            "__Host-doorward-session",
            "__Host-doorward-session=",
            "__host-doorward-session=x",
            "doorward-session=x",
            "x__Host-doorward-session=x",
        ] {
            assert_eq!(name.read(&headers(&[none])), None, "{none}");
        }
        let long = format!("__Host-doorward-session={}", "x".repeat(LONGEST + 1));
        assert_eq!(name.read(&headers(&[&long])), None);
    }

    #[test]
    fn r15_of_two_cookies_of_one_name_neither_counts() {
        let name = CookieName::Session;
        let twice = ["__Host-doorward-session=mine; __Host-doorward-session=planted"];
        assert_eq!(name.read(&headers(&twice)), None);
        let lines = ["__Host-doorward-session=mine", "__Host-doorward-session=planted"];
        assert_eq!(name.read(&headers(&lines)), None);
    }

    proptest! {
        #[test]
        fn what_is_no_cookie_header_is_read_without_a_panic(line in "\\PC{0,200}") {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(line.as_bytes()) {
                headers.insert(COOKIE, value);
            }
            let _ = CookieName::Session.read(&headers);
        }
    }
}
