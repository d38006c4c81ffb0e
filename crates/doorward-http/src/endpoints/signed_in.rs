//! What every login comes to in the end: tokens for a program, cookies for a browser.

use doorward::{DeviceToken, NewGrant, NewSession, Outcome, StepUp, TokenPair, Verified};
use http::StatusCode;
use serde::Serialize;
use zeroize::Zeroizing;

use super::table::Endpoint;
use super::view::{self, Seen};
use crate::answer::{Answer, left};
use crate::cookie::{CookieName, SetCookie};
use crate::csrf::{self, Provenance};
use crate::door::Settings;
use crate::local_path::local_path;
use crate::page::Page;
use crate::problem::{Problem, Ticket};
use crate::received::{Kind, Received};
use crate::user_agent;

/// A login under way, apart from the password or the code.
pub(crate) struct Signing {
    wants: Wants,
    next: Option<String>,
    device: Option<Zeroizing<String>>,
    former: Option<Zeroizing<String>>,
    label: String,
    seen: Seen,
}

/// How the answer is to come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wants {
    /// A session's cookie, and JSON: a script in a browser.
    CookieAndJson,
    /// A session's cookie, and another page: a browser's form.
    CookieAndPage,
    /// Tokens in JSON: a program.
    Tokens,
}

impl Signing {
    /// Refuses what another site has sent, for it would sign a person in as somebody else.
    pub(crate) fn new(settings: &Settings, received: &mut Received) -> Result<Self, Problem> {
        let cookie = received.fields.take_flag()?;
        let wants = match (received.is_browser_form(), cookie) {
            (true, _) => Wants::CookieAndPage,
            (false, Some(true)) => Wants::CookieAndJson,
            (false, None | Some(false)) => Wants::Tokens,
        };
        if wants == Wants::CookieAndJson
            && settings.origins.provenance(&received.headers) == Provenance::CrossSite
        {
            return Err(Problem::cross_site());
        }
        guard(settings, received)?;
        let own = |text: &str| Zeroizing::new(text.to_owned());
        let device = received.fields.take("device_token");
        let device = device.or_else(|| CookieName::Device.read(&received.headers).map(own));
        let seen = Seen::of(received);
        let next = received.fields.take("next");
        Ok(Self {
            wants,
            next: next.filter(|next| local_path(next).is_some()).map(|next| next.to_string()),
            device,
            former: CookieName::Session.read(&received.headers).map(own),
            label: user_agent::label(&received.headers),
            seen,
        })
    }

    /// Of whoever has a session, and gets another one for it: a form goes on to `next`.
    pub(crate) fn anew(received: &mut Received, next: String) -> Self {
        let own = |text: &str| Zeroizing::new(text.to_owned());
        let is_form = received.is_browser_form();
        Self {
            wants: if is_form { Wants::CookieAndPage } else { Wants::CookieAndJson },
            next: Some(next),
            device: CookieName::Device.read(&received.headers).map(own),
            former: CookieName::Session.read(&received.headers).map(own),
            label: user_agent::label(&received.headers),
            seen: Seen::of(received),
        }
    }

    /// What the device was given before.
    pub(crate) fn device(&self) -> Option<DeviceToken> {
        self.device.as_ref().map(|device| DeviceToken::new(device.as_str()))
    }

    pub(crate) async fn answer(
        self,
        settings: &Settings,
        outcome: Outcome,
    ) -> Result<Answer, Problem> {
        match outcome {
            Outcome::Verified(proof) => match self.wants {
                Wants::Tokens => self.grant(settings, proof).await,
                Wants::CookieAndJson | Wants::CookieAndPage => self.open(settings, proof).await,
            },
            Outcome::StepUp(ticket) => self.ask_for_the_code(settings, &ticket),
            Outcome::Rejected => Err(Problem::invalid_credentials()),
            Outcome::Wait(wait) => Err(Problem::too_many_attempts(&wait)),
        }
    }

    /// To the login and back, for whoever has to log in, or to log in again.
    pub(crate) fn again(
        settings: &Settings,
        endpoint: &Endpoint,
        problem: &Problem,
    ) -> Result<Answer, Problem> {
        // What is posted cannot be gone on with: back to the page that it was posted from.
        let page = match endpoint.path.split('/').nth(1) {
            Some("second-factor") => settings.paths.second_factor(),
            Some("password") => settings.paths.password(),
            _ => settings.paths.sessions(),
        };
        let again = if problem.error() == "unauthenticated" { "" } else { "&again" };
        Answer::see_other(&format!("{}?next={page}{again}", settings.paths.login()))
    }

