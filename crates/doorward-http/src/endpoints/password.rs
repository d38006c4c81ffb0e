//! Another password, for whoever is signed in and knows the current one.

use doorward::{
    Changed, Login, Outcome, PasswordChange, Principal, Redemption, Refusal, StepUp, Verified,
};
use zeroize::Zeroizing;

use super::signed_in::Signing;
use super::view::{self, Seen};
use crate::answer::{Answer, left};
use crate::door::Settings;
use crate::page::Page;
use crate::problem::{Problem, Ticket};
use crate::received::Received;

/// Every session ends; this one goes on under a new token.
///
/// The current password is throttled and counted as at a login: who has found a session open guesses no better than
/// others. Where it is answered with a ticket, the change is asked for again with that and its code; whoever has an app
/// may give the code at once.
pub(crate) async fn change(settings: &Settings, mut received: Received) -> Result<Answer, Problem> {
    let identity = received.guarded_identity();
    let person = identity.person()?;
    let signing = Signing::anew(&mut received, format!("{}?changed", settings.paths.sessions()));
    let new = received.field("password")?;
    let code = received.fields.take("code");
    let change = if let Some(ticket) = received.fields.take("ticket") {
        let code = code.as_ref().ok_or_else(Problem::invalid_code)?;
        let proof = redeem(settings, &received, &signing, person, &ticket, code).await?;
        PasswordChange::proven(proof, new.as_str())
    } else {
        let mut current = received.field("current_password")?;
        let identifier = settings.auth.identifier(person).await?;
        let identifier = identifier.ok_or_else(Problem::unauthenticated)?;
        let mut login = Login::new(identifier.as_str(), std::mem::take(&mut *current));
        if let Some(address) = received.client.ip() {
            login = login.from(address);
        }
        if let Some(device) = signing.device() {
            login = login.device(device);
        }
        PasswordChange::new(login, new.as_str())
    };
    let mut changed = ask(settings, change).await?;
    if let (Changed::Denied(Outcome::StepUp(ticket)), Some(code)) = (&changed, &code) {
        let ticket = Zeroizing::new(ticket.expose_secret().to_owned());
        let proof = redeem(settings, &received, &signing, person, &ticket, code).await?;
        changed = ask(settings, PasswordChange::proven(proof, new.as_str())).await?;
    }
    match changed {
        Changed::Done(proof) => signing.answer(settings, Outcome::Verified(proof)).await,
        Changed::Refused(problem) => Err(Problem::refused(&Refusal::Password(problem))),
        Changed::Denied(Outcome::StepUp(ticket)) => Err(code_required(settings, &ticket)),
        Changed::Denied(Outcome::Wait(wait)) => Err(Problem::too_many_attempts(&wait)),
        Changed::Denied(_) => Err(Problem::wrong_password()),
    }
}

pub(crate) async fn page(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    let person = received.identity.person()?;
    let needs_code = settings.auth.second_factors().status(person).await?.is_some();
    let page = Page::Password { ticket: None, needs_code };
    view::form(settings, received, &page)
}

/// The form once more, for whoever was refused.
pub(crate) fn again<'a>(seen: &'a Seen, problem: &'a Problem) -> Page<'a> {
    let is_dead = problem.error() != "invalid_code";
    let ticket = problem.ticket().or(seen.ticket().filter(|_| !is_dead));
    Page::Password { ticket, needs_code: ticket.is_some() || seen.has_code() }
}

async fn ask(settings: &Settings, change: PasswordChange) -> Result<Changed, Problem> {
    Ok(settings.auth.change_password(change.context([settings.service.as_str()])).await?)
}

/// The proof of whoever is signed in, and of nobody else.
async fn redeem(
    settings: &Settings,
    received: &Received,
    signing: &Signing,
    person: &Principal,
    ticket: &str,
    code: &str,
) -> Result<Verified, Problem> {
    let mut redemption = Redemption::new(ticket, code);
    if let Some(address) = received.client.ip() {
        redemption = redemption.from(address);
    }
    if let Some(device) = signing.device() {
        redemption = redemption.device(device);
    }
    match settings.auth.redeem(redemption).await? {
        Outcome::Verified(proof) if proof.account() == person.account() => Ok(proof),
        Outcome::Wait(wait) => Err(Problem::too_many_attempts(&wait)),
        _ => Err(Problem::invalid_code()),
    }
}

fn code_required(settings: &Settings, ticket: &StepUp) -> Problem {
    let expires_in = left(ticket.expires_at(), settings.auth.now());
    Problem::second_factor_required(Ticket {
        secret: ticket.expose_secret().to_owned(),
        expires_in,
    })
}
