//! Plain pages for all that people do at the door.

mod account;
mod forms;
mod layout;
mod note;

use http::HeaderValue;

use crate::page::{Page, Pages, View};

/// Plain, accessible pages in English: one stylesheet, no script, nothing from elsewhere, light and dark.
///
/// They follow the Web Content Accessibility Guidelines 2.2 (AA), and what NIST SP 800-63B-4 (section 3.1.1.2) asks of forms
/// for passwords: they can be pasted, and managers fill them in.
///
/// ```
/// use doorward_http::{DefaultPages, Door};
///
/// fn door(auth: doorward::Authenticator) -> Result<Door, doorward_http::DoorError> {
///     Door::builder(auth).service_name("Example").pages(DefaultPages::default()).build()
/// }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DefaultPages;

impl Pages for DefaultPages {
    fn draw(&self, page: &Page<'_>, view: &View<'_>) -> String {
        let (title, content) = match page {
            Page::Code { next } => ("Enter your code", forms::code(*next, view)),
            Page::Enrol(enrolment) => ("Set up your app", account::enrol(enrolment, view)),
            Page::EnrolAgain { token } => ("Set up your app", account::confirm(token, view)),
            Page::NewPassword { token, needs_code } => {
                ("Choose a new password", forms::new_password(token, *needs_code, view))
            }
            Page::Note => ("Check your letters", maud::html! {}),
            Page::Password { ticket, needs_code } => {
                ("Change your password", account::password(*ticket, *needs_code, view))
            }
            Page::Problem(problem) => (problem.title(), maud::html! {}),
            Page::Recover => ("Forgotten password", forms::recover(view)),
            Page::RecoveryCodes(codes) => {
                ("Your recovery codes", account::recovery_codes(codes, view))
            }
            Page::Register => ("Register", forms::register(view)),
            Page::SecondFactor(status) => ("Second factor", account::second_factor(*status, view)),
            Page::Sessions(sessions) => ("Your sessions", account::sessions(sessions, view)),
            Page::SignIn { next } => ("Sign in", forms::sign_in(*next, view)),
        };
        layout::document(title, &content, view).into_string()
    }

    fn asset(&self, name: &str) -> Option<(&'static str, &'static [u8])> {
        (name == layout::STYLESHEET).then_some(("text/css; charset=utf-8", STYLE))
    }

    /// These pages have no script: none runs, whoever has written it into them.
    fn policy(&self) -> HeaderValue {
        HeaderValue::from_static(POLICY)
    }
}

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

const STYLE: &[u8] = include_bytes!("../assets/doorward.css");

#[cfg(test)]
mod tests;
