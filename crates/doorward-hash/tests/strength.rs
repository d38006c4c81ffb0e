//! How strong a password is, by the feature `zxcvbn`.

#![cfg(feature = "zxcvbn")]
#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use doorward_hash::{Password, PasswordPolicy, PasswordProblem, Strength, StrengthEstimate};
use proptest::prelude::*;

fn estimate(password: &str, context: &[&str]) -> StrengthEstimate {
    StrengthEstimate::of(&Password::from(password), context)
}

#[test]
fn passwords_are_told_apart() {
    for (password, strength) in [
        ("", Strength::VeryWeak),
        ("password", Strength::VeryWeak),
        ("zxcvbn1984", Strength::Weak),
        ("correct horse battery staple", Strength::VerySafe),
        ("x8$Kw0!mR4zq@5T", Strength::VerySafe),
        ("8412097735186420", Strength::VerySafe),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", Strength::VerySafe),
    ] {
        let estimate = estimate(password, &[]);
        assert_eq!(estimate.strength(), strength, "{password}");
        assert_eq!(estimate.guesses_log10() > 10.0, strength == Strength::VerySafe, "{password}");
    }
    assert_eq!(Strength::VerySafe.score(), 4);
    assert!(Strength::VeryWeak < Strength::Safe);
}

#[test]
fn weak_ones_come_with_words_for_the_person() {
    let weak = estimate("aaaaaaaaaaaaaaaaaaaa", &[]);
    assert_eq!(weak.warning(), Some("Repeated characters are easy to guess."));
    let suggestions: Vec<_> = weak.suggestions().collect();
    assert_eq!(
        suggestions,
        [
            "Add another word or two. Uncommon ones are better.",
            "Do not repeat words and characters."
        ]
    );
    let strong = estimate("correct horse battery staple", &[]);
    assert_eq!((strong.warning(), strong.suggestions().count()), (None, 0));
}

#[test]
fn what_is_known_of_the_account_makes_it_weaker() {
    let context = ["zbigniew.wroblewski@example.com", "Wonderland Bank"];
    for password in ["wroblewskizbigniew", "zbigniew.wroblewski wonderland"] {
        let (known, unknown) = (estimate(password, &context), estimate(password, &[]));
        assert!(known.guesses_log10() + 3.0 < unknown.guesses_log10(), "{known:?} {unknown:?}");
    }
}

#[test]
fn r21_a_floor_refuses_what_is_weaker_and_says_why() {
    let check = |policy: PasswordPolicy, password: &str| {
        policy.check(Password::from(password), &["zbigniew@example.com"]).err()
    };
    let (weak, strong) = ("zbigniew19840312 1984", "seven quiet herons");
    let floor = PasswordPolicy::default().with_min_strength(Strength::Safe);
    // The feature alone changes nothing.
    assert_eq!(check(PasswordPolicy::default(), weak), None);
    assert_eq!(check(floor, strong), None);
    let problem = check(floor, weak).unwrap();
    assert!(matches!(problem, PasswordProblem::Weak { .. }), "{problem:?}");
    let text = problem.to_string();
    assert!(
        text.starts_with("The password would be guessed soon. ") && text.contains(" Use "),
        "{text}"
    );
    // The nearer reason is given.
    assert_eq!(check(floor, "passwordpassword"), Some(PasswordProblem::Common));
    assert_eq!(floor.min_chars(), 15);
    assert_ne!(floor, PasswordPolicy::default());
    assert_ne!(floor, PasswordPolicy::default().with_min_strength(Strength::Fair));
}

#[test]
fn no_more_is_read_than_said() {
    let words = "a".repeat(40);
    let same = |one: &str, other: &str| estimate(one, &[]) == estimate(other, &[]);
    assert!(!same(&words[..39], &words));
    assert!(same(&words, &format!("{words}x8$Kw0!mR4zq@5T")));
    // Six that stand for letters; seven.
    assert!(!same("aaaaaaaaaa4@8({[", "aaaaaaaaaa4@8({[bbbb"));
    assert!(same("aaaaaaaaa4@8({[<", "aaaaaaaaa4@8({[<bbbb"));
    let many: Vec<_> = (0..10_000).map(|n| format!("word{n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let words = "word31word32";
    assert_eq!(estimate(words, &many), estimate(words, &many[..32]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_text_has_a_strength(
        password in any::<String>(),
        near in "[4@8({\\[<369!1|0$5+7%2a-z \n]{0,50}",
        context in proptest::collection::vec(".{0,80}", 0..4),
    ) {
        let context: Vec<&str> = context.iter().map(String::as_str).collect();
        for password in [password, near] {
            let estimate = estimate(&password, &context);
            prop_assert!(estimate.guesses_log10() >= 0.0);
        }
    }
}
