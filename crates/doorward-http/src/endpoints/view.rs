//! Pages as answers, and the form cookie that they are bound to.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
};
use http::{Response, StatusCode};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::body::Body;
use crate::cookie::{CookieName, SetCookie};
use crate::csrf;
use crate::door::Settings;
use crate::local_path::local_path;
use crate::page::{Note, Page, View};
use crate::problem::Problem;
use crate::received::Received;

/// What a page has to know of the request that it answers, once that is used up.
pub(crate) struct Seen {
    takes_pages: bool,
    /// The secret of the form cookie that came.
    form: Option<Zeroizing<String>>,
    /// What forms of whoever is signed in are bound to.
    session: Option<Zeroizing<String>>,
    next: Option<String>,
    letter: Option<Zeroizing<String>>,
    ticket: Option<Zeroizing<String>>,
    has_code: bool,
}

impl Seen {
    pub(crate) fn of(received: &Received) -> Self {
        // Also where the request itself was refused: what it is answered with is the person's to read.
        let session = CookieName::Session.read(&received.headers);
        let session = session.filter(|_| received.identity.has_session());
        let owned = |text: &str| Zeroizing::new(text.to_owned());
        let next = received.fields.peek("next").map(str::to_owned).or(received.parameter("next"));
        let letter = received.fields.peek("token").map(owned);
        Self {
            takes_pages: received.takes_pages(),
            form: CookieName::Form.read(&received.headers).map(owned),
            session: session.map(owned),
            next: next.filter(|next| local_path(next).is_some()),
            letter: letter.or(received.parameter("token").map(Zeroizing::new)),
            ticket: received.fields.peek("ticket").map(owned),
            has_code: received.fields.peek("code").is_some(),
        }
    }

    /// The same, once a session was opened.
    pub(crate) fn signed_in(self, token: &str) -> Self {
        Self { session: Some(Zeroizing::new(token.to_owned())), ..self }
    }

    pub(crate) fn takes_pages(&self) -> bool {
        self.takes_pages
    }

    pub(crate) fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// The ticket that was sent in a field.
    pub(crate) fn ticket(&self) -> Option<&str> {
        self.ticket.as_ref().map(|ticket| ticket.as_str())
    }

    /// Whether a code was sent.
    pub(crate) fn has_code(&self) -> bool {
        self.has_code
    }

    /// The token of a letter.
    pub(crate) fn letter(&self) -> &str {
        self.letter.as_ref().map_or("", |letter| letter.as_str())
    }
}

/// A page, and the cookie that its forms are bound to where it is new.
pub(crate) struct Drawn {
    html: String,
    policy: HeaderValue,
    cookie: Option<SetCookie>,
}

impl Drawn {
    pub(crate) fn answered(self, status: StatusCode) -> Answer {
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        let answer = Answer::of(status, html, Body::from(self.html))
            .with_header(CONTENT_SECURITY_POLICY, self.policy)
            .with_header(REFERRER_POLICY, OWN_REFERRER);
        match self.cookie {
            Some(cookie) => answer.with_cookie(cookie),
            None => answer,
        }
    }

    /// With the status and the headers of a refusal.
    pub(crate) fn refused(self, problem: &Problem) -> Response<Body> {
        let (mut parts, body) = self.answered(problem.status()).into_response().into_parts();
        let (mut refused, _) = problem.with_headers(Body::default()).into_parts();
        refused.headers.remove(CONTENT_TYPE);
        parts.headers.extend(refused.headers);
        Response::from_parts(parts, body)
    }
}

/// A page with a form for everybody, in answer to GET.
pub(crate) fn form(
    settings: &Settings,
    received: &Received,
    page: &Page<'_>,
) -> Result<Answer, Problem> {
    let seen = Seen::of(received);
    Ok(draw(settings, &seen, page, None)?.answered(StatusCode::OK))
}

/// Draws a page: its forms are bound to the session where they are for whoever is signed in, else to the form cookie.
pub(crate) fn draw(
    settings: &Settings,
    seen: &Seen,
    page: &Page<'_>,
    note: Option<&Note>,
) -> Result<Drawn, Problem> {
    let Some(pages) = &settings.pages else { return Err(Problem::not_found()) };
    let is_for_everybody = matches!(
        page,
        Page::Code { .. }
            | Page::NewPassword { .. }
            | Page::Recover
            | Page::Register
            | Page::SignIn { .. }
    );
    let mut cookie = None;
    let bound_to = match (&seen.session, &seen.form) {
        (Some(session), _) if !is_for_everybody => session.clone(),
        (_, Some(form)) => form.clone(),
        _ => {
            let secret = csrf::form_secret()?;
            cookie = Some(SetCookie::form(&secret));
            secret
        }
    };
    let token = csrf::token(&bound_to)?;
    let view = View {
        service: &settings.service,
        paths: &settings.paths,
        csrf_token: &token,
        is_signed_in: seen.session.is_some() && !is_for_everybody,
        has_registration: settings.registrations.is_some(),
        note,
    };
    Ok(Drawn { html: pages.draw(page, &view), policy: pages.policy(), cookie })
}

/// A file of the pages.
pub(crate) fn asset(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    let name = received.path.rsplit('/').next().unwrap_or_default();
    let found = settings.pages.as_ref().and_then(|pages| pages.asset(name));
    let (media_type, content) = found.ok_or_else(Problem::not_found)?;
    let answer =
        Answer::of(StatusCode::OK, HeaderValue::from_static(media_type), Body::from(content));
    Ok(answer.with_header(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")))
}

/// Not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
const OWN_REFERRER: HeaderValue = HeaderValue::from_static("same-origin");
