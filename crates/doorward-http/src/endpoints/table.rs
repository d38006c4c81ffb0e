//! The table of the endpoints: what is served, and what is said of it.

/// An endpoint, and what its description says.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) does: Does,
    pub(crate) kept: Kept,
    pub(crate) summary: &'static str,
    /// The fields that it reads, those with a `?` at the end if they are there.
    pub(crate) fields: &'static [&'static str],
    pub(crate) answers: &'static [(u16, Shape)],
}

/// Whom it is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kept {
    /// Registered clients, and whoever has an access token.
    Clients,
    /// Everybody.
    Open,
    /// Whoever has a session.
    Session,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Does {
    Asset,
    ChangePassword,
    Code,
    CodePage,
    ConfirmSecondFactor,
    CsrfToken,
    EndOtherSessions,
    EndSession,
    EnrolSecondFactor,
    Introspect,
    ListSessions,
    Login,
    LoginPage,
    Logout,
    NewPassword,
    NewPasswordPage,
    NewRecoveryCodes,
    OpenApi,
    PasswordPage,
    Recover,
    RecoverPage,
    Refresh,
    Register,
    RegisterPage,
    RemoveSecondFactor,
    Revoke,
    ShowSecondFactor,
}

/// What is in an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    CsrfToken,
    Description,
    Done(&'static str),
    Empty,
    Enrolment,
    File,
    Introspection,
    Page,
    Problem,
    Redirect,
    RecoveryCodes,
    SecondFactor,
    Sessions,
    Tokens,
}

impl Endpoint {
    /// Whether it is a page and nothing else.
    pub(crate) fn is_page(&self) -> bool {
        matches!(
            self.does,
            Does::Asset
                | Does::CodePage
                | Does::LoginPage
                | Does::NewPasswordPage
                | Does::PasswordPage
                | Does::RecoverPage
                | Does::RegisterPage
        )
    }

    pub(crate) fn is_at(&self, path: &str) -> bool {
        match self.path.strip_suffix("{name}") {
            Some(folder) => path
                .strip_prefix(folder)
                .is_some_and(|name| !name.is_empty() && !name.contains('/')),
            None => path == self.path,
        }
    }
}

macro_rules! endpoints {
    ($($method:ident $path:literal $does:ident $kept:ident $fields:tt $summary:literal {
        $($status:literal $shape:expr,)*
    })*) => {
        &[$(Endpoint {
            method: stringify!($method),
            path: $path,
            does: Does::$does,
            kept: Kept::$kept,
            summary: $summary,
            fields: &$fields,
            answers: &[$(($status, $shape)),*],
        }),*]
    };
}

