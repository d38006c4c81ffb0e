//! Requirement 4, through the whole door: sprayed passwords, spraying networks, surges of failures.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::net::IpAddr;
use std::time::Duration;

use doorward::store::Operation;
use doorward::{
    Alarm, Detection, EventKind, Login, MemoryStore, Mode, Outcome, Policy, Redemption, Response,
    Rule,
};
use support::{
    Door, PASSWORD, door, door_on, door_with, door_with_codes, is_verified, keys, login, stranger,
};

/// Tries one password on so many names, each from its own network, a minute apart.
async fn spray(door: &Door, password: &str, names: std::ops::Range<u32>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for n in names {
        let guess = Login::new(format!("name {n}"), password).from(stranger(n));
        outcomes.push(door.auth.authenticate(guess).await.unwrap());
        door.clock.advance(Duration::from_secs(60));
    }
    outcomes
}

fn rejected(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Rejected)).count()
}

fn alarms(door: &Door) -> Vec<Alarm> {
    let kinds = door.events.kinds().into_iter();
    kinds
        .filter_map(|kind| match kind {
            EventKind::Alarm(alarm) => Some(alarm),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn r04_a_sprayer_learns_of_six_accounts_and_raises_one_alarm() {
    let door = door_with_codes();
    let outcomes = spray(&door, "Summer2026!", 0..200).await;
    // Not on any list: it takes until it stands out among what fails.
    assert!(rejected(&outcomes) <= 40, "{}", rejected(&outcomes));
    let alarms_so_far = alarms(&door);
    assert_eq!(alarms_so_far.len(), 1, "{alarms_so_far:?}");

    let door = door_with_codes();
    let outcomes = spray(&door, "qwerty", 0..200).await;
    assert!(rejected(&outcomes) <= 9, "{}", rejected(&outcomes));
    assert!(matches!(alarms(&door)[..], [Alarm::SprayedPassword { is_listed: true, .. }]));
}

#[tokio::test]
async fn r04_owners_get_in_while_a_password_is_sprayed_with_another_one_or_with_a_code() {
    let door = door_with_codes().with_account("alice").await;
    // She took the one that is sprayed.
    let bob = doorward::Registration::existing("bob", "qwerty");
    let _ = door.auth.register(bob).await.unwrap();
    let known = match door.login("bob", "qwerty").await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("calm times: {other:?}"),
    };
    spray(&door, "qwerty", 0..30).await;
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    let on_his_device = login("bob", "qwerty").device(known);
    assert!(is_verified(&door.auth.authenticate(on_his_device).await.unwrap()));
    let Outcome::StepUp(ticket) = door.login("bob", "qwerty").await else { panic!() };
    let code = door.mailbox.codes().await[0].code().expose_secret().to_owned();
    let redeemed = door
        .auth
        .redeem(Redemption::new(ticket.expose_secret(), code).from([192, 0, 2, 7]))
        .await
        .unwrap();
    assert!(is_verified(&redeemed));
}

#[tokio::test]
async fn r04_instances_on_one_store_tell_each_other_and_raise_one_alarm() {
    let memory = MemoryStore::new();
    let instance =
        || door_on(memory.clone(), &keys(), |builder, mailbox| builder.notifier(mailbox.clone()));
    let doors: Vec<_> = (0..8).map(|_| instance()).collect();
    let mut learned = 0;
    for n in 0..2_000_u32 {
        let door = &doors[n as usize % 8];
        let guess = Login::new(format!("name {n}"), "qwerty").from(stranger(n));
        learned +=
            u32::from(matches!(door.auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
        doors.iter().for_each(|door| door.clock.advance(Duration::from_secs(20)));
    }
    assert!(learned < 8 * 6 + 20, "{learned} of 2,000");
    let alarms: Vec<_> = doors.iter().flat_map(alarms).collect();
    let sprayed = |alarm: &&Alarm| matches!(alarm, Alarm::SprayedPassword { .. });
    assert_eq!(alarms.iter().filter(sprayed).count(), 1, "{alarms:?}");
    // Where nothing but guesses comes in, what each instance saw first is a surge of the site.
    assert!(alarms.len() <= 3, "{alarms:?}");
}

#[tokio::test]
async fn r04_without_a_notifier_a_sprayed_password_waits_and_owners_get_in_between() {
    let door = door();
    let outcomes = spray(&door, "qwerty", 0..120).await;
    let mut longest = 0;
    for outcome in &outcomes {
        if let Outcome::Wait(wait) = outcome {
            assert_eq!(wait.rule(), Rule::SprayedPassword);
            longest = longest.max(wait.seconds());
        }
    }
    assert!((1..=3_600).contains(&longest), "{longest}");
    // Refused without a hash, and not counted: two hours hold two more.
    assert!(rejected(&outcomes) <= 6 + 4, "{}", rejected(&outcomes));
    assert_eq!(door.auth.hashing().verifications, rejected(&outcomes) as u64);
}

#[tokio::test]
async fn an_alarm_alone_is_raised_and_answers_nothing() {
    let detection = Detection::recommended().respond(Response::AlarmOnly);
    let policy = Policy::builder().detection(detection).build().unwrap();
    let door = door_with(|builder, mailbox| builder.policy(policy).notifier(mailbox.clone()));
    let outcomes = spray(&door, "qwerty", 0..60).await;
    assert_eq!(rejected(&outcomes), 60);
    assert!(!alarms(&door).is_empty());
}

#[tokio::test]
async fn a_policy_that_monitors_says_what_it_would_have_done() {
    let denied = "203.0.113.0/24".parse().unwrap();
    let policy = Policy::builder().mode(Mode::Monitor).denied([denied]).build().unwrap();
    let door = door_with(|builder, mailbox| builder.policy(policy).notifier(mailbox.clone()));
    let door = door.with_account("alice").await;
    for n in 0..40 {
        let guess = Login::new("alice", format!("guess {n}")).from(stranger(n));
        assert!(matches!(door.auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
    }
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    let outcomes = spray(&door, "qwerty", 100..140).await;
    assert_eq!(rejected(&outcomes), 40);
    let kinds = door.events.kinds();
    let count = |kind| kinds.iter().filter(|&&seen| seen == kind).count();
    let denied = Login::new("alice", PASSWORD).from([203, 0, 113, 9]);
    assert!(is_verified(&door.auth.authenticate(denied).await.unwrap()));
    assert!(door.events.kinds().contains(&EventKind::WouldWait(Rule::Denied)));
    // Four free ones, then everything waits, the owner too.
    assert_eq!(count(EventKind::WouldWait(Rule::Account)), 37);
    assert!(count(EventKind::WouldStepUp(Rule::SprayedPassword)) > 30);
}

#[tokio::test]
async fn r09_networks_are_denied_before_anything_is_looked_up_and_trusted_ones_not_counted() {
    let denied = ["203.0.113.0/24", "2001:db8:bad::/48"].map(|text| text.parse().unwrap());
    let policy = Policy::builder()
        .denied(denied)
        .trusted(["198.51.100.0/24".parse().unwrap()])
        .build()
        .unwrap();
    let door = door_with(|builder, _| builder.policy(policy)).with_account("alice").await;
    let from = |source: &str| Login::new("alice", PASSWORD).from(source.parse::<IpAddr>().unwrap());
    let calls = door.store.count(Operation::Update);
    for source in ["203.0.113.9", "::ffff:203.0.113.200", "2001:db8:bad:1::1"] {
        let outcome = door.auth.authenticate(from(source)).await.unwrap();
        let Outcome::Wait(wait) = outcome else { panic!("{outcome:?}") };
        assert_eq!(wait.rule(), Rule::Denied);
    }
    assert_eq!(door.store.count(Operation::Update), calls);
    assert_eq!(door.auth.hashing().verifications, 0);

    for n in 0..300 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}"));
        let guess = guess.from("198.51.100.7".parse::<IpAddr>().unwrap());
        assert!(matches!(door.auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
    }
    assert!(is_verified(&door.auth.authenticate(from("198.51.100.7")).await.unwrap()));
}

#[tokio::test]
async fn a_mail_program_with_an_old_password_keeps_nobody_out() {
    let door = door().with_account("alice").await;
    for _ in 0..500 {
        let stale = login("alice", "last year's password");
        assert!(matches!(door.auth.authenticate(stale).await.unwrap(), Outcome::Rejected));
        door.clock.advance(Duration::from_secs(60));
    }
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn an_attempt_takes_two_calls_to_the_store_before_the_hash_and_one_after() {
    let door = door();
    for n in 0..30 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    // Two calls before the hash, one after, and nothing else.
    assert_eq!(door.store.count(Operation::Update), 60);
    assert_eq!(door.store.count(Operation::Find), 30);
    assert_eq!(door.store.count(Operation::Read), 30);
}