    fn ask_for_the_code(&self, settings: &Settings, ticket: &StepUp) -> Result<Answer, Problem> {
        let expires_in = left(ticket.expires_at(), settings.auth.now());
        if self.wants == Wants::CookieAndPage && settings.pages.is_some() {
            let mut path = settings.paths.second_factor_login();
            if let Some(next) = &self.next {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("next", next)
                    .finish();
                path = format!("{path}?{query}");
            }
            return Ok(Answer::see_other(&path)?.with_cookie(SetCookie::ticket(ticket)));
        }
        let secret = ticket.expose_secret().to_owned();
        Err(Problem::second_factor_required(Ticket { secret, expires_in }))
    }

    async fn grant(self, settings: &Settings, proof: Verified) -> Result<Answer, Problem> {
        let device = proof.device().clone();
        let replacement = proof.replacement();
        let replacement = replacement.map(|code| Zeroizing::new(code.expose_secret().to_owned()));
        let new = NewGrant::new(proof, settings.scopes.clone()).label(&self.label);
        let granted = settings.auth.tokens().grant(new).await?;
        let pair = granted.ok_or_else(Problem::invalid_credentials)?;
        let tokens = Tokens {
            device_token: Some(device.expose_secret()),
            recovery_code: replacement.as_ref().map(|code| code.as_str()),
            ..Tokens::of(&pair)
        };
        Ok(Answer::json(StatusCode::OK, &tokens))
    }

    async fn open(self, settings: &Settings, proof: Verified) -> Result<Answer, Problem> {
        let mut new = NewSession::new(proof).label(&self.label);
        if let Some(former) = &self.former {
            new = new.replacing(former.as_str());
        }
        let opened = settings.auth.sessions().open(new).await?;
        let session = opened.ok_or_else(Problem::invalid_credentials)?;
        let answer = match (self.wants, session.replacement()) {
            (Wants::CookieAndPage, Some(code)) if settings.pages.is_some() => {
                let seen = self.seen.signed_in(session.token());
                let page = Page::RecoveryCodes(std::slice::from_ref(code));
                view::draw(settings, &seen, &page, None)?.answered(StatusCode::OK)
            }
            (Wants::CookieAndPage, None) => {
                Answer::see_other(self.next.as_deref().unwrap_or(settings.paths.home()))?
            }
            (_, replacement) => {
                let csrf_token = csrf::token(session.token())?;
                let recovery_code = replacement.map(|code| code.expose_secret());
                Answer::json(StatusCode::OK, &Opened { csrf_token: &csrf_token, recovery_code })
            }
        };
        Ok(answer
            .with_cookie(SetCookie::session(&session))
            .with_cookie(SetCookie::device(session.device()))
            .with_cookie(SetCookie::end(CookieName::Form))
            .with_cookie(SetCookie::end(CookieName::Ticket)))
    }
}

/// Refuses a form that another site has sent, and, of a browser, one that is not of the page that it has loaded.
///
/// Every browser of today says where a form comes from. What says nothing is a program, and nobody else's: it need not
/// have the token, even where it has kept the cookie of a page that it has seen.
pub(crate) fn guard(settings: &Settings, received: &mut Received) -> Result<(), Problem> {
    let token = received.fields.take("csrf_token");
    if received.kind == Kind::Json {
        return Ok(());
    }
    let provenance = settings.origins.provenance(&received.headers);
    let cookie = CookieName::Form.read(&received.headers);
    let is_of_our_page = match (provenance, cookie, token) {
        (Provenance::CrossSite, _, _) => return Err(Problem::cross_site()),
        (_, Some(cookie), Some(token)) => csrf::is_token(cookie, &token),
        (Provenance::SameOrigin, Some(_), None) => false,
        (Provenance::SameOrigin, None, _) | (Provenance::Unknown, _, _) => true,
    };
    if is_of_our_page { Ok(()) } else { Err(Problem::csrf_token()) }
}

/// RFC 6749, section 5.1.
#[derive(Serialize)]
pub(crate) struct Tokens<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
    refresh_token: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_code: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(pair: &'a TokenPair) -> Self {
        Self {
            access_token: pair.access(),
            token_type: "bearer",
            expires_in: pair.expires_in(),
            refresh_token: pair.refresh(),
            scope: pair.scopes().to_string(),
            device_token: None,
            recovery_code: None,
        }
    }
}

#[derive(Serialize)]
struct Opened<'a> {
    csrf_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_code: Option<&'a str>,
}
