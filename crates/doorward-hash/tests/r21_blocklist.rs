//! Passwords that are common, or known from a breach: NIST SP 800-63B-4, section 3.1.1.2.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::cell::Cell;

use doorward_hash::{
    BreachDigest, BreachFilter, Password, PasswordPolicy, PasswordProblem, RangeQuery,
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

#[test]
fn r21_breached_passwords_are_refused() {
    let policy = PasswordPolicy::default();
    let (known, other) = ("correct horse battery staple", "seven quiet herons");
    let filter = BreachFilter::from_iter([BreachDigest::of(&Password::from(known))]);
    let check = |password: &str| policy.check_with(Password::from(password), &[], &filter);
    assert_eq!(check(known).unwrap_err(), PasswordProblem::Breached);
    assert_eq!(check(other).unwrap().password().expose_secret(), other);
    // As it is: neither trimmed nor folded.
    assert!(check("Correct horse battery staple").is_ok());
}

#[test]
fn r21_a_breach_check_is_asked_last_and_once() {
    let policy = PasswordPolicy::default();
    let asked = Cell::new(0);
    let count = |_: &Password| {
        asked.set(asked.get() + 1);
        false
    };
    for password in ["short", "aaaaaaaaaaaaaaa", "alicealicealice"] {
        assert!(policy.check_with(Password::from(password), &["alice@x.io"], &count).is_err());
    }
    assert_eq!(asked.get(), 0);
    assert!(policy.check_with(Password::from("seven quiet herons"), &[], &count).is_ok());
    assert_eq!(asked.get(), 1);
}

#[test]
fn r21_a_range_query_feeds_the_policy() {
    let password = Password::from("seven quiet herons");
    let query = RangeQuery::of(&password);
    let digest = BreachDigest::of(&password);
    let hex: String = digest.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(query.prefix(), &hex[..5]);
    let count = query.count_in(&format!("{}:41\r\n", &hex[5..])).unwrap();
    let checked = PasswordPolicy::default().check_with(password, &[], &|_: &Password| count > 0);
    assert_eq!(checked.unwrap_err(), PasswordProblem::Breached);
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
