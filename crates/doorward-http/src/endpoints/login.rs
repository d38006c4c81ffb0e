//! The login, and its second step.

use doorward::{Login, Outcome, Redemption};
use http::StatusCode;
use zeroize::Zeroizing;

use super::signed_in::Signing;
use super::view::{self, Seen};
use crate::answer::Answer;
use crate::cookie::CookieName;
use crate::door::Settings;
use crate::page::{Note, Page};
use crate::problem::Problem;
use crate::received::Received;

pub(crate) async fn login(settings: &Settings, mut received: Received) -> Result<Answer, Problem> {
    let signing = Signing::new(settings, &mut received)?;
    let username = received.field("username")?;
    let mut password = received.field("password")?;
    let mut login = Login::new(username.as_str(), std::mem::take(&mut *password));
    if let Some(address) = received.client.ip() {
        login = login.from(address);
    }
    if let Some(device) = signing.device() {
        login = login.device(device);
    }
    let outcome = settings.auth.authenticate(login).await?;
    signing.answer(settings, outcome).await
}

pub(crate) async fn second_factor(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    let signing = Signing::new(settings, &mut received)?;
    let ticket = received.fields.take("ticket").or_else(|| {
        CookieName::Ticket.read(&received.headers).map(|ticket| Zeroizing::new(ticket.to_owned()))
    });
    // Whoever has none is told the same as whoever has a dead one.
    let ticket = ticket.ok_or_else(Problem::invalid_code)?;
    let code = received.field("code")?;
    let mut redemption = Redemption::new(ticket.as_str(), code.as_str());
    if let Some(address) = received.client.ip() {
        redemption = redemption.from(address);
    }
    if let Some(device) = signing.device() {
        redemption = redemption.device(device);
    }
    match settings.auth.redeem(redemption).await? {
        Outcome::Rejected => Err(Problem::invalid_code()),
        outcome => signing.answer(settings, outcome).await,
    }
}

pub(crate) fn code_page(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    let seen = Seen::of(received);
    let page = Page::Code { next: seen.next() };
    Ok(view::draw(settings, &seen, &page, None)?.answered(StatusCode::OK))
}

pub(crate) fn page(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    let notes = [
        ("registered", Note::Registered),
        ("reset", Note::PasswordSet),
        ("again", Note::SignInAgain),
        ("signed-out", Note::SignedOut),
    ];
    let note = notes.into_iter().find(|(name, _)| received.parameter(name).is_some());
    let seen = Seen::of(received);
    let page = Page::SignIn { next: seen.next() };
    let drawn = view::draw(settings, &seen, &page, note.as_ref().map(|(_, note)| note))?;
    Ok(drawn.answered(StatusCode::OK))
}
