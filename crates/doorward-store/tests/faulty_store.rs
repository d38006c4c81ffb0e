//! The fault injector does what its script says, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterUpdate, Credential, CredentialStore, Fault,
    FaultyStore, Inserted, LookupKey, MemoryStore, Opened, Operation, Rekeyed, Removed, Session,
    SessionId, SessionStore, Store, StoreErrorKind, TicketKey, Version,
};

const NOW: SystemTime = SystemTime::UNIX_EPOCH;
const ACCOUNT: AccountId = AccountId::from_bytes([1; 16]);

fn later() -> SystemTime {
    NOW + Duration::from_secs(10)
}

fn credential() -> Credential {
    Credential::new(ACCOUNT, vec![LookupKey::new([7; 32]).unwrap()], vec![1], NOW).unwrap()
}

fn add() -> CounterUpdate {
    let change = Change::Add(Column::new(1), 1);
    CounterUpdate::new(CounterKey::new([1; 32]), vec![change], later())
}

fn session(id: [u8; 16]) -> Session {
    Session::new(ACCOUNT, SessionId::from_bytes(id), vec![1], NOW, later())
}

/// Calls every method once; answers which of them failed, and how.
async fn call_all(store: &impl Store) -> Vec<(Operation, StoreErrorKind)> {
    let id = *AccountId::generate().unwrap().as_bytes();
    let mut fresh = [0; 32];
    fresh[..16].copy_from_slice(&id);
    let (key, session) = (TicketKey::new(fresh), session(id));
    let answers = [
        (Operation::Insert, store.insert(credential()).await.err()),
        (Operation::Find, store.find(credential().lookup_keys()).await.err()),
        (Operation::Fetch, store.fetch(ACCOUNT).await.err()),
        (Operation::Replace, store.replace(credential(), Version::FIRST).await.err()),
        (Operation::Rekey, store.rekey(credential(), Version::FIRST).await.err()),
        (Operation::Remove, store.remove(ACCOUNT, Version::new(9)).await.err()),
        (Operation::List, store.list(None, 1).await.err()),
        (Operation::Update, store.update(&[add()], NOW).await.err()),
        (Operation::Read, store.read(&[CounterKey::new([1; 32])], NOW).await.err()),
        (Operation::Clear, store.clear(&[CounterKey::new([1; 32])]).await.err()),
        (Operation::Put, store.put(key, vec![1], later()).await.err()),
        (Operation::Peek, store.peek(key, NOW).await.err()),
        (Operation::Take, store.take(key, NOW).await.err()),
        (Operation::Open, store.open(session.clone()).await.err()),
        (Operation::Session, store.session(ACCOUNT, session.id(), NOW).await.err()),
        (Operation::Renew, store.renew(session.clone(), Version::FIRST, NOW).await.err()),
        (Operation::End, store.end(ACCOUNT, session.id()).await.err()),
        (Operation::EndAll, store.end_all(ACCOUNT, None, NOW).await.err()),
        (Operation::Forget, store.forget(ACCOUNT).await.err()),
        (Operation::Sessions, store.sessions(ACCOUNT, NOW).await.err()),
    ];
    answers
        .into_iter()
        .filter_map(|(operation, error)| {
            let error = error?;
            assert_eq!(error.operation(), operation.as_str());
            Some((operation, error.kind()))
        })
        .collect()
}

#[tokio::test]
async fn calls_are_logged_in_order() {
    let store = FaultyStore::new(MemoryStore::new());
    assert_eq!(call_all(&store).await, []);
    assert_eq!(store.calls(), Operation::ALL);
    assert_eq!(call_all(&store.clone()).await, []);
    assert_eq!((store.calls().len(), store.count(Operation::Put)), (40, 2), "a clone shares it");
    store.reset_log();
    assert_eq!((store.calls(), store.count(Operation::Put)), (vec![], 0));
}

#[tokio::test]
async fn each_method_can_fail_every_time() {
    for operation in Operation::ALL {
        let store = FaultyStore::new(MemoryStore::new()).fail_every(operation, Fault::Throttled);
        for _ in 0..2 {
            assert_eq!(call_all(&store).await, [(operation, StoreErrorKind::Throttled)]);
        }
        store.heal();
        assert_eq!(call_all(&store).await, []);
    }
}

