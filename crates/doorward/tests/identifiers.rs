//! Identifiers are shown to be their owners', and exchanged: one account each, whatever races and whatever fails.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::{Duration, SystemTime};

use doorward::store::{Fault, Operation};
use doorward::{
    AccountChange, AccountId, ChangeRequested, EventKind, IdentifierChanged, IdentifierProblem,
    Notice, OneTimePolicy, OpenSession, PasswordChange, Purpose, Registered, Registration,
    Requested, TokenRequest,
};
use support::{Door, PASSWORD, door_with, door_with_codes, is_verified, login, stranger};
use tokio::task::JoinSet;

const FAULTS: [Fault; 4] =
    [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict];
const DAY: Duration = Duration::from_secs(86_400);

async fn door() -> Door {
    door_with_codes().with_account("alice").await
}

async fn session(door: &Door, identifier: &str) -> OpenSession {
    door.session(door.verified(login(identifier, PASSWORD)).await).await
}

async fn verification_token(door: &Door) -> String {
    let before = door.mailbox.tokens().await.len();
    let request = TokenRequest::new("alice").from([192, 0, 2, 7]);
    let asked = door.auth.verification().request(request).await.unwrap();
    assert_eq!(asked, Requested::Accepted);
    let notice = door.mailbox.token_behind(before).await;
    assert_eq!((notice.purpose(), notice.expose_identifier()), (Purpose::Verification, "alice"));
    notice.expose_token().to_owned()
}

async fn verified_at(door: &Door, identifier: &str) -> Option<SystemTime> {
    door.auth.export(identifier).await.unwrap().unwrap().verified_at()
}

async fn request_change(door: &Door, session: &OpenSession, new: &str) -> ChangeRequested {
    let fresh = session.principal().fresh().unwrap();
    door.auth.verification().request_change(fresh, new).await.unwrap()
}

/// The token that was sent to the new identifier.
async fn change_token(door: &Door, session: &OpenSession, new: &str) -> String {
    let before = door.mailbox.tokens().await.len();
    assert_eq!(request_change(door, session, new).await, ChangeRequested::Accepted);
    let notice = door.mailbox.token_behind(before).await;
    assert_eq!(notice.purpose(), Purpose::IdentifierChange);
    notice.expose_token().to_owned()
}

async fn confirm(door: &Door, token: &str) -> IdentifierChanged {
    door.auth.verification().confirm_change(token).await.unwrap()
}

async fn opens(door: &Door, identifier: &str) -> bool {
    is_verified(&door.login(identifier, PASSWORD).await)
}

#[tokio::test]
async fn an_identifier_is_verified_by_who_was_sent_the_token_once() {
    let door = door().await;
    let session = session(&door, "alice").await;
    let owner_sees =
        || async { door.auth.verification().verified_at(session.principal()).await.unwrap() };
    let token = verification_token(&door).await;
    assert!(verified_at(&door, "alice").await.is_none() && owner_sees().await.is_none());
    door.clock.advance(Duration::from_secs(60));
    let verified = door.auth.verification().confirm(&token).await.unwrap();
    assert_eq!(verified, Some(door.verified(login("alice", PASSWORD)).await.account()));
    assert_eq!(verified_at(&door, "alice").await, Some(doorward::Clock::now(&door.clock)));
    assert_eq!(owner_sees().await, verified_at(&door, "alice").await);
    assert!(door.auth.verification().confirm(&token).await.unwrap().is_none());
    assert!(door.events.kinds().contains(&EventKind::IdentifierVerified));
}

#[tokio::test]
async fn a_verification_is_good_for_a_day_to_the_millisecond() {
    for (late, good) in [(Duration::from_millis(1), true), (Duration::ZERO, false)] {
        let door = door().await;
        let token = verification_token(&door).await;
        door.clock.advance(DAY - late);
        assert_eq!(door.auth.verification().confirm(&token).await.unwrap().is_some(), good);
    }
}

#[tokio::test]
async fn asking_for_a_verification_looks_the_same_whoever_is_asked_for() {
    let door = door().await;
    let mut seen = Vec::new();
    for identifier in ["alice", "nobody", ""] {
        door.store.reset_log();
        let request = TokenRequest::new(identifier).from(stranger(1));
        let answer = door.auth.verification().request(request).await.unwrap();
        let mut calls = door.store.calls();
        calls.sort_unstable();
        seen.push((answer, calls));
    }
    assert!(seen[0] == seen[1] && seen[0] == seen[2], "{seen:?}");
    assert_eq!(door.mailbox.tokens().await.len(), 1);
}

