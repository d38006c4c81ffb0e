//! Which passwords may be set.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use doorward_hash::{AcceptedPassword, Password, PasswordPolicy, PasswordProblem};
use proptest::prelude::*;

fn check(policy: PasswordPolicy, password: &str, context: &[&str]) -> Option<PasswordProblem> {
    policy.check(Password::from(password), context).err()
}

#[test]
fn r21_at_least_15_code_points_alone_and_8_with_a_second_factor() {
    for (policy, min) in
        [(PasswordPolicy::default(), 15), (PasswordPolicy::with_second_factor(), 8)]
    {
        assert_eq!(policy.min_chars(), min);
        let password = &"seven quiet herons"[..min];
        assert_eq!(check(policy, password, &[]), None);
        let short = PasswordProblem::TooShort { min, actual: min - 1 };
        assert_eq!(check(policy, &password[1..], &[]), Some(short));
    }
}

/// NIST SP 800-63B-4 section 3.1.1.2: what is one text is one password, however it was typed.
#[test]
fn r21_one_text_is_judged_alike_in_either_form() {
    use unicode_normalization::UnicodeNormalization;

    let policy = PasswordPolicy::default();
    for (text, context) in [
        ("ééééééééééééééé", ""),
        ("pięć żółtych łódek", ""),
        ("żółtych łódek!", ""),
        ("andré.dupont.1234", "andré.dupont@example.com"),
    ] {
        let (together, apart): (String, String) = (text.nfc().collect(), text.nfd().collect());
        assert_ne!(together, apart);
        let problems = [&together, &apart].map(|typed| check(policy, typed, &[context]));
        assert_eq!(problems[0], problems[1], "{text}");
    }
}

#[test]
fn r21_length_is_counted_in_code_points() {
    let policy = PasswordPolicy::with_second_factor();
    assert_eq!(check(policy, "żółw źdźbło", &[]), None);
    // Fewer code points than bytes.
    let short = PasswordProblem::TooShort { min: 8, actual: 4 };
    assert_eq!(check(policy, "🐎🐎🐎🐎", &[]), Some(short));
}

#[test]
fn r21_more_than_1024_bytes_are_a_problem_of_its_own() {
    let overlong = "x".repeat(Password::MAX_BYTES + 1);
    let too_long = PasswordProblem::TooLong { max_bytes: 1024 };
    assert_eq!(check(PasswordPolicy::default(), "", &[]), Some(PasswordProblem::Empty));
    assert_eq!(check(PasswordPolicy::default(), &overlong, &[]), Some(too_long));
    let longest = "seven quiet herons and a duck---".repeat(32);
    assert_eq!(longest.len(), Password::MAX_BYTES);
    assert_eq!(check(PasswordPolicy::default(), &longest, &[]), None);
    let existing = |password: &str| AcceptedPassword::existing(Password::from(password)).err();
    assert_eq!(existing(""), Some(PasswordProblem::Empty));
    assert_eq!(existing(&overlong), Some(too_long));
    assert_eq!(existing("x"), None);
}

#[test]
fn r21_no_composition_rules() {
    for password in [
        "nothingbutletters",
        "8412097735186420",
        "n   o   t   h   i   n   g",
        "\u{1}\t\0\n\u{7f}.,;:.,;:-_",
        "锦瑟无端五十弦 一弦一柱思华年",
    ] {
        assert_eq!(check(PasswordPolicy::default(), password, &["alice@example.com"]), None);
    }
}

/// Verse: no line of it is common in any script.
const SCRIPTS: [&str; 6] = [
    "Tyger Tyger, burning bright, in the forests of the night; ",
    "Сижу за решёткой в темнице сырой вскормлённый в неволе орёл ",
    "Ἄνδρα μοι ἔννεπε, Μοῦσα, πολύτροπον, ὃς μάλα πολλὰ πλάγχθη ",
    "床前明月光疑是地上霜举头望明月低头思故乡",
    "قفا نبك من ذكرى حبيب ومنزل بسقط اللوى بين الدخول فحومل ",
    "🐎🦉🐢🦜🦔🐝 🦆 żółw źdźbło gęś e\u{301}\u{200d}\u{feff} ",
];

#[test]
fn r21_64_code_points_and_a_thousand_bytes_are_allowed_in_any_script() {
    for text in SCRIPTS {
        let of_64: String = text.chars().cycle().take(64).collect();
        let mut longest = String::new();
        for letter in text.chars().chain("and on ".chars()).cycle() {
            if longest.len() + letter.len_utf8() > Password::MAX_BYTES {
                break;
            }
            longest.push(letter);
        }
        assert!(longest.len() > 1_000, "{}", longest.len());
        for password in [of_64, longest] {
            assert_eq!(
                check(PasswordPolicy::default(), &password, &["alice@x.io"]),
                None,
                "{password}"
            );
        }
    }
}

#[test]
fn r21_spaces_and_every_character_are_accepted() {
    let planes = (char::MIN..=char::MAX).collect::<Vec<_>>();
    for letters in planes.chunks(200) {
        let password: String = letters.iter().collect();
        assert_eq!(check(PasswordPolicy::default(), &password, &[]), None, "{password:?}");
    }
    assert_eq!(check(PasswordPolicy::default(), " seven  quiet   herons ", &[]), None);
}

#[test]
fn r21_context_words_are_refused() {
    let context = ["alice.liddell@example.com", "Wonderland Bank"];
    for password in
        ["Alice.Liddell@Example.com", "alice.liddell12", "wonderland bank", "alice.liddell@example"]
    {
        let problem = check(PasswordPolicy::default(), password, &context);
        assert_eq!(problem, Some(PasswordProblem::ContextWord), "{password}");
    }
    assert_eq!(check(PasswordPolicy::default(), "wonderland bank teapots", &context), None);
}

#[test]
fn r21_the_reason_is_told_and_names_the_remedy() {
    for problem in [
        PasswordProblem::Breached,
        PasswordProblem::Common,
        PasswordProblem::ContextWord,
        PasswordProblem::Empty,
        PasswordProblem::TooLong { max_bytes: 1024 },
        PasswordProblem::TooShort { min: 15, actual: 3 },
        PasswordProblem::Weak { why: "Dates are often easy to guess." },
    ] {
        let text = problem.to_string();
        assert!(text.contains("Use ") || text.contains("Choose "), "{text}");
    }
}

proptest! {
    /// What is accepted is the password that was given, byte for byte.
    #[test]
    fn accepted_passwords_are_unchanged(password in "\\PC{15,80}") {
        let accepted = PasswordPolicy::default().check(Password::from(password.as_str()), &[]).unwrap();
        prop_assert_eq!(accepted.password().expose_secret(), password);
    }

    /// An identifier is never its own password, in any case, whole or with a short tail.
    #[test]
    fn an_identifier_is_no_password(local in "[a-z]{8,20}", tail in "[0-9]{0,7}") {
        let identifier = format!("{local}@example.com");
        for password in [identifier.to_uppercase(), format!("{local}{tail}"), format!("{identifier}{tail}")] {
            let problem = check(PasswordPolicy::with_second_factor(), &password, &[&identifier]);
            prop_assert_eq!(problem, Some(PasswordProblem::ContextWord));
        }
    }

    #[test]
    fn checking_never_panics(password in ".{0,200}", context in proptest::collection::vec(".{0,40}", 0..4)) {
        let context: Vec<&str> = context.iter().map(String::as_str).collect();
        let _ = check(PasswordPolicy::with_second_factor(), &password, &context);
    }
}
