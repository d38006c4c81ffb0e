//! The table of the sessions.

use doorward_examples::sessions;
use doorward_examples::walkthrough::Part;

#[tokio::test]
async fn sessions_end_by_themselves_by_their_owner_and_by_a_change_of_the_password() {
    let shown = sessions::run().await.unwrap();
    let steps: Vec<_> =
        shown.steps().map(|step| (step.done.as_str(), step.answer.as_str())).collect();
    assert_eq!(
        steps[..23],
        [
            ("alice registers", "created"),
            ("she logs in: laptop", "200"),
            ("she logs in: phone", "200"),
            ("she logs in: library", "200"),
            ("she looks where she is logged in", "3 sessions"),
            ("a request: laptop", "200"),
            ("a request: phone", "200"),
            ("a request: library", "401"),
            ("a request: laptop", "200"),
            ("she opens the security settings", "401, asks for the password"),
            ("she logs in: laptop", "200"),
            ("a request: laptop, former token", "401"),
            ("a request: laptop, new token", "200"),
            ("she ends the session of the phone", "204"),
            ("a request: phone", "401"),
            ("she logs in: phone", "200"),
            ("she logs in: tablet", "200"),
            ("she ends all others", "204"),
            ("a request: phone", "401"),
            ("a request: tablet", "401"),
            ("a request: laptop", "200"),
            ("she changes her password", "200"),
            ("a request: laptop, former token", "401"),
        ]
    );
    assert_eq!(
        steps[23..26],
        [
            ("a request: laptop, new token", "200"),
            ("she logs out", "204"),
            ("a request: laptop", "401"),
        ]
    );
}

#[tokio::test]
async fn a_lost_answer_costs_nothing_and_a_stolen_refresh_token_ends_the_grant() {
    let shown = sessions::run().await.unwrap();
    let steps: Vec<_> = shown
        .steps()
        .skip(26)
        .map(|step| (step.done.as_str(), step.answer.as_str(), step.events.join(" ")))
        .collect();
    let steps: Vec<_> = steps.iter().map(|(a, b, c)| (*a, *b, c.as_str())).collect();
    assert_eq!(
        steps[..13],
        [
            ("she lets an app in", "200, tokens for 300 s", "verified session_opened"),
            ("the app asks for invoices:read", "200", ""),
            ("the app asks for invoices:write", "403 insufficient_scope", ""),
            ("the app asks for invoices:read", "401 invalid_token", ""),
            ("the app refreshes, answer lost", "200, new tokens", ""),
            ("it refreshes once more", "200, the same tokens", ""),
            ("the app asks for invoices:read", "200", ""),
            ("a resource server asks", "200", ""),
            (
                "a thief presents the first token",
                "400 invalid_grant",
                "refresh_reused session_ended"
            ),
            ("the app asks for invoices:read", "401 invalid_token", ""),
            ("the app refreshes", "400 invalid_grant", ""),
            ("a resource server asks", r#"{"active":false}"#, ""),
            ("she lets an app in", "200, tokens for 300 s", "verified session_opened"),
        ]
    );
    assert_eq!(
        steps[steps.len() - 3..],
        [
            ("she looks who else is let in", "an accounting app", ""),
            ("the app revokes its token", "200", "session_ended"),
            ("the app asks for invoices:read", "401 invalid_token", ""),
        ]
    );
}

#[tokio::test]
async fn a_person_can_read_it_and_no_token_is_in_it() {
    let shown = sessions::run().await.unwrap();
    let text = shown.to_string();
    for secret in ["herons", "geese", "dws_", "dwa_", "dwr_"] {
        assert!(!text.contains(secret), "{secret} is shown");
    }
    // The answer of an introspection is one line as it is sent.
    let widest = text.lines().filter(|line| !line.starts_with('{'));
    let widest = widest.map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 120, "{widest} columns");
    assert!(matches!(&shown.parts[5], Part::Text(text) if text.contains("library")));
}