#[tokio::test]
async fn a_fault_at_any_call_of_a_verification_changes_nothing_else() {
    for fault in FAULTS {
        for call in 1.. {
            let door = door().await;
            let token = verification_token(&door).await;
            door.store.reset_log();
            door.store.fail_call(call, fault);
            let confirmed = door.auth.verification().confirm(&token).await;
            let is_over = door.store.calls().len() < call;
            door.store.heal();
            assert!(opens(&door, "alice").await, "{fault:?} at {call}");
            if is_over {
                assert!(confirmed.unwrap().is_some());
                break;
            }
            assert!(confirmed.is_err(), "{fault:?} at {call}");
            let again = verification_token(&door).await;
            assert!(door.auth.verification().confirm(&again).await.unwrap().is_some());
            assert!(verified_at(&door, "alice").await.is_some());
        }
    }
}

#[tokio::test]
async fn another_identifier_takes_the_place_of_the_first_which_is_free_again() {
    let door = door().await;
    let session = session(&door, "alice").await;
    let device = door.verified(login("alice", PASSWORD)).await.device().clone();
    let old_token = verification_token(&door).await;
    let token = change_token(&door, &session, " Liddell ").await;
    assert!(opens(&door, "alice").await, "nothing changes before it is confirmed");

    let account = session.principal().account();
    assert_eq!(confirm(&door, &token).await, IdentifierChanged::Done(account));
    assert!(opens(&door, "liddell").await && !opens(&door, "alice").await);
    assert!(door.lives(&session).await, "sessions go on");
    assert_eq!(verified_at(&door, "liddell").await, Some(doorward::Clock::now(&door.clock)));
    assert_eq!(confirm(&door, &token).await, IdentifierChanged::Rejected);
    assert!(door.auth.verification().confirm(&old_token).await.unwrap().is_none());
    door.events.take();
    let _ = door.auth.authenticate(login("liddell", PASSWORD).device(device)).await.unwrap();
    assert!(!door.events.take()[0].known_device);

    // The old address is told, for who reads it may be the one who was robbed.
    let notices = door.mailbox.notices().await;
    let told = notices.iter().find_map(|notice| match notice {
        Notice::Change(change) => Some((change.change(), change.expose_identifier().to_owned())),
        _ => None,
    });
    assert_eq!(told, Some((AccountChange::Identifier, "alice".to_owned())));
    let again = Registration::new("alice", PASSWORD);
    assert!(matches!(door.auth.register(again).await.unwrap(), Registered::Created(_)));
    let taken = Registration::new("liddell", PASSWORD);
    assert_eq!(door.auth.register(taken).await.unwrap(), Registered::Taken);
}

#[tokio::test]
async fn r20_the_second_factor_comes_along() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let session = door.full_session("alice", &owner).await;
    let token = change_token(&door, &session, "liddell").await;
    assert!(matches!(confirm(&door, &token).await, IdentifierChanged::Done(_)));
    assert!(is_verified(&door.step_up("liddell", &owner.app.next_code(&door)).await));
    assert!(is_verified(&door.step_up("liddell", &owner.codes[0]).await));
}

#[tokio::test]
async fn whether_an_identifier_is_somebody_elses_does_not_show_to_who_asks_for_it() {
    let door = door().await.with_account("bob").await;
    let session = session(&door, "alice").await;
    let mut seen = Vec::new();
    for new in ["free", "bob", "alice"] {
        door.store.reset_log();
        let answer = request_change(&door, &session, new).await;
        let mut calls = door.store.calls();
        calls.sort_unstable();
        seen.push((answer, calls));
    }
    assert!(seen[0] == seen[1] && seen[0] == seen[2], "{seen:?}");
    let sent = door.mailbox.tokens().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].expose_identifier(), "free");
    let refused = request_change(&door, &session, " ").await;
    assert_eq!(refused, ChangeRequested::Refused(IdentifierProblem::Empty));
    for _ in 0..9 {
        let _ = request_change(&door, &session, "free").await;
    }
    assert_eq!(door.mailbox.tokens().await.len(), 3, "nor is anybody flooded");
}

#[tokio::test]
async fn nobody_has_letters_sent_to_the_whole_world() {
    let door = door().await.with_account("bob").await;
    let (alice, bob) = (session(&door, "alice").await, session(&door, "bob").await);
    for n in 0..40 {
        let asked = request_change(&door, &alice, &format!("stranger {n}")).await;
        assert_eq!(asked, ChangeRequested::Accepted);
    }
    assert_eq!(door.mailbox.tokens().await.len(), 30);
    assert_eq!(request_change(&door, &bob, "robert").await, ChangeRequested::Accepted);
    assert_eq!(door.mailbox.tokens().await.len(), 31, "each account for itself");
}

