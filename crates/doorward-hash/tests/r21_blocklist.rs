//! Passwords that are common, or known from a breach: NIST SP 800-63B-4, section 3.1.1.2.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use doorward_hash::{
    BreachCheck, BreachDigest, BreachFilter, BreachStatus, BreachUnavailable, NotAccepted,
    Password, PasswordPolicy, PasswordProblem,
};
use proptest::{prelude::*, sample::select};

fn check(policy: PasswordPolicy, password: &str) -> Option<PasswordProblem> {
    policy.check(Password::from(password), &["alice@example.com"]).err()
}

fn is_common(password: &str) -> bool {
    check(PasswordPolicy::with_second_factor(), password) == Some(PasswordProblem::Common)
}

#[test]
fn r21_common_passwords_are_refused() {
    for password in [
        "qwerty123456789",
        "1QAZ2wsx3edc4rfv",
        "Password12345678",
        "passwordpassword",
        "qwertyqwertyqwerty",
        "aaaaaaaaaaaaaaa",
        "1234567890123456",
        "abcdefghijklmnop",
        "                ",
    ] {
        let problem = check(PasswordPolicy::default(), password);
        assert_eq!(problem, Some(PasswordProblem::Common), "{password:?}");
    }
    for password in ["sunshine", "Football", "password1", "qwertyui", "11111111", "P@ssw0rd"] {
        assert!(is_common(password), "{password}");
    }
}

#[test]
fn r21_only_the_whole_password_is_compared() {
    for password in [
        "password for the garden gate",
        "a dragon of 12345678 scales",
        "correct horse battery staple",
        "sunshine and football",
    ] {
        assert_eq!(check(PasswordPolicy::default(), password), None, "{password}");
    }
}

#[test]
fn r21_the_nearer_reason_is_given() {
    let policy = PasswordPolicy::default();
    let short = PasswordProblem::TooShort { min: 15, actual: 8 };
    assert_eq!(check(policy, "password"), Some(short));
    assert_eq!(check(policy, "alicealicealice"), Some(PasswordProblem::ContextWord));
}

#[tokio::test]
async fn r21_breached_passwords_are_refused() {
    let policy = PasswordPolicy::default();
    let (known, other) = ("correct horse battery staple", "seven quiet herons");
    let filter = BreachFilter::from_iter([BreachDigest::of(&Password::from(known))]);
    let check = |password: &str| policy.check_with(Password::from(password), &[], &filter);
    let refused = check(known).await.unwrap_err();
    assert!(matches!(refused, NotAccepted::Problem(PasswordProblem::Breached)), "{refused:?}");
    assert_eq!(check(other).await.unwrap().password().expose_secret(), other);
    // As it is: neither trimmed nor folded.
    assert!(check("Correct horse battery staple").await.is_ok());
}

/// Counts how often it is asked, and never knows.
#[derive(Debug, Default)]
struct Clueless(AtomicUsize);

#[async_trait]
impl BreachCheck for Clueless {
    async fn look_up(&self, _: &Password) -> Result<BreachStatus, BreachUnavailable> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(BreachUnavailable::new("the disk is gone"))
    }
}

#[tokio::test]
async fn r21_a_breach_check_is_asked_last_and_once_and_fails_closed() {
    let (policy, check) = (PasswordPolicy::default(), Clueless::default());
    for password in ["short", "aaaaaaaaaaaaaaa", "alicealicealice"] {
        let checked = policy.check_with(Password::from(password), &["alice@x.io"], &check).await;
        assert!(matches!(checked, Err(NotAccepted::Problem(_))), "{checked:?}");
    }
    assert_eq!(check.0.load(Ordering::SeqCst), 0);
    let checked = policy.check_with(Password::from("seven quiet herons"), &[], &check).await;
    assert!(matches!(checked, Err(NotAccepted::Unavailable(_))), "{checked:?}");
    assert_eq!(check.0.load(Ordering::SeqCst), 1);
}

/// Texts that are often common, and often nearly so.
fn near_common() -> impl Strategy<Value = String> {
    const PARTS: &[&str] =
        &["password", "dragon", "qwerty", "1234", "!!!", "zyx", "ß", "ςσΣ", "İ", "ŉ", " "];
    prop_oneof![
        proptest::collection::vec(select(PARTS), 1..6).prop_map(|parts| parts.concat()),
        (".{1,6}", 1..6_usize).prop_map(|(unit, times)| unit.repeat(times)),
        "\\PC{0,20}",
    ]
}

proptest! {
    #[test]
    fn r21_case_and_blanks_at_the_ends_make_no_difference(password in near_common()) {
        // Long enough, whatever case does to its length.
        let password = password.trim().repeat(8);
        prop_assume!(password.len() <= Password::MAX_BYTES);
        let refused = is_common(&password);
        for other in
            [password.to_uppercase(), password.to_lowercase(), format!(" {password}\t")]
        {
            prop_assume!(other.len() <= Password::MAX_BYTES);
            prop_assert_eq!(is_common(&other), refused, "{}", other);
        }
    }

    #[test]
    fn r21_padding_and_repetition_do_not_help(
        word in select(&["password", "dragon", "iloveyou", "trustno1", "qazwsx"]),
        before in select(&["", "1", "!!!", "2026", "abc"]),
        behind in select(&["", "1", "!!!!!!!!!!!!!!!!", "2026", "123456789", "0987"]),
        gap in select(&["", " "]),
        times in 1..6_usize,
    ) {
        let whole = vec![format!("{before}{word}{behind}"); times].join(gap);
        prop_assume!(whole.len() >= 8);
        prop_assume!(gap.is_empty() || before.is_empty() || behind.is_empty());
        prop_assert!(is_common(&whole), "{}", whole);
    }

    #[test]
    fn r21_any_text_is_decided(password in any::<String>()) {
        let _ = check(PasswordPolicy::with_second_factor(), &password);
    }
}
