//! What every page has around it.

use maud::{DOCTYPE, Markup, html};

use super::note;
use crate::page::View;

pub(super) const STYLESHEET: &str = "doorward.css";

pub(super) fn document(title: &str, content: &Markup, view: &View<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (view.service) }
                link rel="stylesheet" href={ (view.paths.assets()) "/" (STYLESHEET) };
            }
            body {
                header {
                    a href=(view.paths.home()) { (view.service) }
                    @if view.is_signed_in {
                        form method="post" action=(view.paths.logout()) {
                            (csrf(view))
                            button.quiet type="submit" { "Sign out" }
                        }
                    }
                }
                main {
                    h1 { (title) }
                    @if let Some(note) = view.note {
                        (note::shown(note, title))
                    }
                    (content)
                    @if view.is_signed_in {
                        nav aria-label="Your account" {
                            a href=(view.paths.sessions()) { "Your sessions" }
                            a href=(view.paths.password()) { "Password" }
                            a href=(view.paths.second_factor()) { "Second factor" }
                        }
                    }
                }
            }
        }
    }
}

/// Of each form.
pub(super) fn csrf(view: &View<'_>) -> Markup {
    html! { input type="hidden" name="csrf_token" value=(view.csrf_token); }
}

/// A form with one button and nothing to fill in.
pub(super) fn button(path: &str, label: &str, view: &View<'_>) -> Markup {
    html! {
        form method="post" action=(path) {
            (csrf(view))
            button type="submit" { (label) }
        }
    }
}

/// What an input says of itself.
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: Option<&'static str>,
    pub(super) kind: &'static str,
    pub(super) autocomplete: &'static str,
    /// `numeric`, `text`, `email`
    pub(super) mode: &'static str,
}

impl Input {
    pub(super) const fn username() -> Self {
        Self {
            name: "username",
            label: "Username",
            hint: None,
            kind: "text",
            autocomplete: "username",
            mode: "email",
        }
    }

    pub(super) const fn password(label: &'static str, autocomplete: &'static str) -> Self {
        Self { name: "password", label, hint: None, kind: "password", autocomplete, mode: "text" }
    }

    pub(super) const fn current_password() -> Self {
        Self { name: "current_password", ..Self::password("Current password", "current-password") }
    }

    pub(super) const fn new_password() -> Self {
        Self::password("New password", "new-password").with_hint(
            "15 characters or more: several words that nobody would put together are good. You can paste it.",
        )
    }

    pub(super) const fn code(hint: &'static str) -> Self {
        Self {
            name: "code",
            label: "Code",
            hint: Some(hint),
            kind: "text",
            autocomplete: "one-time-code",
            mode: "text",
        }
    }

    pub(super) const fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// With its label; `is_first` has the focus, and is described by the note where there is one.
    pub(super) fn shown(&self, is_first: bool, view: &View<'_>) -> Markup {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let refused = note::is_refusal(view.note).then_some("note");
        let described = [hint.as_deref(), refused.filter(|_| is_first)];
        let described: Vec<_> = described.into_iter().flatten().collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        html! {
            p.field {
                label for=(self.name) { (self.label) }
                @if let (Some(text), Some(id)) = (self.hint, &hint) {
                    span.hint id=(id) { (text) }
                }
                input id=(self.name) name=(self.name) type=(self.kind) autocomplete=(self.autocomplete)
                    inputmode=(self.mode) autocapitalize="none" spellcheck="false" required
                    aria-describedby=[described] autofocus[is_first];
            }
        }
    }
}
