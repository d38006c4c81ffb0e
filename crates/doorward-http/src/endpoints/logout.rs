//! The logout.

use http::StatusCode;

use crate::answer::Answer;
use crate::cookie::{CookieName, SetCookie};
use crate::csrf::Provenance;
use crate::door::Settings;
use crate::identity::Presented;
use crate::problem::Problem;
use crate::received::{Kind, Received};

/// Ends what came with the request, on the server, before the browser is told to forget it. Whoever is logged out already
/// is told the same.
pub(crate) async fn logout(settings: &Settings, mut received: Received) -> Result<Answer, Problem> {
    // Also where no session came with it: to be told to forget a cookie is a logout.
    let is_foreign = settings.origins.provenance(&received.headers) == Provenance::CrossSite;
    if is_foreign && received.kind != Kind::Json && !is_by_token(&received) {
        return Err(Problem::cross_site());
    }
    let identity = received.guarded_identity();
    let auth = &settings.auth;
    if let Some(token) = received.fields.take("refresh_token") {
        auth.tokens().revoke(&token).await?;
    }
    if identity.optional()?.is_some() {
        match Presented::of(&received.headers) {
            Presented::Bearer(token) => auth.tokens().revoke(token).await?,
            Presented::Cookie(token) => auth.sessions().end(token).await?,
            Presented::Nothing | Presented::Unreadable => {}
        }
    }
    let answer = if received.is_browser_form() && settings.pages.is_some() {
        Answer::see_other(&format!("{}?signed-out", settings.paths.login()))?
    } else {
        Answer::empty(StatusCode::NO_CONTENT)
    };
    if is_foreign || is_by_token(&received) {
        return Ok(answer);
    }
    Ok(answer
        .with_cookie(SetCookie::end_session())
        .with_cookie(SetCookie::end(CookieName::Form))
        .with_cookie(SetCookie::end(CookieName::Ticket)))
}

fn is_by_token(received: &Received) -> bool {
    matches!(Presented::of(&received.headers), Presented::Bearer(_))
}
