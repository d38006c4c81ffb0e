//! R20: codes are few, so they are counted: per account, over all tickets and sources, apart from passwords.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    Authenticator, Clock, DeviceToken, Login, Managed, MemoryStore, Mode, Outcome, Policy,
    Redemption, Rule,
};
use support::app::Owner;
use support::{Door, PASSWORD, door_on, door_with, door_with_codes, is_verified, keys, stranger};
use tokio::task::JoinSet;

const DAY: Duration = Duration::from_secs(86_400);

/// A wrong code from the `n`-th stranger, who has the password.
async fn guess(door: &Door, owner: &Owner, n: u32) -> Outcome {
    let ticket = door.ticket(Login::new("alice", PASSWORD).from(stranger(n))).await;
    let wrong = owner.app.wrong_code(door);
    door.auth.redeem(Redemption::new(ticket, wrong).from(stranger(n))).await.unwrap()
}

/// Guesses until there is a wait.
async fn exhaust(door: &Door, owner: &Owner) -> doorward::Wait {
    for n in 0..40 {
        match guess(door, owner, 50_000 + n).await {
            Outcome::Rejected => {}
            Outcome::Wait(wait) => return wait,
            other => panic!("{other:?}"),
        }
    }
    panic!("no wait after 40 wrong codes");
}

/// Logs in on a device, with the code that the app shows next.
async fn on_device(door: &Door, device: &DeviceToken, code: String) -> Outcome {
    let attempt = Login::new("alice", PASSWORD).from([192, 0, 2, 7]).device(device.clone());
    let ticket = door.ticket(attempt).await;
    let redemption = Redemption::new(ticket, code).from([192, 0, 2, 7]).device(device.clone());
    door.auth.redeem(redemption).await.unwrap()
}

async fn known_device(door: &Door, owner: &Owner) -> DeviceToken {
    match door.step_up("alice", &owner.app.next_code(door)).await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r20_wrong_codes_are_counted_over_tickets_and_sources_and_waits_come() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    for n in 0..4 {
        assert!(matches!(guess(&door, &owner, n).await, Outcome::Rejected), "{n}");
    }
    let first = match guess(&door, &owner, 4).await {
        Outcome::Wait(wait) => wait,
        other => panic!("{other:?}"),
    };
    assert_eq!((first.rule(), first.seconds()), (Rule::Account, 60));
    // Knocking does not make it longer, and the right code is not looked at either.
    door.clock.advance(Duration::from_secs(30));
    for n in 5..20 {
        match guess(&door, &owner, n).await {
            Outcome::Wait(wait) => assert_eq!(wait.until(), first.until()),
            other => panic!("{other:?}"),
        }
    }
    let early = door.step_up("alice", &owner.app.code(&door)).await;
    assert!(matches!(early, Outcome::Wait(_)));
    door.clock.set(first.until());
    assert!(is_verified(&door.step_up("alice", &owner.app.code(&door)).await));
}

#[tokio::test]
async fn r20_codes_and_passwords_have_budgets_of_their_own() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    exhaust(&door, &owner).await;
    // The password is heard, right or wrong, as often as ever.
    for n in 0..4 {
        let wrong = Login::new("alice", format!("wrong {n}")).from(stranger(900 + n));
        assert!(matches!(door.auth.authenticate(wrong).await.unwrap(), Outcome::Rejected));
    }
    // And wrong passwords take none of the codes.
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let ticket = door.ticket(support::login("alice", PASSWORD)).await;
    door.exhaust("alice").await;
    assert!(is_verified(&door.redeem(&ticket, &owner.app.next_code(&door)).await));
}

