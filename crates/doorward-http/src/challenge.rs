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
            Self::Bearer => header("", ""),
            Self::Client => {
                HeaderValue::from_static(r#"Basic realm="doorward", Bearer realm="doorward""#)
            }
            Self::Fresh(age) => header(
                "insufficient_user_authentication",
                &format!(r#"max_age="{}""#, age.as_secs()),
            ),
            Self::InvalidToken => header("invalid_token", ""),
            Self::Scope(scope) => header("insufficient_scope", &format!(r#"scope="{scope}""#)),
            Self::SecondFactor => {
                header("insufficient_user_authentication", r#"acr_values="second-factor""#)
            }
        }
    }
}

/// With a realm: of `Bearer`, at least one parameter has to follow (RFC 6750, section 3).
fn header(error: &str, more: &str) -> HeaderValue {
    let mut text = r#"Bearer realm="doorward""#.to_owned();
    if !error.is_empty() {
        text.push_str(&format!(r#", error="{error}""#));
    }
    // A scope that is none, with a quote in it or a control character, is not named.
    let is_sound = !more.contains('\\') && more.matches('"').count() == 2;
    let named = is_sound.then(|| HeaderValue::from_str(&format!("{text}, {more}")).ok()).flatten();
    named
        .or_else(|| HeaderValue::from_str(&text).ok())
        .unwrap_or(HeaderValue::from_static("Bearer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_realm_and_names_what_is_missing() {
        for (challenge, expected) in [
            (Challenge::Bearer, r#"Bearer realm="doorward""#),
            (Challenge::InvalidToken, r#"Bearer realm="doorward", error="invalid_token""#),
            (
                Challenge::Scope("a b".to_owned()),
                r#"Bearer realm="doorward", error="insufficient_scope", scope="a b""#,
            ),
            (
                Challenge::Fresh(Duration::from_secs(300)),
                r#"Bearer realm="doorward", error="insufficient_user_authentication", max_age="300""#,
            ),
            (
                Challenge::SecondFactor,
                r#"Bearer realm="doorward", error="insufficient_user_authentication", acr_values="second-factor""#,
            ),
            (Challenge::Client, r#"Basic realm="doorward", Bearer realm="doorward""#),
        ] {
            assert_eq!(challenge.to_header(), expected);
        }
    }

    #[test]
    fn a_scope_that_is_none_writes_no_parameter_of_its_own() {
        for scope in ["a\", x=\"b", "\"", "\\", "a\nb", "\u{7f}"] {
            let header = Challenge::Scope(scope.to_owned()).to_header();
            assert_eq!(
                header, r#"Bearer realm="doorward", error="insufficient_scope""#,
                "{scope:?}"
            );
        }
    }
}
