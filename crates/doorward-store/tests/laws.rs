//! The laws that this crate keeps, each against the code that keeps it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime};

use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterStore, CounterUpdate, Credential,
    CredentialStore, Fault, FaultyStore, Inserted, LookupKey, MemoryStore, Opened, Operation,
    Renewed, Session, SessionId, SessionStore, StoreError, StoreErrorKind, Ticket, TicketKey,
    TicketStore, Version,
};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000 + seconds)
}

fn credential(key: &LookupKey) -> Credential {
    let account = AccountId::generate().unwrap();
    Credential::new(account, vec![key.clone()], b"IDENTIFIER-SEALED".to_vec(), at(0))
        .unwrap()
        .with_password(Some(b"PASSWORD-SEALED".to_vec()))
        .with_details(Some(b"DETAILS-SEALED".to_vec()))
}

fn session(account: AccountId, expires: u64) -> Session {
    let id = SessionId::from_bytes([0xe3; 16]);
    Session::new(account, id, b"SESSION-VALUE".to_vec(), at(1), at(expires))
}

/// Nothing but whole keys and sealed bytes is in the table, and the dump shows all of it.
#[tokio::test]
async fn law_06_dump_shows_all_that_is_kept() {
    let store = MemoryStore::new();
    let key = LookupKey::new(b"LOOKUP-KEY".to_vec()).unwrap();
    let kept = credential(&key);
    assert_eq!(store.insert(kept.clone()).await.unwrap(), Inserted::Created);
    let (counter, ticket) = (CounterKey::new([0xc1; 32]), TicketKey::new([0xd2; 32]));
    let change = Change::Set(Column::new(77), -123_456);
    store.update(&[CounterUpdate::new(counter, vec![change], at(50))], at(0)).await.unwrap();
    store.put(ticket, b"TICKET-VALUE".to_vec(), at(60)).await.unwrap();

    let account = AccountId::from_bytes([0xf4; 16]);
    assert_eq!(store.open(session(account, 70)).await.unwrap(), Opened::Done);

    let dump = store.dump();
    for text in [
        "IDENTIFIER-SEALED",
        "PASSWORD-SEALED",
        "DETAILS-SEALED",
        "LOOKUP-KEY",
        "TICKET-VALUE",
        "SESSION-VALUE",
    ] {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(dump.contains(text) && dump.contains(&hex), "{text} is missing:\n{dump}");
    }
    for text in [
        kept.account().to_string(),
        "c1".repeat(32),
        "d2".repeat(32),
        "e3".repeat(16),
        "f4".repeat(16),
    ] {
        assert!(dump.contains(&text), "{text} is missing:\n{dump}");
    }
    for text in ["cell 77: -123456", "status: active", "version: 1"] {
        assert!(dump.contains(text), "{text} is missing:\n{dump}");
    }
    let untouched = MemoryStore::new();
    assert_eq!(untouched.dump(), "");
}

#[tokio::test]
async fn law_08_debug_shows_no_stored_bytes() {
    let store = MemoryStore::new();
    let key = LookupKey::new(vec![0xee; 32]).unwrap();
    let credential = credential(&key);
    let ticket = Ticket::new(b"TICKET-VALUE".to_vec(), at(60));
    let session = session(credential.account(), 60);
    assert_eq!(store.insert(credential.clone()).await.unwrap(), Inserted::Created);
    store.put(TicketKey::new([0xee; 32]), b"TICKET-VALUE".to_vec(), at(60)).await.unwrap();
    assert_eq!(store.open(session.clone()).await.unwrap(), Opened::Done);

    let shown = [
        format!("{credential:?} {credential:#?}"),
        format!("{ticket:?} {ticket:#?}"),
        format!("{session:?} {session:#?}"),
        format!("{store:?} {:?}", FaultyStore::new(store.clone())),
        format!("{:?} {:?}", CounterKey::new([0xee; 32]), TicketKey::new([0xee; 32])),
    ]
    .concat();
    for part in
        ["SEALED", "VALUE", "eeeeeeeeee", "73, 68", "83, 69", "84, 73", "79, 78", "238, 238"]
    {
        assert!(!shown.contains(part), "{part} is shown:\n{shown}");
    }
    for part in [
        "[17 sealed bytes]",
        "[15 sealed bytes]",
        "[12 sealed bytes]",
        "[13 sealed bytes]",
        "[14 sealed bytes]",
        "(eeeeeeee..)",
    ] {
        assert!(shown.contains(part), "{part} is not shown:\n{shown}");
    }
}

/// 1,000 racers, each as stubborn as a person at a form, and a store that loses replies, refuses,
/// and gives way: one account in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_09_racing_inserts_make_one_account_under_any_fault() {
    let faults = [
        Fault::Unavailable,
        Fault::LostReply,
        Fault::Throttled,
        Fault::Conflict,
        Fault::Yield(1),
        Fault::Yield(20),
    ];
    for seed in 0..8 {
        let memory = MemoryStore::new();
        let store = FaultyStore::new(memory.clone()).seeded(seed, 600, &faults);
        let key = LookupKey::new([7; 32]).unwrap();
        let racers: Vec<_> = (0..1000)
            .map(|_| {
                let (store, credential) = (store.clone(), credential(&key));
                tokio::spawn(async move { insert_stubbornly(&store, &credential).await })
            })
            .collect();
        let mut owners = Vec::new();
        for racer in racers {
            owners.extend(racer.await.unwrap());
        }
        assert_eq!(memory.accounts(), 1, "seed {seed}");
        let kept = memory.find(&[key]).await.unwrap().unwrap();
        assert_eq!(owners, [kept.account()], "seed {seed}: its maker alone is told so");
    }
}

