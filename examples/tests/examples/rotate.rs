//! The table of the rotation.

use doorward_examples::rotating::{self, Shown, Step};

async fn shown() -> Shown {
    rotating::run(80).await.unwrap()
}

fn step<'s>(shown: &'s Shown, what: &str) -> &'s Step {
    shown.steps.iter().find(|step| step.what == what).unwrap()
}

#[tokio::test]
async fn nobody_is_turned_away_and_the_old_key_is_not_needed_after() {
    let shown = shown().await;
    let (served, turned_away) = shown.totals();
    assert_eq!(turned_away, 0, "{shown}");
    assert!(served > 200 && shown.steps.iter().all(|step| step.served > 0), "{shown}");
    assert!(!shown.let_in_too_early);
    assert_eq!(shown.let_in, shown.accounts);
    assert!(shown.accounts > 80, "nobody registered meanwhile");
    assert_eq!(shown.steps.last().unwrap().keys, "2 primary, 1 retired");
}

#[tokio::test]
async fn the_passes_add_up() {
    let shown = shown().await;
    let pass = |what| step(&shown, what).pass.unwrap();
    let told = pass("dry run");
    assert_eq!((told.renewed + told.current, told.failed), (told.seen, 0));
    let (begun, ended) = (pass("pass, killed half-way"), pass("pass, from where it stood"));
    assert!(begun.renewed > 0 && ended.renewed > 0, "{shown}");
    assert!(begun.seen + ended.seen >= told.seen, "{shown}");
    let left = pass("dry run: what is left");
    assert_eq!((left.renewed, left.failed, left.current), (0, 0, left.seen));
    assert!(pass("pass: free old lookup keys").renewed >= left.seen);
}

#[tokio::test]
async fn a_person_can_read_it_and_no_secret_is_in_it() {
    let text = shown().await.to_string();
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 120, "{widest} columns");
    for secret in ["herons", "person-"] {
        assert!(!text.contains(secret), "{secret} is shown");
    }
}
