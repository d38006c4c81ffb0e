//! Forms for whoever is not signed in yet.

use maud::{Markup, html};

use super::layout::{Input, csrf};
use crate::page::View;

pub(super) fn sign_in(next: Option<&str>, view: &View<'_>) -> Markup {
    html! {
        form method="post" action=(view.paths.login()) {
            (csrf(view))
            (hidden_next(next))
            (Input::username().shown(true, view))
            (Input::password("Password", "current-password").shown(false, view))
            button type="submit" { "Sign in" }
        }
        nav aria-label="Without a password" {
            a href=(view.paths.recover()) { "Forgotten password" }
            @if view.has_registration {
                a href=(view.paths.register()) { "Register" }
            }
        }
    }
}

fn hidden_next(next: Option<&str>) -> Markup {
    html! {
        @if let Some(next) = next {
            input type="hidden" name="next" value=(next);
        }
    }
}

pub(super) fn register(view: &View<'_>) -> Markup {
    let password = Input::password("Password", "new-password")
        .with_hint("15 characters or more: several words that nobody would put together are good. You can paste it.");
    html! {
        form method="post" action=(view.paths.register()) {
            (csrf(view))
            (Input::username().shown(true, view))
            (password.shown(false, view))
            button type="submit" { "Register" }
        }
        nav aria-label="With an account" {
            a href=(view.paths.login()) { "Sign in" }
        }
    }
}

pub(super) fn code(next: Option<&str>, view: &View<'_>) -> Markup {
    let code = Input::code(
        "From your app, or the one that was sent to you. A recovery code will do as well.",
    );
    html! {
        form method="post" action=(view.paths.second_factor_login()) {
            (csrf(view))
            (hidden_next(next))
            (code.shown(true, view))
            button type="submit" { "Go on" }
        }
        nav aria-label="Without a code" {
            a href=(view.paths.login()) { "Begin anew" }
        }
    }
}

pub(super) fn recover(view: &View<'_>) -> Markup {
    html! {
        p { "You are sent a link to choose a new password by." }
        form method="post" action=(view.paths.recover()) {
            (csrf(view))
            (Input::username().shown(true, view))
            button type="submit" { "Send the link" }
        }
        nav aria-label="With a password" {
            a href=(view.paths.login()) { "Sign in" }
        }
    }
}

pub(super) fn new_password(token: &str, needs_code: bool, view: &View<'_>) -> Markup {
    html! {
        form method="post" action=(view.paths.recover_confirm()) {
            (csrf(view))
            input type="hidden" name="token" value=(token);
            (Input::new_password().shown(true, view))
            @if needs_code {
                (Input::code("From your app, or a recovery code.").shown(false, view))
            }
            button type="submit" { "Set the password" }
        }
    }
}