/// Inserts until the store says what became of it. After an error only its own account tells.
async fn insert_stubbornly(
    store: &FaultyStore<MemoryStore>,
    credential: &Credential,
) -> Option<AccountId> {
    loop {
        match store.insert(credential.clone()).await {
            Ok(Inserted::Created) => return Some(credential.account()),
            Ok(Inserted::Taken) => loop {
                if let Ok(stored) = store.fetch(credential.account()).await {
                    return stored.map(|stored| stored.account());
                }
            },
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    }
}

/// Expiry is what the reader's time says, and not whether anything was cleaned away.
#[tokio::test]
async fn law_10_expiry_is_checked_on_read() {
    let store = MemoryStore::new();
    let (counter, ticket) = (CounterKey::new([1; 32]), TicketKey::new([1; 32]));
    let column = Column::new(1);
    let add = |expires| CounterUpdate::new(counter, vec![Change::Add(column, 9)], at(expires));
    store.update(&[add(10)], at(0)).await.unwrap();
    store.put(ticket, vec![1], at(10)).await.unwrap();

    for now in [at(10), at(11), at(1_000_000)] {
        assert!(store.read(&[counter], now).await.unwrap()[0].is_empty());
        assert_eq!(store.peek(ticket, now).await.unwrap(), None);
        assert_eq!((store.counters(), store.tickets()), (1, 1), "nothing was cleaned away");
    }
    assert_eq!(store.read(&[counter], at(9)).await.unwrap()[0].get(column), 9);
    assert!(store.peek(ticket, at(9)).await.unwrap().is_some());

    assert_eq!(store.update(&[add(30)], at(20)).await.unwrap()[0].get(column), 9);
    assert_eq!(store.take(ticket, at(20)).await.unwrap(), None);
    assert_eq!(store.take(ticket, at(0)).await.unwrap(), None);
}

/// So it is with sessions, and no renewal that comes too late makes one live again.
#[tokio::test]
async fn law_10_expiry_of_a_session_is_checked_on_read_and_on_renewal() {
    let store = MemoryStore::new();
    let session = session(AccountId::from_bytes([1; 16]), 10);
    let (account, id) = (session.account(), session.id());
    assert_eq!(store.open(session.clone()).await.unwrap(), Opened::Done);
    let longer = session.with_expires_at(at(100));
    for now in [at(10), at(11), at(1_000_000)] {
        assert_eq!(store.session(account, id, now).await.unwrap(), None);
        assert_eq!(store.sessions(account, now).await.unwrap(), []);
        let late = store.renew(longer.clone(), Version::FIRST, now).await.unwrap();
        assert_eq!(late, Renewed::Gone);
        assert_eq!(store.session_count(), 1, "nothing was cleaned away");
    }
    assert!(store.session(account, id, at(9)).await.unwrap().is_some());
}

/// However the replies are lost, a session that was ended is not brought back by whoever tries again.
#[tokio::test]
async fn law_10_lost_replies_do_not_bring_a_session_back() {
    let store = FaultyStore::new(MemoryStore::new());
    let session = session(AccountId::from_bytes([1; 16]), 10);
    let (account, id) = (session.account(), session.id());
    for operation in [Operation::End, Operation::EndAll, Operation::Forget, Operation::Renew] {
        store.fail_every(operation, Fault::LostReply);
    }
    for ending in [Operation::End, Operation::EndAll, Operation::Forget] {
        assert_eq!(store.open(session.clone()).await.unwrap(), Opened::Done);
        let ended = match ending {
            Operation::EndAll => store.end_all(account, None, at(0)).await,
            Operation::Forget => store.forget(account).await,
            _ => store.end(account, id).await,
        };
        assert_eq!(ended.unwrap_err().kind(), StoreErrorKind::Unavailable);
        let renewed = store.renew(session.clone(), Version::FIRST, at(0)).await;
        assert_eq!(renewed.unwrap_err().kind(), StoreErrorKind::Unavailable);
        assert_eq!(store.session(account, id, at(0)).await.unwrap(), None);
    }
}

/// However the reply to a `take` is lost, a ticket never works twice.
#[tokio::test]
async fn law_10_lost_reply_does_not_bring_a_ticket_back() {
    let store = FaultyStore::new(MemoryStore::new());
    let key = TicketKey::new([1; 32]);
    store.put(key, vec![1], at(10)).await.unwrap();
    store.fail_nth(Operation::Take, 1, Fault::LostReply);
    let lost: Result<_, StoreError> = store.take(key, at(0)).await;
    assert_eq!(lost.unwrap_err().kind(), StoreErrorKind::Unavailable);
    assert_eq!(store.take(key, at(0)).await.unwrap(), None);
}
