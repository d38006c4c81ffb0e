//! The second factor of whoever is signed in.

use doorward::{Enrolled, Fresh};
use http::StatusCode;

use super::view::{self, Seen};
use crate::answer::{Answer, left, unix};
use crate::door::Settings;
use crate::page::{Note, Page};
use crate::problem::Problem;
use crate::received::Received;

pub(crate) async fn show(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    let person = received.identity.person()?;
    let status = settings.auth.second_factors().status(person).await?;
    if received.takes_pages() && settings.pages.is_some() {
        let seen = Seen::of(received);
        let note = received.parameter("removed").map(|_| Note::SecondFactorRemoved);
        let page = Page::SecondFactor(status.as_ref());
        return Ok(view::draw(settings, &seen, &page, note.as_ref())?.answered(StatusCode::OK));
    }
    let shown = match &status {
        Some(status) => serde_json::json!({
            "enrolled": true,
            "enrolled_at": unix(status.enrolled_at()),
            "recovery_codes_left": status.codes_left(),
        }),
        None => serde_json::json!({ "enrolled": false }),
    };
    Ok(Answer::json(StatusCode::OK, &shown))
}

pub(crate) async fn enrol(settings: &Settings, mut received: Received) -> Result<Answer, Problem> {
    let identity = received.guarded_identity();
    let fresh = identity.fresh()?;
    let enrolled = settings.auth.second_factors().enrol(fresh, &settings.service).await?;
    let enrolment = enrolled.ok_or_else(|| again(settings, fresh))?;
    if received.is_browser_form() && settings.pages.is_some() {
        let seen = Seen::of(&received);
        let drawn = view::draw(settings, &seen, &Page::Enrol(&enrolment), None)?;
        return Ok(drawn.answered(StatusCode::OK));
    }
    let begun = serde_json::json!({
        "uri": enrolment.expose_uri(),
        "key": enrolment.expose_key(),
        "svg": enrolment.expose_svg().as_str(),
        "token": enrolment.expose_token(),
        "expires_in": left(enrolment.expires_at(), settings.auth.now()),
    });
    Ok(Answer::json(StatusCode::OK, &begun))
}

pub(crate) async fn confirm(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    let identity = received.guarded_identity();
    let fresh = identity.fresh()?;
    let token = received.field("token")?;
    let code = received.field("code")?;
    let enrolled = settings.auth.second_factors().confirm(fresh, &token, &code).await?;
    let enrolled = enrolled.ok_or_else(Problem::invalid_code)?;
    show_codes(settings, &received, &enrolled)
}

pub(crate) async fn recovery_codes(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    let identity = received.guarded_identity();
    let fresh = identity.fresh()?;
    let exchanged = settings.auth.second_factors().new_recovery_codes(fresh).await?;
    let enrolled = exchanged.ok_or_else(|| again(settings, fresh))?;
    show_codes(settings, &received, &enrolled)
}

pub(crate) async fn remove(settings: &Settings, mut received: Received) -> Result<Answer, Problem> {
    let identity = received.guarded_identity();
    let fresh = identity.fresh()?;
    let factors = settings.auth.second_factors();
    // Where there is none, nothing is removed, and nobody is told that something was.
    let is_enrolled = factors.status(fresh.principal()).await?.is_some();
    if is_enrolled && !factors.remove(fresh).await? {
        return Err(again(settings, fresh));
    }
    if received.is_browser_form() {
        Answer::see_other(&format!("{}?removed", settings.paths.second_factor()))
    } else {
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }
}

/// The account was changed since the login, or that was without the second factor.
fn again(settings: &Settings, fresh: Fresh<'_>) -> Problem {
    if fresh.principal().has_second_factor() {
        Problem::authentication_too_old(settings.auth.sessions().policy().freshness())
    } else {
        Problem::second_factor_missing()
    }
}

/// Once, and never again.
fn show_codes(
    settings: &Settings,
    received: &Received,
    enrolled: &Enrolled,
) -> Result<Answer, Problem> {
    let codes = enrolled.recovery_codes();
    if received.is_browser_form() && settings.pages.is_some() {
        let seen = Seen::of(received);
        let drawn = view::draw(settings, &seen, &Page::RecoveryCodes(codes), None)?;
        return Ok(drawn.answered(StatusCode::OK));
    }
    let codes: Vec<_> = codes.iter().map(|code| code.expose_secret()).collect();
    Ok(Answer::json(StatusCode::OK, &serde_json::json!({ "recovery_codes": codes })))
}
