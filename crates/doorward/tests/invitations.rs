//! Invitations: one account for who was sent the token, and nothing for anybody else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    Acceptance, ErrorKind, EventKind, IdentifierProblem, Invited, Purpose, Refusal, Registered,
};
use support::{Door, PASSWORD, door_with_codes, is_verified};
use tokio::task::JoinSet;

const DAY: Duration = Duration::from_secs(86_400);

async fn invite(door: &Door) -> String {
    let before = door.mailbox.tokens().await.len();
    assert_eq!(door.auth.invitations().invite(" Carol ").await.unwrap(), Invited::Accepted);
    let notice = door.mailbox.token_behind(before).await;
    assert_eq!((notice.purpose(), notice.account()), (Purpose::Invitation, None));
    assert_eq!(notice.expose_identifier(), "carol");
    notice.expose_token().to_owned()
}

async fn accept(door: &Door, token: &str, password: &str) -> Option<Registered> {
    door.auth.invitations().accept(Acceptance::new(token, password)).await.unwrap()
}

#[tokio::test]
async fn an_invitation_makes_an_account_that_is_verified_with_a_password_of_its_owner() {
    let door = door_with_codes();
    let token = invite(&door).await;
    assert_eq!(door.memory.accounts(), 0);
    let poor = accept(&door, &token, "short").await;
    assert!(matches!(poor, Some(Registered::Refused(Refusal::Password(_)))), "{poor:?}");
    let own = Acceptance::new(&*token, "lewis carroll").context(["Lewis", "Carroll"]);
    let own = door.auth.invitations().accept(own).await.unwrap();
    assert!(matches!(own, Some(Registered::Refused(_))), "{own:?}");
    let Some(Registered::Created(account)) = accept(&door, &token, PASSWORD).await else {
        panic!("the token stays good")
    };
    let export = door.auth.export("carol").await.unwrap().unwrap();
    assert_eq!((export.account(), export.is_open()), (account, true));
    assert_eq!(export.verified_at(), Some(doorward::Clock::now(&door.clock)));
    assert!(is_verified(&door.login("carol", PASSWORD).await));
    assert!(accept(&door, &token, PASSWORD).await.is_none());
    assert!(door.events.kinds().contains(&EventKind::Registered));
}

#[tokio::test]
async fn whoever_has_an_account_is_sent_nothing_and_that_does_not_show() {
    let door = door_with_codes().with_account("alice").await;
    let mut seen = Vec::new();
    for identifier in ["alice", "carol"] {
        door.store.reset_log();
        let answer = door.auth.invitations().invite(identifier).await.unwrap();
        let mut calls = door.store.calls();
        calls.sort_unstable();
        seen.push((answer, calls));
    }
    assert_eq!(seen[0], seen[1]);
    for _ in 0..9 {
        let _ = door.auth.invitations().invite("carol").await.unwrap();
    }
    let sent = door.mailbox.tokens().await;
    assert_eq!(sent.len(), 3, "nor is anybody flooded");
    assert!(sent.iter().all(|notice| notice.expose_identifier() == "carol"));
    let refused = door.auth.invitations().invite("a\u{200b}b").await.unwrap();
    assert_eq!(refused, Invited::Refused(IdentifierProblem::Invisible));
    let silent = support::door().auth.invitations().invite("carol").await.unwrap_err();
    assert_eq!(silent.kind(), ErrorKind::NoNotifier);
}

#[tokio::test]
async fn an_invitation_is_good_for_a_day_to_the_millisecond() {
    for (late, good) in [(Duration::from_millis(1), true), (Duration::ZERO, false)] {
        let door = door_with_codes();
        let token = invite(&door).await;
        door.clock.advance(DAY - late);
        assert_eq!(accept(&door, &token, PASSWORD).await.is_some(), good);
        assert_eq!(door.memory.accounts(), usize::from(good));
    }
}

#[tokio::test]
async fn an_invitation_takes_no_identifier_from_anybody() {
    let door = door_with_codes();
    let token = invite(&door).await;
    let carol = door.register("carol").await;
    let taken = accept(&door, &token, "nine patient otters").await;
    assert_eq!(taken, Some(Registered::Taken));
    assert_eq!(door.auth.export("carol").await.unwrap().unwrap().account(), carol);
    assert!(is_verified(&door.login("carol", PASSWORD).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_09_a_thousand_who_accept_one_invitation_make_one_account() {
    let door = door_with_codes();
    let tokens = [invite(&door).await, invite(&door).await];
    door.store.fail_every(Operation::Take, Fault::Yield(3));
    door.store.fail_every(Operation::Insert, Fault::Yield(3));
    let mut racers = JoinSet::new();
    for n in 0..1_000_usize {
        let (auth, token) = (door.auth.clone(), tokens[n % 2].clone());
        racers.spawn(async move {
            let acceptance = Acceptance::new(token, format!("nine patient otters {n}"));
            let accepted = auth.invitations().accept(acceptance).await;
            matches!(accepted, Ok(Some(Registered::Created(_)))).then_some(n)
        });
    }
    let won: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    assert_eq!((won.len(), door.memory.accounts()), (1, 1));
    let password = format!("nine patient otters {}", won[0]);
    assert!(is_verified(&door.login("carol", &password).await));
}

#[tokio::test]
async fn law_09_a_fault_at_any_call_of_an_acceptance_makes_one_account_or_none() {
    for fault in [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict] {
        for call in 1.. {
            let door = door_with_codes();
            let token = invite(&door).await;
            door.store.reset_log();
            door.store.fail_call(call, fault);
            let accepted = door.auth.invitations().accept(Acceptance::new(&*token, PASSWORD)).await;
            let calls = door.store.calls();
            door.store.heal();
            let name = format!("{fault:?} at {call}: {calls:?}");
            if calls.len() < call {
                assert!(matches!(accepted, Ok(Some(Registered::Created(_)))));
                break;
            }
            assert!(accepted.is_err(), "{name}");
            let lost = fault == Fault::LostReply && calls.last() == Some(&Operation::Insert);
            assert_eq!(door.memory.accounts(), usize::from(lost), "{name}");
            if !lost {
                let again = invite(&door).await;
                let again = accept(&door, &again, PASSWORD).await;
                assert!(matches!(again, Some(Registered::Created(_))), "{name}");
            }
            assert!(is_verified(&door.login("carol", PASSWORD).await), "{name}");
        }
    }
}

#[tokio::test]
async fn law_08_nothing_of_an_acceptance_is_printed() {
    let acceptance = Acceptance::new("dwo_token", PASSWORD).context(["Liddell"]);
    let printed = format!("{acceptance:?} {acceptance:#?}");
    for secret in ["dwo_token", PASSWORD, "Liddell"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
