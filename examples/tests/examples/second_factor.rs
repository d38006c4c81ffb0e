//! The table of the second factor.

use doorward_examples::second_factor;
use doorward_examples::walkthrough::{Part, Step};

#[tokio::test]
async fn a_second_factor_is_asked_for_opens_once_and_is_not_passed_by_a_mailed_token() {
    let shown = second_factor::run().await.unwrap();
    let steps: Vec<_> =
        shown.steps().map(|step| (step.done.as_str(), step.answer.as_str())).collect();
    assert_eq!(
        steps,
        [
            ("alice registers", "created"),
            ("alice logs in with her password", "200"),
            ("and gets a session", "a cookie"),
            ("she asks for a second factor", "a QR code"),
            ("she mistypes the app's code", "refused"),
            ("she types it right", "ten recovery codes"),
            ("she logs in", "401, asks for a code"),
            ("with the app's code", "200, with second factor"),
            ("somebody who watched logs in", "401, asks for a code"),
            ("with the same code", "401"),
            ("a login with a wrong code", "401"),
            ("a login with a recovery code", "200, with second factor"),
            ("a login with the one struck out", "401"),
            ("phone lost, password forgotten", "Accepted"),
            ("the token of the letter alone", "asks for a code"),
            ("the token, and a recovery code", "a new password"),
            ("a login with the old password", "401"),
            ("new password, and a recovery code", "200, with second factor"),
            ("and gets a session", "a cookie"),
            ("she enrols her new phone", "enrolled"),
            ("she looks at her account", "10 recovery codes are good"),
        ]
    );
}

#[tokio::test]
async fn the_owner_is_told_of_each_change_and_the_table_shows_no_secret() {
    let shown = second_factor::run().await.unwrap();
    let letters: Vec<_> = shown.steps().flat_map(|step| &step.letters).collect();
    assert_eq!(
        letters,
        [
            "SecondFactorEnrolled",
            "RecoveryCodeUsed",
            "a link: recovery",
            "PasswordReset",
            "RecoveryCodeUsed",
            "RecoveryCodeUsed",
            "SecondFactorEnrolled",
        ]
    );
    let events: Vec<_> = shown.steps().flat_map(|step| &step.events).map(String::as_str).collect();
    for event in ["second_factor_enrolled", "second_factor_asked", "recovered", "sessions_ended"] {
        assert!(events.contains(&event), "{event}");
    }
    let told =
        |step: &Step| format!("{} {} {:?} {:?}", step.done, step.answer, step.events, step.letters);
    let told: String = shown.steps().map(told).collect();
    for secret in ["herons", "geese", "otpauth", "dwo_", "alice@"] {
        assert!(!told.contains(secret), "{secret} is shown");
    }
}

#[tokio::test]
async fn what_the_owner_is_shown_is_shown_once() {
    let shown = second_factor::run().await.unwrap();
    let texts = shown.parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let texts: Vec<_> = texts.collect();
    assert!(texts[0].contains("otpauth://totp/Acme:alice%40example.com?secret="), "{}", texts[0]);
    assert_eq!(texts[1].lines().skip(1).count(), 10);
    assert!(shown.to_string().contains(texts[0].trim_end()));
}