#[tokio::test]
async fn single_calls_can_fail() {
    let store = FaultyStore::new(MemoryStore::new()).fail_call(3, Fault::Unavailable).fail_nth(
        Operation::Put,
        2,
        Fault::Conflict,
    );
    assert_eq!(call_all(&store).await, [(Operation::Fetch, StoreErrorKind::Unavailable)]);
    assert_eq!(call_all(&store).await, [(Operation::Put, StoreErrorKind::Conflict)]);
    assert_eq!(call_all(&store).await, []);
    store.reset_log();
    assert_eq!(call_all(&store).await, [(Operation::Fetch, StoreErrorKind::Unavailable)]);
}

#[tokio::test]
async fn the_most_exact_rule_counts() {
    let store = FaultyStore::new(MemoryStore::new())
        .seeded(1, 1000, &[Fault::Yield(1)])
        .fail_every(Operation::Fetch, Fault::Throttled)
        .fail_nth(Operation::Fetch, 2, Fault::Conflict)
        .fail_call(2, Fault::Unavailable);
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(store.fetch(ACCOUNT).await.unwrap_err().kind());
    }
    use StoreErrorKind::{Throttled, Unavailable};
    assert_eq!(kinds, [Throttled, Unavailable, Throttled]);
}

#[tokio::test]
async fn refused_calls_do_nothing_and_lost_replies_do_everything() {
    for (fault, kind, done) in [
        (Fault::Unavailable, StoreErrorKind::Unavailable, false),
        (Fault::Throttled, StoreErrorKind::Throttled, false),
        (Fault::Conflict, StoreErrorKind::Conflict, false),
        (Fault::LostReply, StoreErrorKind::Unavailable, true),
    ] {
        let memory = MemoryStore::new();
        let store = FaultyStore::new(memory.clone()).fail_call(1, fault);
        assert_eq!(store.insert(credential()).await.unwrap_err().kind(), kind);
        assert_eq!(memory.fetch(ACCOUNT).await.unwrap().is_some(), done, "{fault:?}");
        assert_eq!(memory.accounts(), usize::from(done));
    }
}

/// Whoever sees `Unavailable` finds out what became of the keys by reading.
#[tokio::test]
async fn an_unavailable_rekey_has_changed_all_keys_or_none() {
    let (old, new) = (LookupKey::new([7; 32]).unwrap(), LookupKey::new([8; 32]).unwrap());
    for (fault, done) in [(Fault::Unavailable, false), (Fault::LostReply, true)] {
        let memory = MemoryStore::new();
        let store = FaultyStore::new(memory.clone()).fail_nth(Operation::Rekey, 1, fault);
        assert_eq!(store.insert(credential()).await.unwrap(), Inserted::Created);
        let rekeyed = credential().with_lookup_keys(vec![new.clone()]).unwrap();
        let error = store.rekey(rekeyed.clone(), Version::FIRST).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert_eq!(
            memory.find(std::slice::from_ref(&new)).await.unwrap().is_some(),
            done,
            "{fault:?}"
        );
        assert_eq!(
            memory.find(std::slice::from_ref(&old)).await.unwrap().is_some(),
            !done,
            "{fault:?}"
        );
        let again = store.rekey(rekeyed, Version::FIRST).await.unwrap();
        let expected = if done { Rekeyed::Stale } else { Rekeyed::Done(Version::FIRST.next()) };
        assert_eq!(again, expected, "{fault:?}");
    }
}

/// Whoever sees `Unavailable` calls again: the account is gone in the end, told so or not.
#[tokio::test]
async fn an_unavailable_remove_can_be_repeated() {
    for (fault, done) in [(Fault::Unavailable, false), (Fault::LostReply, true)] {
        let memory = MemoryStore::new();
        let store = FaultyStore::new(memory.clone()).fail_nth(Operation::Remove, 1, fault);
        assert_eq!(store.insert(credential()).await.unwrap(), Inserted::Created);
        let error = store.remove(ACCOUNT, Version::FIRST).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert_eq!(memory.fetch(ACCOUNT).await.unwrap().is_none(), done, "{fault:?}");
        let found = memory.find(credential().lookup_keys()).await.unwrap();
        assert_eq!(found.is_none(), done, "{fault:?}: account and keys go together");
        let again = store.remove(ACCOUNT, Version::FIRST).await.unwrap();
        assert_eq!(again, if done { Removed::Missing } else { Removed::Done }, "{fault:?}");
        assert_eq!(memory.accounts(), 0);
    }
}

