//! A token against forged requests, for scripts.

use http::StatusCode;

use crate::answer::Answer;
use crate::cookie::{CookieName, SetCookie};
use crate::csrf;
use crate::problem::Problem;
use crate::received::Received;

/// Bound to the session where there is one, else to the form cookie. No page of another site can read it.
pub(crate) fn csrf_token(received: &Received) -> Result<Answer, Problem> {
    // What a session that has ended would be bound to is asked for nowhere.
    let own = match received.identity.has_session() {
        true => received.identity.csrf_token()?,
        false => None,
    };
    let (token, cookie) = match (own, CookieName::Form.read(&received.headers)) {
        (Some(token), _) => (token, None),
        (None, Some(cookie)) => (csrf::token(cookie)?, None),
        (None, None) => {
            let secret = csrf::form_secret()?;
            (csrf::token(&secret)?, Some(SetCookie::form(&secret)))
        }
    };
    let answer = Answer::json(StatusCode::OK, &serde_json::json!({ "csrf_token": token.as_str() }));
    Ok(match cookie {
        Some(cookie) => answer.with_cookie(cookie),
        None => answer,
    })
}