#[tokio::test]
async fn an_identifier_that_was_taken_meanwhile_stays_its_owners() {
    let door = door().await;
    let session = session(&door, "alice").await;
    let token = change_token(&door, &session, "bob").await;
    let bob = door.register("bob").await;
    assert_eq!(confirm(&door, &token).await, IdentifierChanged::Taken);
    assert!(opens(&door, "alice").await);
    assert_eq!(door.verified(login("bob", PASSWORD)).await.account(), bob);
}

#[tokio::test]
async fn a_change_is_void_once_the_account_has_changed() {
    let door = door().await;
    let first = session(&door, "alice").await;
    let (one, other) =
        (change_token(&door, &first, "one").await, change_token(&door, &first, "other").await);
    assert!(matches!(confirm(&door, &one).await, IdentifierChanged::Done(_)));
    assert_eq!(confirm(&door, &other).await, IdentifierChanged::Rejected, "asked under the old");
    let third = change_token(&door, &first, "third").await;
    let change = PasswordChange::new(login("one", PASSWORD), "nine patient otters");
    let _ = door.auth.change_password(change).await.unwrap();
    assert_eq!(confirm(&door, &third).await, IdentifierChanged::Rejected);
    assert_eq!(request_change(&door, &first, "fourth").await, ChangeRequested::Denied);
}

/// Many who want one identifier, some of them new: one has it, the others are as they were.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_09_racing_changes_and_registrations_of_one_identifier_make_one_owner() {
    for seed in 0..6 {
        let policy = OneTimePolicy::default().sends(100);
        let door =
            door_with(|builder, mailbox| builder.notifier(mailbox.clone()).one_time_tokens(policy));
        let mut tokens = Vec::new();
        for n in 0..20 {
            let name = format!("person {n}");
            door.register(&name).await;
            tokens.push(change_token(&door, &session(&door, &name).await, "target").await);
        }
        door.store.seeded(seed, 700, &[Fault::Yield(1), Fault::Yield(5), Fault::Yield(20)]);
        let mut racers: JoinSet<Option<AccountId>> = JoinSet::new();
        for n in 0..80 {
            let (auth, token) = (door.auth.clone(), tokens[n % 20].clone());
            racers.spawn(async move {
                if n % 4 == 3 {
                    let new = Registration::new("target", PASSWORD);
                    return match auth.register(new).await.unwrap() {
                        Registered::Created(account) => Some(account),
                        _ => None,
                    };
                }
                match auth.verification().confirm_change(&token).await.unwrap() {
                    IdentifierChanged::Done(account) => Some(account),
                    _ => None,
                }
            });
        }
        let won: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
        assert_eq!(won.len(), 1, "seed {seed}");
        door.store.heal();
        assert_eq!(door.auth.export("target").await.unwrap().unwrap().account(), won[0]);
        let mut left = 0;
        for n in 0..20 {
            left += usize::from(door.auth.export(&format!("person {n}")).await.unwrap().is_some());
        }
        assert_eq!(left + 1, door.memory.accounts());
    }
}

#[tokio::test]
async fn law_09_a_fault_at_any_call_of_a_change_leaves_the_account_one_identifier() {
    for fault in FAULTS {
        for call in 1.. {
            let door = door().await;
            let session = session(&door, "alice").await;
            let token = change_token(&door, &session, "liddell").await;
            door.store.reset_log();
            door.store.fail_call(call, fault);
            let changed = door.auth.verification().confirm_change(&token).await;
            let calls = door.store.calls();
            door.store.heal();
            let name = format!("{fault:?} at {call}: {calls:?}");
            let (old, new) = (opens(&door, "alice").await, opens(&door, "liddell").await);
            assert!(old != new, "{name}");
            let free = if old { "liddell" } else { "alice" };
            if calls.len() < call {
                assert!(new && matches!(changed, Ok(IdentifierChanged::Done(_))));
                break;
            }
            assert!(changed.is_err(), "{name}");
            let lost = fault == Fault::LostReply && calls.last() == Some(&Operation::Rekey);
            assert_eq!(new, lost, "{name}");
            if old {
                let again = change_token(&door, &session, "liddell").await;
                let again = confirm(&door, &again).await;
                assert!(matches!(again, IdentifierChanged::Done(_)), "{name}");
            } else {
                let registered = door.auth.register(Registration::new(free, PASSWORD)).await;
                assert!(matches!(registered.unwrap(), Registered::Created(_)), "{name}");
            }
        }
    }
}