/// Whoever sees `Unavailable` calls again: all sessions are ended in the end.
#[tokio::test]
async fn an_unavailable_end_of_all_has_ended_all_or_none() {
    for (fault, left) in [(Fault::Unavailable, 2), (Fault::LostReply, 0)] {
        let memory = MemoryStore::new();
        let store = FaultyStore::new(memory.clone()).fail_nth(Operation::EndAll, 1, fault);
        for number in 0..2 {
            assert_eq!(store.open(session([number; 16])).await.unwrap(), Opened::Done);
        }
        let error = store.end_all(ACCOUNT, None, NOW).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert_eq!(memory.sessions(ACCOUNT, NOW).await.unwrap().len(), left, "{fault:?}");
        store.end_all(ACCOUNT, None, NOW).await.unwrap();
        assert_eq!(memory.sessions(ACCOUNT, NOW).await.unwrap(), []);
    }
}

/// Whoever sees `Unavailable` calls again: nothing is left in the end.
#[tokio::test]
async fn an_unavailable_forget_is_made_good_by_the_next() {
    for (fault, left) in [(Fault::Unavailable, 2), (Fault::LostReply, 0)] {
        let memory = MemoryStore::new();
        let store = FaultyStore::new(memory.clone()).fail_nth(Operation::Forget, 1, fault);
        for number in 0..2 {
            assert_eq!(store.open(session([number; 16])).await.unwrap(), Opened::Done);
        }
        let error = store.forget(ACCOUNT).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert_eq!(memory.session_count(), left, "{fault:?}");
        store.forget(ACCOUNT).await.unwrap();
        assert_eq!(memory.session_count(), 0);
    }
}

#[tokio::test]
async fn lost_reply_to_a_call_that_fails_keeps_its_error() {
    let store = FaultyStore::new(MemoryStore::new()).fail_call(1, Fault::LostReply);
    assert_eq!(store.find(&[]).await.unwrap_err().kind(), StoreErrorKind::Invalid);
}

#[test]
fn hanging_call_never_answers_and_does_nothing() {
    let memory = MemoryStore::new();
    let store = FaultyStore::new(memory.clone()).fail_every(Operation::Insert, Fault::Hang);
    let mut call = store.insert(credential());
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!((memory.accounts(), store.count(Operation::Insert)), (0, 1));
}

#[test]
fn yielding_call_gives_way_so_many_times() {
    let store = FaultyStore::new(MemoryStore::new()).fail_call(1, Fault::Yield(3));
    let mut call = store.insert(credential());
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert!(matches!(call.as_mut().poll(&mut context), Poll::Ready(Ok(Inserted::Created))));
}

#[tokio::test]
async fn seed_decides_which_calls_fail() {
    async fn failures(seed: u64, per_mille: u32) -> Vec<bool> {
        let faults = [Fault::Unavailable, Fault::Throttled];
        let store = FaultyStore::new(MemoryStore::new()).seeded(seed, per_mille, &faults);
        let mut failed = Vec::new();
        for _ in 0..10_000 {
            failed.push(store.fetch(ACCOUNT).await.is_err());
        }
        failed
    }
    let share = |failed: &[bool]| failed.iter().filter(|failed| **failed).count();
    let one = failures(1, 200).await;
    assert_eq!(one, failures(1, 200).await);
    assert_ne!(one, failures(2, 200).await);
    // Twelve standard deviations of 40 around the 2,000 expected.
    assert!((1_520..=2_480).contains(&share(&one)), "{} of 10,000", share(&one));
    assert_eq!(share(&failures(1, 0).await), 0);
    assert_eq!(share(&failures(1, 1000).await), 10_000);
}

#[tokio::test]
async fn seed_without_faults_does_nothing() {
    let store = FaultyStore::new(MemoryStore::new()).seeded(1, 1000, &[]);
    assert_eq!(call_all(&store).await, []);
}

#[tokio::test]
async fn any_store_can_be_wrapped() {
    let inner: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let store: Arc<dyn Store> = Arc::new(FaultyStore::new(inner).fail_call(1, Fault::Throttled));
    assert!(store.fetch(ACCOUNT).await.is_err());
    assert!(store.fetch(ACCOUNT).await.is_ok());
}