/// All of them, by path.
#[rustfmt::skip]
pub(crate) const TABLE: &[Endpoint] = endpoints! {
    GET "/assets/{name}" Asset Open [] "A file of the pages" {
        200 Shape::File, 404 Shape::Problem,
    }
    GET "/csrf-token" CsrfToken Open [] "A token for the header X-CSRF-Token" {
        200 Shape::CsrfToken, 503 Shape::Problem,
    }
    POST "/introspect" Introspect Clients ["token", "token_type_hint?"] "What a token is (RFC 7662)" {
        200 Shape::Introspection, 400 Shape::Problem, 401 Shape::Problem, 429 Shape::Problem, 503 Shape::Problem,
    }
    GET "/login" LoginPage Open [] "The form of the login" {
        200 Shape::Page, 503 Shape::Problem,
    }
    POST "/login" Login Open ["username", "password", "device_token?", "cookie?", "next?", "csrf_token?"] "Log in" {
        200 Shape::Tokens, 303 Shape::Redirect, 400 Shape::Problem, 401 Shape::Problem, 403 Shape::Problem,
        429 Shape::Problem, 503 Shape::Problem,
    }
    GET "/login/second-factor" CodePage Open [] "The form for the code of a login" {
        200 Shape::Page, 503 Shape::Problem,
    }
    POST "/login/second-factor" Code Open
        ["ticket?", "code", "device_token?", "cookie?", "next?", "csrf_token?"] "Go on with a login, by its code" {
        200 Shape::Tokens, 303 Shape::Redirect, 400 Shape::Problem, 401 Shape::Problem, 403 Shape::Problem,
        429 Shape::Problem, 503 Shape::Problem,
    }
    POST "/logout" Logout Open ["refresh_token?", "csrf_token?"] "End the session, or the grant of the token" {
        204 Shape::Empty, 303 Shape::Redirect, 401 Shape::Problem, 403 Shape::Problem, 503 Shape::Problem,
    }
    GET "/openapi.json" OpenApi Open [] "This description" {
        200 Shape::Description,
    }
    GET "/password" PasswordPage Session [] "The form for another password" {
        200 Shape::Page, 303 Shape::Redirect, 401 Shape::Problem, 503 Shape::Problem,
    }
    POST "/password" ChangePassword Session
        ["current_password?", "ticket?", "code?", "password", "csrf_token?"]
        "Set another password: all sessions end, and this one goes on under a new token" {
        200 Shape::CsrfToken, 303 Shape::Redirect, 400 Shape::Problem, 401 Shape::Problem, 403 Shape::Problem,
        422 Shape::Problem, 429 Shape::Problem, 503 Shape::Problem,
    }
    GET "/recover" RecoverPage Open [] "The form for who has forgotten the password" {
        200 Shape::Page, 503 Shape::Problem,
    }
    POST "/recover" Recover Open ["username", "csrf_token?"] "Ask for a letter: the same answer to everybody" {
        202 Shape::Done("accepted"), 400 Shape::Problem, 403 Shape::Problem, 429 Shape::Problem, 503 Shape::Problem,
    }
    GET "/recover/confirm" NewPasswordPage Open [] "The form for a new password" {
        200 Shape::Page, 503 Shape::Problem,
    }
    POST "/recover/confirm" NewPassword Open ["token", "password", "code?", "device_token?", "csrf_token?"]
        "Set a new password, with the token of the letter" {
        200 Shape::Done("reset"), 303 Shape::Redirect, 400 Shape::Problem, 401 Shape::Problem, 403 Shape::Problem,
        422 Shape::Problem, 429 Shape::Problem, 503 Shape::Problem,
    }
    POST "/refresh" Refresh Open ["refresh_token"] "A new access token" {
        200 Shape::Tokens, 400 Shape::Problem, 401 Shape::Problem, 503 Shape::Problem,
    }
    GET "/register" RegisterPage Open [] "The form for an account" {
        200 Shape::Page, 503 Shape::Problem,
    }
    POST "/register" Register Open ["username", "password", "csrf_token?"]
        "Make an account: the same answer where there is one" {
        201 Shape::Done("registered"), 303 Shape::Redirect, 400 Shape::Problem, 403 Shape::Problem,
        422 Shape::Problem, 429 Shape::Problem, 503 Shape::Problem,
    }
    POST "/revoke" Revoke Clients ["token", "token_type_hint?"] "End a token (RFC 7009)" {
        200 Shape::Empty, 400 Shape::Problem, 401 Shape::Problem, 429 Shape::Problem, 503 Shape::Problem,
    }
    GET "/second-factor" ShowSecondFactor Session [] "The second factor of one's own account" {
        200 Shape::SecondFactor, 303 Shape::Redirect, 401 Shape::Problem, 503 Shape::Problem,
    }
    POST "/second-factor/confirm" ConfirmSecondFactor Session ["token", "code", "csrf_token?"]
        "Enrol what the app shows" {
        200 Shape::RecoveryCodes, 303 Shape::Redirect, 400 Shape::Problem, 401 Shape::Problem, 403 Shape::Problem,
        503 Shape::Problem,
    }
    POST "/second-factor/enrol" EnrolSecondFactor Session ["csrf_token?"] "Begin an enrolment" {
        200 Shape::Enrolment, 303 Shape::Redirect, 401 Shape::Problem, 403 Shape::Problem, 503 Shape::Problem,
    }
    POST "/second-factor/recovery-codes" NewRecoveryCodes Session ["csrf_token?"]
        "New recovery codes: the former ones are worth nothing" {
        200 Shape::RecoveryCodes, 303 Shape::Redirect, 401 Shape::Problem, 403 Shape::Problem, 503 Shape::Problem,
    }
    POST "/second-factor/remove" RemoveSecondFactor Session ["csrf_token?"] "Remove the second factor" {
        204 Shape::Empty, 303 Shape::Redirect, 401 Shape::Problem, 403 Shape::Problem, 503 Shape::Problem,
    }
    GET "/sessions" ListSessions Session [] "The sessions of one's own account" {
        200 Shape::Sessions, 303 Shape::Redirect, 401 Shape::Problem, 503 Shape::Problem,
    }
    POST "/sessions/end" EndSession Session ["session", "csrf_token?"] "End one session of one's own" {
        204 Shape::Empty, 303 Shape::Redirect, 400 Shape::Problem, 401 Shape::Problem, 403 Shape::Problem,
        503 Shape::Problem,
    }
    POST "/sessions/end-others" EndOtherSessions Session ["csrf_token?"] "End all sessions but this one" {
        204 Shape::Empty, 303 Shape::Redirect, 401 Shape::Problem, 403 Shape::Problem, 503 Shape::Problem,
    }
};
