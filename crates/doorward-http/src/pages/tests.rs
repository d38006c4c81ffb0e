//! What holds of every page.

use doorward::{
    Authenticator, Cost, Keys, Login, MemoryStore, NewSession, Outcome, Registration, SessionInfo,
};
use proptest::prelude::*;

use super::*;
use crate::page::Note;
use crate::paths::Paths;
use crate::problem::Problem;

const PASSWORD: &str = "seven quiet herons";

/// The sessions of somebody whose devices are called this.
fn sessions(labels: &[&str]) -> Vec<SessionInfo> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let auth = Authenticator::builder()
            .store(MemoryStore::new())
            .keys(Keys::generate().unwrap())
            .cost(Cost::minimal_for_tests())
            .build()
            .unwrap();
        let _ = auth.register(Registration::new("alice", PASSWORD)).await.unwrap();
        let mut last = None;
        for label in labels {
            let login = Login::new("alice", PASSWORD).from([192, 0, 2, 7]);
            let Outcome::Verified(proof) = auth.authenticate(login).await.unwrap() else {
                panic!()
            };
            last = auth.sessions().open(NewSession::new(proof).label(label)).await.unwrap();
        }
        auth.sessions().list(last.unwrap().principal()).await.unwrap()
    })
}

fn draw(page: &Page<'_>, note: Option<&Note>, service: &str) -> String {
    let paths = Paths::new("/auth".to_owned(), "/home".to_owned());
    let view = View {
        service,
        paths: &paths,
        csrf_token: "the-token-of-the-form",
        is_signed_in: matches!(page, Page::Sessions(_) | Page::SecondFactor(_)),
        has_registration: true,
        note,
    };
    DefaultPages.draw(page, &view)
}

/// Of every kind that can be made without a door.
fn with_every_page(check: impl Fn(&str)) {
    let sessions = sessions(&["Firefox on Linux", "Safari on iPhone"]);
    let problem = Problem::invalid_credentials();
    let refused = Note::Refused(problem.clone());
    let pages = [
        Page::Code { next: Some("/a") },
        Page::EnrolAgain { token: "t" },
        Page::NewPassword { token: "t", needs_code: true },
        Page::Note,
        Page::Password { ticket: None, needs_code: true },
        Page::Password { ticket: Some("t"), needs_code: true },
        Page::Problem(&problem),
        Page::Recover,
        Page::RecoveryCodes(&[]),
        Page::Register,
        Page::SecondFactor(None),
        Page::Sessions(&sessions),
        Page::SignIn { next: Some("/a?b=c&d=e") },
    ];
    for page in &pages {
        for note in [None, Some(&Note::LetterSent), Some(&refused)] {
            check(&draw(page, note, "Example"));
        }
    }
}

/// The start tags of a kind.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let starts = html.match_indices('<').map(|(at, _)| &html[at + 1..]);
    let named = starts
        .filter(|rest| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '>'])));
    named.map(|rest| rest.split('>').next().unwrap()).collect()
}

#[test]
fn every_form_has_its_token_and_posts_to_an_endpoint() {
    with_every_page(|html| {
        let forms = tags(html, "form");
        assert_eq!(
            html.matches(r#"name="csrf_token" value="the-token-of-the-form""#).count(),
            forms.len()
        );
        for form in forms {
            assert!(form.contains(r#"method="post" action="/auth/"#), "{form}");
        }
    });
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    with_every_page(|html| {
        for forbidden in [
            "<script",
            "<style",
            " style=",
            " onclick",
            " onload",
            "javascript:",
            "http://",
            "https://",
        ] {
            assert!(!html.contains(forbidden), "{forbidden}: {html}");
        }
    });
}

#[test]
fn every_box_has_a_label_and_says_what_fills_it() {
    with_every_page(|html| {
        for input in tags(html, "input").iter().filter(|input| !input.contains(r#"type="hidden""#))
        {
            let id = input.split(r#"id=""#).nth(1).unwrap().split('"').next().unwrap();
            assert!(html.contains(&format!(r#"<label for="{id}">"#)), "{input}");
            assert!(input.contains("autocomplete=") && !input.contains("placeholder"), "{input}");
            assert!(!input.contains("maxlength") && !input.contains("onpaste"), "{input}");
            if let Some(described) = input.split(r#"aria-describedby=""#).nth(1) {
                for id in described.split('"').next().unwrap().split(' ') {
                    assert!(html.contains(&format!(r#"id="{id}""#)), "{id}: {input}");
                }
            }
        }
        assert_eq!(
            (tags(html, "h1").len(), tags(html, "main").len(), tags(html, "title").len()),
            (1, 1, 1)
        );
        assert!(html.starts_with(r#"<!DOCTYPE html><html lang="en">"#));
    });
}

#[test]
fn a_refusal_is_said_at_once_and_a_note_when_it_is_come_to() {
    let refused = Note::Refused(Problem::invalid_credentials());
    let html = draw(&Page::SignIn { next: None }, Some(&refused), "Example");
    assert!(
        html.contains(r#"role="alert""#) && html.contains("The username or the password is wrong.")
    );
    let html = draw(&Page::SignIn { next: None }, Some(&Note::SignedOut), "Example");
    assert!(html.contains(r#"role="status""#) && !html.contains(r#"role="alert""#));
}

#[test]
fn the_present_session_cannot_be_ended_by_mistake() {
    let sessions = sessions(&["one", "two", "three"]);
    let html = draw(&Page::Sessions(&sessions), None, "Example");
    assert_eq!(html.matches("End this one").count(), 2);
    assert_eq!(html.matches("this one</span>").count(), 1);
    for session in &sessions {
        let named = format!(r#"name="session" value="{}""#, session.id());
        assert_eq!(html.contains(&named), !session.is_current());
    }
}

#[test]
fn no_script_may_run_in_them() {
    let policy = DefaultPages.policy();
    let policy = policy.to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("script"), "{policy}");
    for directive in ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
        assert!(policy.contains(directive), "{policy}");
    }
}

#[test]
fn only_the_stylesheet_is_a_file_of_theirs() {
    let (media_type, style) = DefaultPages.asset("doorward.css").unwrap();
    assert!(media_type.starts_with("text/css") && !style.is_empty());
    for none in ["", "../Cargo.toml", "doorward.css/", "DOORWARD.CSS"] {
        assert!(DefaultPages.asset(none).is_none(), "{none}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Names of devices come from clients, and so does the way back.
    #[test]
    fn whatever_somebody_typed_stays_text(typed in "[<>\"'&a-z/= ]{1,40}") {
        let sessions = sessions(&[&typed]);
        let plain = draw(&Page::Sessions(&self::sessions(&["x"])), None, "x");
        let shown = draw(&Page::Sessions(&sessions), None, &typed);
        prop_assert_eq!(shown.matches('<').count(), plain.matches('<').count());
        prop_assert_eq!(shown.matches('"').count(), plain.matches('"').count());
        let token = Page::NewPassword { token: &typed, needs_code: false };
        let plain = draw(&Page::NewPassword { token: "x", needs_code: false }, None, "x");
        let shown = draw(&token, None, "x");
        prop_assert_eq!(shown.matches(['<', '"']).count(), plain.matches(['<', '"']).count());
        let plain = draw(&Page::SignIn { next: Some("x") }, None, "x");
        let shown = draw(&Page::SignIn { next: Some(&typed) }, None, "x");
        prop_assert_eq!(shown.matches(['<', '"']).count(), plain.matches(['<', '"']).count());
    }
}
