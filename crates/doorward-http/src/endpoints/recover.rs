//! Forgotten passwords.

use doorward::{DeviceToken, PasswordReset, Refusal, Requested, Reset, TokenRequest};
use http::StatusCode;

use super::signed_in::guard;
use super::view::{self, Seen};
use crate::answer::Answer;
use crate::cookie::CookieName;
use crate::door::Settings;
use crate::page::{Note, Page};
use crate::problem::Problem;
use crate::received::Received;

/// The same answer whether there is such an account or not.
pub(crate) async fn recover(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    guard(settings, &mut received)?;
    let username = received.field("username")?;
    let mut request = TokenRequest::new(username.as_str());
    if let Some(address) = received.client.ip() {
        request = request.from(address);
    }
    match settings.auth.recovery().request(request).await? {
        Requested::Accepted if received.takes_pages() && settings.pages.is_some() => {
            let seen = Seen::of(&received);
            let drawn = view::draw(settings, &seen, &Page::Note, Some(&Note::LetterSent))?;
            Ok(drawn.answered(StatusCode::ACCEPTED))
        }
        Requested::Accepted => {
            let done = serde_json::json!({ "accepted": true });
            Ok(Answer::json(StatusCode::ACCEPTED, &done))
        }
        Requested::Wait(wait) => Err(Problem::too_many_attempts(&wait)),
    }
}

pub(crate) async fn confirm(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    guard(settings, &mut received)?;
    let token = received.field("token")?;
    let mut password = received.field("password")?;
    let mut reset = PasswordReset::new(token.as_str(), std::mem::take(&mut *password))
        .context([settings.service.as_str()]);
    if let Some(code) = received.fields.take("code") {
        reset = reset.code(code.as_str());
    }
    if let Some(address) = received.client.ip() {
        reset = reset.from(address);
    }
    let device = received.fields.take("device_token");
    let device = device.as_ref().map(|device| device.as_str());
    if let Some(device) = device.or(CookieName::Device.read(&received.headers)) {
        reset = reset.device(DeviceToken::new(device));
    }
    match settings.auth.recovery().reset(reset).await? {
        Reset::Done { replacement, .. } => done(settings, &received, replacement),
        Reset::CodeNeeded => Err(Problem::code_required()),
        Reset::WrongCode => Err(Problem::invalid_code()),
        Reset::Refused(problem) => Err(Problem::refused(&Refusal::Password(problem))),
        Reset::Rejected => Err(Problem::invalid_letter()),
        Reset::Wait(wait) => Err(Problem::too_many_attempts(&wait)),
    }
}

pub(crate) fn confirm_page(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    let seen = Seen::of(received);
    let page = Page::NewPassword { token: seen.letter(), needs_code: false };
    Ok(view::draw(settings, &seen, &page, None)?.answered(StatusCode::OK))
}

/// The recovery code that takes the place of a used one is shown once, here.
fn done(
    settings: &Settings,
    received: &Received,
    replacement: Option<doorward::RecoveryCode>,
) -> Result<Answer, Problem> {
    let as_page = received.is_browser_form();
    match replacement {
        Some(code) if as_page && settings.pages.is_some() => {
            let page = Page::RecoveryCodes(std::slice::from_ref(&code));
            let seen = Seen::of(received);
            let drawn = view::draw(settings, &seen, &page, Some(&Note::PasswordSet))?;
            Ok(drawn.answered(StatusCode::OK))
        }
        None if as_page => Answer::see_other(&format!("{}?reset", settings.paths.login())),
        code => {
            let mut done = serde_json::json!({ "reset": true });
            if let Some(code) = code {
                done["recovery_code"] = code.expose_secret().into();
            }
            Ok(Answer::json(StatusCode::OK, &done))
        }
    }
}
