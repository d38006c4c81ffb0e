//! What a page has to say before its form.

use maud::{Markup, html};

use crate::page::Note;

pub(super) fn is_refusal(note: Option<&Note>) -> bool {
    matches!(note, Some(Note::Refused(_)))
}

/// Refusals are said at once by screen readers, everything else when they come to it. What stands in the title of the page
/// is not said again.
pub(super) fn shown(note: &Note, title: &str) -> Markup {
    let text = match note {
        Note::Refused(problem) => {
            return html! {
                div #note .refused role="alert" {
                    @if problem.title() != title {
                        p { strong { (problem.title()) "." } }
                    }
                    @if let Some(detail) = problem.detail() {
                        p { (sentence(detail)) }
                    }
                    @if let Some(seconds) = problem.retry_after() {
                        p { "Try again in " (duration(seconds)) "." }
                    }
                }
            };
        }
        Note::LetterSent => {
            "If there is such an account, a letter with a link is on its way. The link is good for a short while only."
        }
        Note::PasswordChanged => {
            "Your new password is in force, and all other sessions have ended."
        }
        Note::PasswordSet => "Your new password is in force. Sign in with it.",
        Note::Registered => {
            "You can sign in now. If there was such an account before, its password has not been changed."
        }
        Note::SecondFactorRemoved => "The second factor is removed.",
        Note::SignInAgain => "Sign in once more to do this.",
        Note::SignedOut => "You are signed out.",
    };
    html! { div #note role="status" { p { (text) } } }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String =
        letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// In the largest unit, rounded up: who comes back then is not too early.
fn duration(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..=90 => (seconds, "second"),
        91..=5_400 => (seconds.div_ceil(60), "minute"),
        5_401..=172_800 => (seconds.div_ceil(3_600), "hour"),
        _ => (seconds.div_ceil(86_400), "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words_and_never_too_short() {
        for (seconds, text) in [
            (1, "1 second"),
            (90, "90 seconds"),
            (91, "2 minutes"),
            (3_600, "60 minutes"),
            (86_400, "24 hours"),
            (172_801, "3 days"),
        ] {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!(sentence("use more"), "Use more.");
    }
}
