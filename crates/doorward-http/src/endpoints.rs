//! The endpoints: which there are, and what each of them does.

mod csrf_token;
mod introspect;
mod login;
mod logout;
mod password;
mod recover;
mod refresh;
mod register;
mod second_factor;
mod sessions;
mod signed_in;
mod table;
mod view;

use http::header::{HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Response};

use self::signed_in::Signing;
pub(crate) use self::table::{Does, Endpoint, Kept, Shape, TABLE};
use crate::answer::Answer;
use crate::body::Body;
use crate::door::Settings;
use crate::page::{Note, Page};
use crate::problem::Problem;
use crate::received::Received;

/// Those that this door serves.
pub(crate) fn served(settings: &Settings) -> impl Iterator<Item = &'static Endpoint> {
    TABLE.iter().filter(|endpoint| match endpoint.does {
        Does::Register => settings.registrations.is_some(),
        Does::RegisterPage => settings.pages.is_some() && settings.registrations.is_some(),
        _ => !endpoint.is_page() || settings.pages.is_some(),
    })
}

pub(crate) fn is_served(settings: &Settings, path: &str) -> bool {
    served(settings).any(|endpoint| endpoint.is_at(path))
}

/// The endpoint of this path for this method.
pub(crate) fn find(
    settings: &Settings,
    method: &Method,
    path: &str,
) -> Result<&'static Endpoint, Problem> {
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    let mut allow = Vec::new();
    for endpoint in served(settings).filter(|endpoint| endpoint.is_at(path)) {
        if endpoint.method == asked.as_str() {
            return Ok(endpoint);
        }
        allow.push(endpoint.method);
        if endpoint.method == Method::GET.as_str() {
            allow.push(Method::HEAD.as_str());
        }
    }
    if allow.is_empty() {
        return Err(Problem::not_found());
    }
    Err(Problem::method_not_allowed(allow.join(", ")))
}

/// What becomes of a request.
pub(crate) async fn answer(
    settings: &Settings,
    endpoint: &Endpoint,
    received: Received,
) -> Response<Body> {
    let seen = view::Seen::of(&received);
    let answered = run(settings, endpoint, received).await;
    let mut answer = match answered {
        Ok(answer) => answer.into_response(),
        Err(problem) => refuse(settings, endpoint, &seen, problem),
    };
    const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    answer
}

async fn run(
    settings: &Settings,
    endpoint: &Endpoint,
    received: Received,
) -> Result<Answer, Problem> {
    match endpoint.does {
        Does::Asset => view::asset(settings, &received),
        Does::Code => login::second_factor(settings, received).await,
        Does::ChangePassword => password::change(settings, received).await,
        Does::CodePage => login::code_page(settings, &received),
        Does::ConfirmSecondFactor => second_factor::confirm(settings, received).await,
        Does::CsrfToken => csrf_token::csrf_token(&received),
        Does::EndOtherSessions => sessions::end_others(settings, received).await,
        Does::EndSession => sessions::end(settings, received).await,
        Does::EnrolSecondFactor => second_factor::enrol(settings, received).await,
        Does::Introspect => introspect::introspect(settings, received).await,
        Does::ListSessions => sessions::list(settings, &received).await,
        Does::Login => login::login(settings, received).await,
        Does::LoginPage => login::page(settings, &received),
        Does::Logout => logout::logout(settings, received).await,
        Does::NewPassword => recover::confirm(settings, received).await,
        Does::NewPasswordPage => recover::confirm_page(settings, &received),
        Does::OpenApi => Ok(Answer::written(crate::openapi::describe(settings))),
        Does::PasswordPage => password::page(settings, &received).await,
        Does::Recover => recover::recover(settings, received).await,
        Does::RecoverPage => view::form(settings, &received, &Page::Recover),
        Does::Refresh => refresh::refresh(settings, received).await,
        Does::Register => register::register(settings, received).await,
        Does::RegisterPage => view::form(settings, &received, &Page::Register),
        Does::RemoveSecondFactor => second_factor::remove(settings, received).await,
        Does::Revoke => introspect::revoke(settings, received).await,
        Does::ShowSecondFactor => second_factor::show(settings, &received).await,
        Does::NewRecoveryCodes => second_factor::recovery_codes(settings, received).await,
    }
}

/// A refusal, as a page to whoever reads pages.
fn refuse(
    settings: &Settings,
    endpoint: &Endpoint,
    seen: &view::Seen,
    problem: Problem,
) -> Response<Body> {
    if !seen.takes_pages() || settings.pages.is_none() {
        return problem.to_response();
    }
    if endpoint.kept == Kept::Session && problem.is_for_the_login() {
        return match Signing::again(settings, endpoint, &problem) {
            Ok(answer) => answer.into_response(),
            Err(problem) => problem.to_response(),
        };
    }
    let letter = seen.letter();
    let page = match endpoint.does {
        Does::ChangePassword => password::again(seen, &problem),
        Does::Code => Page::Code { next: seen.next() },
        Does::ConfirmSecondFactor if problem.error() == "invalid_code" => {
            Page::EnrolAgain { token: letter }
        }
        Does::Login => Page::SignIn { next: seen.next() },
        Does::NewPassword if problem.error() != "invalid_token" => {
            Page::NewPassword { token: letter, needs_code: problem.is_for_a_code() }
        }
        Does::NewPassword | Does::Recover => Page::Recover,
        Does::Register => Page::Register,
        _ => Page::Problem(&problem),
    };
    let note = Note::Refused(problem.clone());
    match view::draw(settings, seen, &page, Some(&note)) {
        Ok(drawn) => drawn.refused(&problem),
        Err(_) => problem.to_response(),
    }
}