async fn storm(auths: &[Authenticator], tries: Vec<Redemption>) -> (usize, usize) {
    let mut tasks = JoinSet::new();
    for (n, redemption) in tries.into_iter().enumerate() {
        let auth = auths[n % auths.len()].clone();
        tasks.spawn(async move { auth.redeem(redemption).await });
    }
    let outcomes = tasks.join_all().await;
    let of = |is: fn(&Outcome) -> bool| {
        outcomes.iter().filter(|outcome| outcome.as_ref().is_ok_and(is)).count()
    };
    assert_eq!(of(is_verified), 0);
    (of(|o| matches!(o, Outcome::Rejected)), of(|o| matches!(o, Outcome::Wait(_))))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_the_cap_of_codes_is_exact_under_parallelism() {
    for delay in [0, 7] {
        let memory = MemoryStore::new();
        let at = |_| door_on(memory.clone(), &keys(), |b, mailbox| b.notifier(mailbox.clone()));
        let doors: Vec<_> = (0..4).map(at).collect();
        let owner = doors[0].owner("alice").await;
        let mut tries = Vec::new();
        for n in 0..64 {
            let attempt = Login::new("alice", PASSWORD).from(stranger(n));
            let ticket = doors[0].ticket(attempt).await;
            let wrong = owner.app.wrong_code(&doors[0]);
            tries.push(Redemption::new(ticket, wrong).from(stranger(n)));
        }
        for door in doors.iter().filter(|_| delay > 0) {
            door.store.fail_every(Operation::Update, Fault::Yield(delay));
            door.store.fail_every(Operation::Fetch, Fault::Yield(delay / 2));
        }
        let auths: Vec<_> = doors.iter().map(|door| door.auth.clone()).collect();
        assert_eq!(storm(&auths, tries).await, (4, 60), "delay {delay}");
    }
}

#[tokio::test]
async fn law_05_at_most_100_wrong_codes_in_a_row_in_every_preset_and_mode() {
    for preset in [Policy::recommended(), Policy::strict(), Policy::lenient()] {
        for mode in [Mode::Enforce, Mode::Monitor] {
            let policy = preset.to_builder().mode(mode).build().unwrap();
            let door = door_with(|builder, mailbox| {
                builder.notifier(mailbox.clone()).policy(policy.clone())
            });
            let owner = door.owner("alice").await;
            let start = door.clock.now();
            let mut checked = Vec::new();
            let mut last = None;
            for n in 0..400 {
                match guess(&door, &owner, n).await {
                    Outcome::Rejected => checked.push(door.clock.now()),
                    Outcome::Wait(wait) if wait.until() > door.clock.now() + 2 * DAY => {
                        last = Some(wait);
                        break;
                    }
                    Outcome::Wait(wait) => door.clock.set(wait.until()),
                    other => panic!("{other:?}"),
                }
            }
            let last = last.unwrap_or_else(|| panic!("{mode:?}: {} codes", checked.len()));
            assert_eq!(last.rule(), Rule::Consecutive);
            assert!((20..=100).contains(&checked.len()), "{}", checked.len());
            let first_day = checked.iter().filter(|&&at| at <= start + DAY).count();
            assert!(first_day <= 61, "{mode:?}: {first_day} in a day");
            // No wait is for ever.
            door.clock.set(last.until());
            assert!(is_verified(&door.step_up("alice", &owner.app.code(&door)).await));
        }
    }
}

#[tokio::test]
async fn law_04_a_known_device_gives_codes_on_a_budget_of_its_own() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let device = known_device(&door, &owner).await;
    exhaust(&door, &owner).await;
    assert!(is_verified(&on_device(&door, &device, owner.app.next_code(&door)).await));
    // It is a budget, not a way around.
    let mut checked = 0;
    while let Outcome::Rejected = on_device(&door, &device, owner.app.wrong_code(&door)).await {
        checked += 1;
    }
    assert_eq!(checked, 8);
}

#[tokio::test]
async fn law_04_a_device_on_which_codes_are_mistyped_now_and_then_keeps_its_budget() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let mut device = known_device(&door, &owner).await;
    for day in 0..15 {
        door.clock.advance(DAY);
        let wrong = owner.app.wrong_code(&door);
        assert!(matches!(on_device(&door, &device, wrong).await, Outcome::Rejected), "{day}");
        match on_device(&door, &device, owner.app.code(&door)).await {
            Outcome::Verified(proof) => device = proof.device().clone(),
            other => panic!("{day}: {other:?}"),
        }
    }
    exhaust(&door, &owner).await;
    assert!(is_verified(&on_device(&door, &device, owner.app.next_code(&door)).await));
}

#[tokio::test]
async fn law_04_an_owner_who_mistypes_now_and_then_starts_anew_with_every_right_code() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    for day in 0..70 {
        door.clock.advance(DAY);
        assert!(matches!(guess(&door, &owner, day).await, Outcome::Rejected), "{day}");
        assert!(is_verified(&door.step_up("alice", &owner.app.code(&door)).await), "{day}");
    }
}

#[tokio::test]
async fn an_operator_lifts_the_waits_of_codes_as_well() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    exhaust(&door, &owner).await;
    assert_eq!(door.auth.unlock("alice").await.unwrap(), Managed::Done);
    assert!(is_verified(&door.step_up("alice", &owner.app.next_code(&door)).await));
}

/// A policy that only monitors passwords is in force for codes, and that reaches no password.
#[tokio::test]
async fn r20_a_source_that_must_wait_with_codes_gives_passwords_freely_under_a_policy_that_monitors()
 {
    let policy = Policy::recommended().to_builder().mode(Mode::Monitor).build().unwrap();
    let door = door_with(|builder, mailbox| builder.notifier(mailbox.clone()).policy(policy));
    let owner = door.owner("alice").await;
    let source = [198, 51, 100, 1];
    for n in 0..8 {
        let wrong = Login::new(format!("name {n}"), "wrong").from(source);
        assert!(matches!(door.auth.authenticate(wrong).await.unwrap(), Outcome::Rejected));
    }
    let ticket = door.ticket(Login::new("alice", PASSWORD).from(source)).await;
    let redemption = Redemption::new(ticket, owner.app.wrong_code(&door)).from(source);
    let waits = door.auth.redeem(redemption).await.unwrap();
    assert!(matches!(&waits, Outcome::Wait(wait) if wait.rule() == Rule::Source), "{waits:?}");
    let login = Login::new("name 1", "wrong").from(source);
    assert!(matches!(door.auth.authenticate(login).await.unwrap(), Outcome::Rejected));
}
