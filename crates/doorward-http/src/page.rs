//! What people see at the door, and who draws it.

use std::fmt;

use doorward::{Enrolment, RecoveryCode, SecondFactorStatus, SessionInfo};
use http::HeaderValue;

use crate::paths::Paths;
use crate::problem::Problem;

/// Draws the pages of the endpoints: [`DefaultPages`](crate::DefaultPages) under the feature `pages`, or yours.
///
/// Whatever is drawn is sent with a `Content-Security-Policy` ([`policy`](Self::policy)), `X-Content-Type-Options`,
/// `Referrer-Policy: same-origin` and `Cache-Control: no-store`.
pub trait Pages: fmt::Debug + Send + Sync {
    /// The whole document, UTF-8, with every text of [`Page`] and [`View`] escaped.
    ///
    /// Each form in it posts to one of [`View::paths`] as `application/x-www-form-urlencoded`, with
    /// [`View::csrf_token`] in the field `csrf_token`.
    fn draw(&self, page: &Page<'_>, view: &View<'_>) -> String;

    /// A file that the pages load from [`Paths::assets`], by its name: media type and content. It is public, and kept by
    /// browsers for an hour.
    fn asset(&self, name: &str) -> Option<(&'static str, &'static [u8])>;

    /// The `Content-Security-Policy`: nothing from elsewhere, no script and no style but from files of this origin, no
    /// frame around it, unless told.
    fn policy(&self) -> HeaderValue {
        HeaderValue::from_static(STRICT_POLICY)
    }
}

/// What every page may need.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct View<'a> {
    /// The name of the service.
    pub service: &'a str,
    /// Where the endpoints are.
    pub paths: &'a Paths,
    /// For the hidden field `csrf_token` of each form. A secret.
    pub csrf_token: &'a str,
    /// Whether somebody is signed in, and to be offered the way out.
    pub is_signed_in: bool,
    /// Whether accounts can be made.
    pub has_registration: bool,
    /// What there is to say at the top, before the form.
    pub note: Option<&'a Note>,
}

/// A page.
#[derive(Debug)]
#[non_exhaustive]
pub enum Page<'a> {
    /// The form for the code of a step-up; posts `code` and, if any, `next` to [`Paths::second_factor_login`].
    Code {
        /// Where to go afterwards: a path of this service.
        next: Option<&'a str>,
    },
    /// A second factor to enrol: QR code ([`Enrolment::expose_svg`]), key, and a form that posts `token`
    /// ([`Enrolment::expose_token`]) and `code` to [`Paths::second_factor_confirm`].
    Enrol(&'a Enrolment),
    /// The same once more, for who has mistyped the code: only the form.
    EnrolAgain {
        /// Of the enrolment. A secret.
        token: &'a str,
    },
    /// A new password for whoever has a letter; posts `token`, `password` and, where `needs_code`, `code` to
    /// [`Paths::recover_confirm`].
    NewPassword {
        /// Of the letter. A secret.
        token: &'a str,
        /// Whether a code of the second factor is to be entered as well.
        needs_code: bool,
    },
    /// Nothing but a note and the way on.
    Note,
    /// Another password for whoever is signed in; posts `password` and, where there is no `ticket`, `current_password`, and,
    /// where `needs_code`, `code` to [`Paths::password`].
    Password {
        /// To be posted as `ticket`: the current password was right, and a code was asked for. A secret.
        ticket: Option<&'a str>,
        /// Whether a code is to be entered as well: of the second factor, or with a ticket one that was sent.
        needs_code: bool,
    },
    /// A refusal that no other page shows.
    Problem(&'a Problem),
    /// The form for who has forgotten the password; posts `username` to [`Paths::recover`].
    Recover,
    /// New recovery codes, shown once: each to be written down.
    RecoveryCodes(&'a [RecoveryCode]),
    /// The form for a new account; posts `username` and `password` to [`Paths::register`].
    Register,
    /// The second factor of whoever is signed in: forms that post to [`Paths::second_factor_enrol`], `…_remove` and
    /// `…_recovery_codes`.
    SecondFactor(Option<&'a SecondFactorStatus>),
    /// The sessions of whoever is signed in, each with a form that posts `session` to [`Paths::end_session`], and one
    /// that posts to [`Paths::end_other_sessions`].
    Sessions(&'a [SessionInfo]),
    /// The form for a login; posts `username`, `password` and, if any, `next` to [`Paths::login`].
    SignIn {
        /// Where to go afterwards: a path of this service.
        next: Option<&'a str>,
    },
}

/// What a page has to say at its top.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The account was made, or the identifier is taken: the same to everybody. Sign in.
    Registered,
    /// If there is such an account, a letter is on its way.
    LetterSent,
    /// The new password is in force, and all other sessions have ended.
    PasswordChanged,
    /// The new password is in force. Sign in.
    PasswordSet,
    /// The second factor is removed.
    SecondFactorRemoved,
    /// Sign in once more to do this.
    SignInAgain,
    /// The person is signed out.
    SignedOut,
    /// The request was refused: the title and detail are for people, and
    /// [`retry_after`](Problem::retry_after) says when to come back.
    Refused(Problem),
}

/// See [`Pages::policy`].
const STRICT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
