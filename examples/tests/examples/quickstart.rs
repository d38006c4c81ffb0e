//! The table of the quick start.

use doorward_examples::quickstart;
use doorward_examples::store_choice::StoreChoice;

#[tokio::test]
async fn the_table_shows_who_gets_in_and_who_waits() {
    let shown = quickstart::run(&StoreChoice::default()).await.unwrap();
    let steps: Vec<_> = shown
        .steps
        .iter()
        .map(|step| (step.tried.as_str(), step.times, step.outcome, step.answer.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            ("alice, right password", 1, "verified", "200"),
            ("bob, wrong password", 1, "rejected", "401"),
            ("zoe, who has no account", 1, "rejected", "401"),
            ("carol, right password, disabled", 1, "rejected", "401"),
            ("spray: next account", 6, "rejected", "401"),
            ("spray: erin, whose password it is", 1, "wait", "429 Retry-After 60"),
            ("a wrong guess at alice", 4, "rejected", "401"),
            ("the right guess at alice", 1, "wait", "429 Retry-After 60"),
            ("alice on her own device", 1, "verified", "200"),
            ("alice on a new device", 1, "wait", "429 Retry-After 60"),
            ("(the clock is moved on 60 s)", 0, "", ""),
            ("alice on a new device", 1, "verified", "200"),
        ]
    );
    let why: Vec<_> = shown.steps.iter().map(|step| step.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "verified",
            "rejected: WrongPassword",
            "rejected: Unknown",
            "rejected: Disabled",
            "rejected: WrongPassword",
            "waited: rule `source`",
            "rejected: WrongPassword",
            "waited: rule `account`",
            "verified, known device",
            "waited: rule `account`",
            "",
            "verified",
        ]
    );
    assert_eq!(shown.steps[4].subjects.len(), 6);
}

#[tokio::test]
async fn a_person_can_read_it_and_no_secret_is_in_it() {
    let text = quickstart::run(&StoreChoice::default()).await.unwrap().to_string();
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 120, "{widest} columns");
    for secret in ["herons", "harbour", "nobody guesses", "GoLiverpool2026!", "dwd_"] {
        assert!(!text.contains(secret), "{secret} is shown");
    }
}
