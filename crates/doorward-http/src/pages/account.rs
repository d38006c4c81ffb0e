//! Pages of whoever is signed in.

use std::time::SystemTime;

use doorward::{Enrolment, RecoveryCode, SecondFactorStatus, SessionInfo};
use maud::{Markup, PreEscaped, html};
use time::OffsetDateTime;

use super::layout::{Input, button, csrf};
use crate::page::View;

pub(super) fn sessions(sessions: &[SessionInfo], view: &View<'_>) -> Markup {
    html! {
        ul.sessions {
            @for session in sessions {
                @let label = if session.label().is_empty() { "A session without a name" } else { session.label() };
                @let id = session.id().to_string();
                li {
                    div {
                        strong id={ "session-" (id) } { (label) }
                        @if session.is_current() {
                            " " span.current { "this one" }
                        }
                        @if session.scopes().is_some() {
                            " " span.hint { "a program" }
                        }
                        br;
                        span.hint { "since " (moment(session.opened_at())) ", ends " (moment(session.expires_at())) " without use" }
                    }
                    @if !session.is_current() {
                        form method="post" action=(view.paths.end_session()) {
                            (csrf(view))
                            input type="hidden" name="session" value=(id);
                            button type="submit" aria-describedby={ "session-" (id) } { "End this one" }
                        }
                    }
                }
            }
        }
        @if sessions.len() > 1 {
            (button(&view.paths.end_other_sessions(), "End all others", view))
        }
    }
}

pub(super) fn second_factor(status: Option<&SecondFactorStatus>, view: &View<'_>) -> Markup {
    html! {
        @match status {
            Some(status) => {
                p {
                    "Your app is set up since " (moment(status.enrolled_at())) ". "
                    "You have " strong { (status.codes_left()) } " recovery codes left."
                }
                (button(&view.paths.second_factor_recovery_codes(), "New recovery codes", view))
                (button(&view.paths.second_factor_enrol(), "Set up another app", view))
                (button(&view.paths.second_factor_remove(), "Remove the second factor", view))
            }
            None => {
                p {
                    "With a second factor, nobody signs in by your password alone: an app on your phone shows a code that "
                    "is asked for as well."
                }
                (button(&view.paths.second_factor_enrol(), "Set up an app", view))
            }
        }
    }
}

pub(super) fn password(ticket: Option<&str>, needs_code: bool, view: &View<'_>) -> Markup {
    let hint = match ticket {
        Some(_) => "The one that you were sent, or that your app shows, or a recovery code.",
        None => "From your app, or a recovery code.",
    };
    html! {
        p { "All your other sessions end, and programs that you have signed in have to be signed in again." }
        form method="post" action=(view.paths.password()) {
            (csrf(view))
            @match ticket {
                Some(ticket) => { input type="hidden" name="ticket" value=(ticket); }
                None => { (Input::current_password().shown(true, view)) }
            }
            @if needs_code {
                (Input::code(hint).shown(ticket.is_some(), view))
            }
            (Input::new_password().shown(false, view))
            button type="submit" { "Change the password" }
        }
    }
}

pub(super) fn enrol(enrolment: &Enrolment, view: &View<'_>) -> Markup {
    html! {
        p { "Scan this with your authenticator app, or type in the key." }
        // Made by doorward itself: nothing of it was typed by anybody.
        figure.code role="img" aria-label="QR code for your authenticator app" { (PreEscaped(enrolment.expose_svg().as_str())) }
        p { "Key: " code { (groups(enrolment.expose_key())) } }
        (confirm(enrolment.expose_token(), view))
    }
}

pub(super) fn confirm(token: &str, view: &View<'_>) -> Markup {
    html! {
        form method="post" action=(view.paths.second_factor_confirm()) {
            (csrf(view))
            input type="hidden" name="token" value=(token);
            (Input::code("The six digits that the app shows now.").shown(true, view))
            button type="submit" { "Go on" }
        }
        nav aria-label="Without an app" {
            a href=(view.paths.second_factor()) { "Begin anew" }
        }
    }
}

pub(super) fn recovery_codes(codes: &[RecoveryCode], view: &View<'_>) -> Markup {
    html! {
        p {
            "Keep these where only you find them: each takes the place of your app once. "
            strong { "They are not shown again." }
        }
        ul.codes {
            @for code in codes {
                li { code { (code.expose_secret()) } }
            }
        }
        nav aria-label="Once you have kept them" {
            a href=(view.paths.home()) { "I have kept them" }
        }
    }
}

/// In UTC, as every reader takes it.
fn moment(time: SystemTime) -> Markup {
    let (date, clock) = date_and_clock(time);
    html! { time datetime={ (date) "T" (clock) "Z" } { (date) " " (clock) " UTC" } }
}

/// `2031-05-17` and `09:30`.
fn date_and_clock(time: SystemTime) -> (String, String) {
    let time = OffsetDateTime::from(time);
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    (format!("{year:04}-{month:02}-{day:02}"), format!("{:02}:{:02}", time.hour(), time.minute()))
}

/// In fours, for who types it.
fn groups(key: &str) -> String {
    let letters: Vec<_> = key.chars().filter(|letter| !letter.is_whitespace()).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}
