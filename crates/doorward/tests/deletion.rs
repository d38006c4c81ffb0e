//! Accounts removed with all that is kept of them, and what is told to who asks what is kept.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{CredentialStore, Fault, Operation};
use doorward::{
    AccountChange, EventKind, IdentifierChanged, Login, Managed, NewGrant, NewSession, Outcome,
    PasswordChange, PasswordReset, Policy, Purpose, Redemption, Reset, Scopes, TokenRequest,
};
use support::app::Owner;
use support::{Door, PASSWORD, door_with, door_with_codes, is_verified, login, stranger};
use tokio::task::JoinSet;

const FAULTS: [Fault; 4] =
    [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An account that has everything: a second factor, sessions, a grant, counters, tokens on their way.
async fn lived_in(door: &Door) -> Owner {
    let owner = door.owner("alice@example.com").await;
    let name = "alice@example.com";
    let session = door.full_session(name, &owner).await;
    let proof = match door.step_up(name, &owner.app.next_code(door)).await {
        Outcome::Verified(proof) => proof,
        other => panic!("{other:?}"),
    };
    let grant = NewGrant::new(proof, Scopes::new(["read"]).unwrap());
    let _ = door.auth.tokens().grant(grant).await.unwrap().unwrap();
    for _ in 0..2 {
        let _ = door.login(name, "wrong").await;
        let _ = door.step_up(name, &owner.app.wrong_code(door)).await;
    }
    let request = || TokenRequest::new(name).from([192, 0, 2, 7]);
    let _ = door.auth.recovery().request(request()).await.unwrap();
    let _ = door.auth.verification().request(request()).await.unwrap();
    let fresh = session.principal().fresh().unwrap();
    let _ = door.auth.verification().request_change(fresh, "liddell").await.unwrap();
    owner
}

/// A door at which addresses are not counted, but accounts are.
fn door() -> Door {
    let office = "192.0.2.0/24".parse().unwrap();
    let policy = Policy::recommended().to_builder().trusted([office]).build().unwrap();
    door_with(|builder, mailbox| builder.notifier(mailbox.clone()).policy(policy))
}

#[tokio::test]
async fn what_is_left_of_a_deleted_account_is_sealed_or_a_keyed_digest_and_expires() {
    let door = door();
    let owner = lived_in(&door).await;
    let credential = door.memory.fetch(owner.account).await.unwrap().unwrap();
    let mut traces = vec![hex(owner.account.as_bytes()), owner.account.to_string()];
    traces.push(hex(credential.lookup_keys()[0].as_bytes()));
    traces.push(hex(credential.identifier()));
    traces.push(hex(credential.password().unwrap()));
    traces.push(hex(credential.details().unwrap()));
    let before = door.memory.dump();
    assert!(traces.iter().filter(|trace| before.contains(*trace)).count() >= 5);
    let counted = door.memory.counters();
    door.events.take();

    assert_eq!(door.auth.delete(" ALICE@example.com").await.unwrap(), Managed::Done);
    let after = door.memory.dump();
    for trace in &traces {
        assert!(!after.contains(trace), "{trace}");
    }
    assert_eq!((door.memory.accounts(), door.memory.session_count()), (0, 0));
    // Passwords, codes, two kinds of letters and asking for them were counted of the account. What is left was counted of an address,
    // of the letters to another identifier, and of tickets and enrolments, whose names are random.
    assert_eq!(counted - door.memory.counters(), 5);
    assert_eq!(door.mailbox.changes().await.last(), Some(&AccountChange::Deleted));
    assert!(door.events.kinds().contains(&EventKind::Deleted));

    assert_eq!(door.auth.delete("alice@example.com").await.unwrap(), Managed::NoSuchAccount);
    door.register("alice@example.com").await;
    assert!(is_verified(&door.login("alice@example.com", PASSWORD).await), "with no factor");
}

#[tokio::test]
async fn an_account_that_cannot_be_read_is_removed_as_well() {
    let door = door();
    let owner = door.owner("alice").await;
    let credential = door.memory.fetch(owner.account).await.unwrap().unwrap();
    let version = credential.version();
    let damaged = credential.with_identifier(vec![1; 40]).unwrap();
    let damaged = damaged.with_password(Some(vec![2; 40])).with_details(Some(vec![3; 40]));
    let _ = door.memory.replace(damaged, version).await.unwrap();
    assert_eq!(door.auth.delete("alice").await.unwrap(), Managed::Done);
    assert_eq!(door.memory.accounts(), 0);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(door.events.kinds().contains(&EventKind::NoticeNotSent));
}

#[tokio::test]
async fn counters_begin_anew_with_the_next_account_of_the_name() {
    let door = door();
    door.register("alice").await;
    door.exhaust("alice").await;
    for _ in 0..5 {
        let wait = door.auth.authenticate(Login::new("alice", "wrong").from(stranger(900))).await;
        assert!(matches!(wait.unwrap(), Outcome::Wait(_)));
    }
    assert_eq!(door.auth.delete("alice").await.unwrap(), Managed::Done);
    door.register("alice").await;
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn nothing_that_was_given_out_for_a_deleted_account_opens_anything() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let full = async || match door.step_up("alice", &owner.app.next_code(&door)).await {
        Outcome::Verified(proof) => proof,
        other => panic!("{other:?}"),
    };
    let (unused, changing) = (full().await, full().await);
    let device = unused.device().clone();
    let session = door.session(full().await).await;
    let grant = NewGrant::new(full().await, Scopes::new(["read"]).unwrap());
    let pair = door.auth.tokens().grant(grant).await.unwrap().unwrap();
    let request = || TokenRequest::new("alice").from([192, 0, 2, 7]);
    let _ = door.auth.recovery().request(request()).await.unwrap();
    let _ = door.auth.verification().request(request()).await.unwrap();
    let fresh = session.principal().fresh().unwrap();
    let _ = door.auth.verification().request_change(fresh, "liddell").await.unwrap();
    let tokens = door.mailbox.tokens().await;
    let of = |purpose: Purpose| {
        let token = tokens.iter().find(|token| token.purpose() == purpose);
        token.unwrap().expose_token().to_owned()
    };
    let ticket = door.ticket(login("alice", PASSWORD)).await;
    let principal = door.auth.sessions().check(session.token()).await.unwrap().unwrap();
    let fresh = principal.fresh().unwrap();

    assert!(door.auth.delete_own(fresh).await.unwrap());
    for round in ["gone", "registered again"] {
        assert!(!door.lives(&session).await, "{round}");
        assert!(door.auth.tokens().check(pair.access()).await.unwrap().is_none());
        assert!(door.auth.tokens().refresh(pair.refresh()).await.unwrap().is_none());
        let code = owner.app.next_code(&door);
        let redemption = Redemption::new(&*ticket, &*code).from([192, 0, 2, 7]);
        assert!(matches!(door.auth.redeem(redemption).await.unwrap(), Outcome::Rejected));
        let reset = PasswordReset::new(of(Purpose::Recovery), "nine patient otters").code(code);
        assert!(matches!(door.auth.recovery().reset(reset).await.unwrap(), Reset::Rejected));
        let verification = door.auth.verification();
        assert!(verification.confirm(&of(Purpose::Verification)).await.unwrap().is_none());
        let changed = verification.confirm_change(&of(Purpose::IdentifierChange)).await.unwrap();
        assert_eq!(changed, IdentifierChanged::Rejected);
        assert!(door.auth.second_factors().enrol(fresh, "Acme").await.unwrap().is_none());
        assert!(door.auth.export_own(fresh).await.unwrap().is_none());
        assert!(!door.auth.delete_own(fresh).await.unwrap());
        if round == "gone" {
            door.register("alice").await;
        }
    }
    assert!(door.auth.sessions().open(NewSession::new(unused)).await.unwrap().is_none());
    let change = PasswordChange::proven(changing, "nine patient otters");
    let _ = door.auth.change_password(change).await.unwrap();
    door.events.take();
    let attempt = login("alice", PASSWORD).device(device);
    assert!(is_verified(&door.auth.authenticate(attempt).await.unwrap()));
    assert!(!door.events.take()[0].known_device);
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_at_any_call_is_finished_by_the_next() {
    for by_owner in [false, true] {
        for fault in FAULTS {
            for call in 1.. {
                let door = door_with_codes().with_account("alice").await;
                let session = door.session(door.verified(login("alice", PASSWORD)).await).await;
                let account = session.principal().account();
                door.store.reset_log();
                door.store.fail_call(call, fault);
                let deleted = match by_owner {
                    true => door.auth.delete_own(session.principal().fresh().unwrap()).await,
                    false => door.auth.delete("alice").await.map(|done| done == Managed::Done),
                };
                let calls = door.store.calls();
                door.store.heal();
                let name = format!("owner {by_owner}, {fault:?} at {call}: {calls:?}");
                if calls.len() < call {
                    assert!(deleted.unwrap());
                    break;
                }
                // Behind the removal it only looks for what raced with it.
                let is_removed = calls.iter().rev().skip(1).any(|call| *call == Operation::Remove);
                assert_eq!(deleted.is_err(), !is_removed, "{name}");
                // As it was, or shut.
                let still = door.memory.fetch(account).await.unwrap();
                let is_open = is_verified(&door.login("alice", PASSWORD).await);
                assert!(
                    is_open || still.is_none_or(|c| c.status() != doorward::store::Status::Active)
                );
                let again = door.auth.delete("alice").await.unwrap();
                let lost = fault == Fault::LostReply && calls.last() == Some(&Operation::Remove);
                let expected =
                    if lost || is_removed { Managed::NoSuchAccount } else { Managed::Done };
                assert_eq!(again, expected, "{name}");
                assert_eq!((door.memory.accounts(), door.memory.session_count()), (0, 0), "{name}");
                assert!(!door.lives(&session).await, "{name}");
                door.register("alice").await;
                assert!(is_verified(&door.login("alice", PASSWORD).await), "{name}");
            }
        }
    }
}

/// From its first step on no session is opened, or the last would leave it behind.
#[tokio::test]
async fn no_session_is_opened_while_an_account_is_removed() {
    let door = door_with_codes().with_account("alice").await;
    let proof = door.verified(login("alice", PASSWORD)).await;
    door.store.fail_every(Operation::Remove, Fault::Yield(200));
    let (deleted, opened) = tokio::join!(door.auth.delete("alice"), async {
        while door.store.count(Operation::Remove) == 0 {
            tokio::task::yield_now().await;
        }
        door.auth.sessions().open(NewSession::new(proof)).await.unwrap()
    });
    assert_eq!(deleted.unwrap(), Managed::Done);
    assert!(opened.is_none());
    assert_eq!(door.memory.session_count(), 0);
}

/// Whoever logs in, changes, is shut or opened again while the account is removed leaves nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_among_logins_and_changes_leaves_nothing() {
    for seed in 0..20 {
        let door = door_with_codes().with_account("alice").await;
        let mut proofs = Vec::new();
        for _ in 0..20 {
            proofs.push(door.verified(login("alice", PASSWORD)).await);
        }
        door.store.seeded(seed, 700, &[Fault::Yield(1), Fault::Yield(5), Fault::Yield(30)]);
        let mut tasks = JoinSet::new();
        for (n, proof) in proofs.into_iter().enumerate() {
            let auth = door.auth.clone();
            tasks.spawn(async move {
                match n {
                    0 => drop(auth.disable("alice").await),
                    1 => drop(auth.enable("alice").await),
                    2 => {
                        let change = PasswordChange::proven(proof, "nine patient otters");
                        drop(auth.change_password(change).await);
                    }
                    _ => drop(auth.sessions().open(NewSession::new(proof)).await),
                }
            });
        }
        let auth = door.auth.clone();
        let deleting = tokio::spawn(async move { auth.delete("alice").await });
        tasks.join_all().await;
        // Two operators who open and shut it in between may win a few times.
        if deleting.await.unwrap().is_err() {
            let _ = door.auth.delete("alice").await.unwrap();
        }
        let left = (door.memory.accounts(), door.memory.session_count());
        assert_eq!(left, (0, 0), "seed {seed}");
    }
}

#[tokio::test]
async fn an_export_shows_what_is_kept_and_no_secret() {
    let door = door();
    let owner = lived_in(&door).await;
    let made = doorward::Clock::now(&door.clock);
    let export = door.auth.export("alice@example.com").await.unwrap().unwrap();
    assert_eq!((export.account(), export.identifier()), (owner.account, "alice@example.com"));
    assert!(export.is_open() && export.has_password() && export.verified_at().is_none());
    assert!(export.created_at() <= made && export.changed_at() <= made);
    assert_eq!(export.second_factor().unwrap().codes_left(), 10);
    assert_eq!(export.sessions().len(), 3, "two sessions, and a grant");
    assert!(!format!("{export:?}").contains("alice"));
    assert!(door.events.kinds().contains(&EventKind::Exported));
    assert!(door.auth.export("nobody").await.unwrap().is_none());

    let strong = door.full_session("alice@example.com", &owner).await;
    let own = door.auth.export_own(strong.principal().fresh().unwrap()).await.unwrap().unwrap();
    assert_eq!(own.account(), owner.account);
}
