//! What `WWW-Authenticate` asks for (RFC 9110, section 11.6.1).

use std::time::Duration;

use http::HeaderValue;

/// What has to be presented for the request to be heard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Challenge {
    /// A token: none was presented (RFC 6750, section 3).
    Bearer,
    /// The credentials of a client, or a token.
    Client,
    /// A fresh authentication, no longer ago than this (RFC 9470, section 3).
    Fresh(Duration),
    /// Another token: this one is not good (RFC 6750, section 3.1).
    InvalidToken,
    /// A token of this scope (RFC 6750, section 3.1).
    Scope(String),
    /// An authentication with a second factor (RFC 9470, section 3).
    SecondFactor,
}

impl Challenge {
    pub(crate) fn to_header(&self) -> HeaderValue {
        match self {
            Self::Bearer => HeaderValue::from_static("Bearer"),
            Self::Client => HeaderValue::from_static(r#"Basic realm="doorward", Bearer"#),
            Self::Fresh(age) => header(&format!(
                r#"Bearer error="insufficient_user_authentication", max_age="{}""#,
                age.as_secs()
            )),
            Self::InvalidToken => HeaderValue::from_static(r#"Bearer error="invalid_token""#),
            Self::Scope(scope) => {
                header(&format!(r#"Bearer error="insufficient_scope", scope="{scope}""#))
            }
            Self::SecondFactor => HeaderValue::from_static(
                r#"Bearer error="insufficient_user_authentication", acr_values="second-factor""#,
            ),
        }
    }
}

/// A scope that is none, with a quote in it or a control character, is not named.
fn header(text: &str) -> HeaderValue {
    let is_sound = text.matches('"').count().is_multiple_of(2) && !text.contains('\\');
    match HeaderValue::from_str(text) {
        Ok(value) if is_sound => value,
        _ => HeaderValue::from_static(r#"Bearer error="insufficient_scope""#),
    }
}
