//! Law 9 and R14: whatever happens to a request, one identifier has one account, and no account has half of
//! its items.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use doorward_dynamodb::{Api, DynamoStore, FaultyConnector, RequestFault};
use doorward_store::{
    AccountId, Credential, CredentialStore, Inserted, LookupKey, Rekeyed, Removed, StoreErrorKind,
    Version,
};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const FAULTS: [RequestFault; 7] = [
    RequestFault::Conflict,
    RequestFault::Hang,
    RequestFault::LateReply,
    RequestFault::LostReply,
    RequestFault::ServerError,
    RequestFault::Throttled,
    RequestFault::Unreachable,
];

/// A thousand racers would have requests of the other tests time out.
static ALONE: Mutex<()> = Mutex::const_new(());

fn lookup_key() -> LookupKey {
    LookupKey::new(*AccountId::generate().unwrap().as_bytes()).unwrap()
}

fn credential(keys: &[LookupKey]) -> Credential {
    let account = AccountId::generate().unwrap();
    Credential::new(account, keys.to_vec(), b"sealed".to_vec(), UNIX_EPOCH).unwrap()
}

/// What is in the table of this name: every credential has an item for its account and one for each of its
/// keys, with the same content, and no item is left over.
async fn assert_whole(name: &str) -> usize {
    let mut accounts = HashSet::new();
    let mut contents: Vec<Vec<_>> = Vec::new();
    let mut keys = 0;
    for mut item in support::scan(name).await {
        let place = item.remove("pk").unwrap().as_s().unwrap().clone();
        item.remove("sk");
        let account = format!("{:?}", item["account"]);
        keys += usize::from(place.starts_with("KEY#"));
        if place.starts_with("ACCOUNT#") {
            assert!(accounts.insert(account), "two items of one account");
        }
        let mut content: Vec<_> = item.into_iter().map(|it| format!("{it:?}")).collect();
        content.sort();
        contents.push(content);
    }
    contents.sort();
    contents.dedup();
    assert_eq!(
        contents.len(),
        accounts.len(),
        "the items of an account differ, or one is an orphan"
    );
    assert!(keys >= accounts.len(), "an account that nobody finds");
    keys
}

/// For faults that never end, and soon given up.
async fn hasty_store(name: &str, connector: &FaultyConnector) -> Option<DynamoStore> {
    let builder = support::own_table(name).await?.http_client(connector.clone());
    // Short, for some requests hang.
    let deadlines = (Duration::from_secs(1), Duration::from_secs(10));
    Some(builder.deadlines(deadlines.0, deadlines.1).connect().await.unwrap())
}

/// For a thousand at once, whom an emulator may keep waiting.
async fn patient_store(name: &str, connector: &FaultyConnector) -> Option<DynamoStore> {
    let builder = support::own_table(name).await?.http_client(connector.clone());
    Some(builder.connect().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r14_a_fault_at_every_step_leaves_a_whole_account_or_none() {
    let _alone = ALONE.lock().await;
    let name = "steps";
    let Some(_) = hasty_store(name, &FaultyConnector::new()).await else { return };
    let mut sent = 0;
    for fault in FAULTS {
        // 1: the first attempt; 2: its repetition too; 3: every attempt.
        for faults in 1..=3 {
            let connector = FaultyConnector::new();
            let store = hasty_store(name, &connector).await.unwrap();
            for n in 1..=faults {
                let _ = connector.fail_request(n, fault);
            }
            let key = lookup_key();
            let credential = credential(std::slice::from_ref(&key));
            let answer = store.insert(credential.clone()).await;
            connector.heal();
            let store = patient_store(name, &connector).await.unwrap();
            let found = store.find(std::slice::from_ref(&key)).await.unwrap();
            let fetched = store.fetch(credential.account()).await.unwrap();
            assert_eq!(found, fetched, "{fault:?} {faults}");
            match answer {
                Ok(inserted) => {
                    assert_eq!(inserted, Inserted::Created, "{fault:?} {faults}");
                    assert_eq!(found.as_ref(), Some(&credential), "{fault:?} {faults}");
                }
                Err(error) if error.kind() == StoreErrorKind::Unavailable => {
                    // Said again, it is there, once.
                    let _created_or_taken = store.insert(credential.clone()).await.unwrap();
                    let found = store.find(std::slice::from_ref(&key)).await.unwrap();
                    assert_eq!(found, Some(credential), "{fault:?} {faults}");
                }
                Err(error) => {
                    assert_eq!(found, None, "{fault:?} {faults}: {error} did something");
                    assert!(error.is_retryable());
                    assert_eq!(store.insert(credential).await.unwrap(), Inserted::Created);
                }
            }
            sent += 1;
        }
    }
    assert_eq!(assert_whole(name).await, sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r14_a_lost_reply_does_not_make_its_own_registration_taken() {
    let _alone = ALONE.lock().await;
    let connector = FaultyConnector::new();
    let Some(store) = hasty_store("lost-reply", &connector).await else { return };
    for fault in [RequestFault::LostReply, RequestFault::LateReply] {
        let _ = connector.fail_nth(Api::TransactWriteItems, 1, fault);
        let credential = credential(&[lookup_key()]);
        assert_eq!(store.insert(credential.clone()).await.unwrap(), Inserted::Created);
        assert_eq!(connector.count(Api::TransactWriteItems), 2, "with the token of the first");
        connector.reset_log();
        let done = store.rekey(credential.clone(), Version::FIRST).await.unwrap();
        assert_eq!(done, Rekeyed::Done(Version::new(2)), "{fault:?}");
        connector.reset_log();
        assert_eq!(
            store.remove(credential.account(), Version::new(2)).await.unwrap(),
            Removed::Done
        );
        connector.heal();
        connector.reset_log();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_09_a_thousand_racing_registrations_under_faults_make_one_account() {
    let _alone = ALONE.lock().await;
    let name = "race";
    let connector = FaultyConnector::new();
    let Some(store) = patient_store(name, &connector).await else { return };
    let faults = [
        RequestFault::Conflict,
        RequestFault::LostReply,
        RequestFault::ServerError,
        RequestFault::Throttled,
        RequestFault::Unreachable,
    ];
    for seed in 0..3 {
        let _ = connector.seeded(seed, 300, &faults);
        let key = lookup_key();
        let credentials: Arc<Vec<_>> =
            Arc::new((0..1_000).map(|_| credential(std::slice::from_ref(&key))).collect());
        let mut racers = JoinSet::new();
        for n in 0..1_000 {
            let (racer, credentials) = (store.clone(), Arc::clone(&credentials));
            racers.spawn(async move {
                let answer = racer.insert(credentials[n].clone()).await;
                (credentials[n].account(), answer)
            });
            // One in ten is a process that dies on the way.
            if n % 10 == 0 {
                let victim = racers.spawn({
                    let (store, credential) =
                        (store.clone(), credential(std::slice::from_ref(&key)));
                    async move { (credential.account(), store.insert(credential).await) }
                });
                tokio::task::yield_now().await;
                victim.abort();
            }
        }
        let mut created = HashSet::new();
        while let Some(answer) = racers.join_next().await {
            if let Ok((account, Ok(Inserted::Created))) = answer {
                created.insert(account);
            }
        }
        connector.heal();
        let winner = store.find(std::slice::from_ref(&key)).await.unwrap().unwrap().account();
        assert!(created.iter().all(|account| *account == winner), "two were told they have it");
        assert_eq!(
            assert_whole(name).await,
            seed as usize + 1,
            "one account a round, nothing else"
        );
    }
}

/// What is done to a credential at random, by tasks that are killed at random, over a connection that fails at
/// random: whatever is left is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_09_exchanges_and_removals_under_faults_leave_whole_accounts() {
    let _alone = ALONE.lock().await;
    let name = "churn";
    let connector = FaultyConnector::new();
    let Some(store) = patient_store(name, &connector).await else { return };
    let keys: Arc<Vec<_>> = Arc::new((0..6).map(|_| lookup_key()).collect());
    let _ = connector.seeded(
        11,
        150,
        &[
            RequestFault::Conflict,
            RequestFault::LostReply,
            RequestFault::Throttled,
            RequestFault::Unreachable,
        ],
    );
    for round in 0..12_usize {
        let mut tasks = JoinSet::new();
        for n in 0..24_usize {
            let (store, keys) = (store.clone(), Arc::clone(&keys));
            tasks.spawn(async move {
                let (first, second) = (&keys[(n + round) % 6], &keys[(n * 5 + 1) % 6]);
                let found = store.find(std::slice::from_ref(first)).await.ok().flatten();
                let Some(found) = found else {
                    let _ = store.insert(credential(std::slice::from_ref(first))).await;
                    return;
                };
                let (account, version) = (found.account(), found.version());
                match n % 3 {
                    0 => drop(store.remove(account, version).await),
                    1 => drop(store.replace(found.with_password(Some(vec![1])), version).await),
                    _ => {
                        let mut two = vec![first.clone(), second.clone()];
                        two.dedup();
                        let found = found.with_lookup_keys(two).unwrap();
                        drop(store.rekey(found, version).await);
                    }
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(15)).await;
        if round % 3 == 0 {
            tasks.abort_all();
        }
        while tasks.join_next().await.is_some() {}
        assert_whole(name).await;
    }
}

#[tokio::test]
async fn conflict_taken_throttled_and_unavailable_are_different_answers() {
    let _alone = ALONE.lock().await;
    let connector = FaultyConnector::new();
    let Some(store) = hasty_store("answers", &connector).await else { return };
    let key = lookup_key();
    let first = credential(std::slice::from_ref(&key));
    assert_eq!(store.insert(first).await.unwrap(), Inserted::Created);
    let second = credential(&[key]);
    assert_eq!(store.insert(second.clone()).await.unwrap(), Inserted::Taken);
    for (fault, kind) in [
        (RequestFault::Conflict, StoreErrorKind::Conflict),
        (RequestFault::Throttled, StoreErrorKind::Throttled),
        (RequestFault::ServerError, StoreErrorKind::Unavailable),
        (RequestFault::Unreachable, StoreErrorKind::Unavailable),
        (RequestFault::Hang, StoreErrorKind::Unavailable),
    ] {
        let _ = connector.fail_every(Api::TransactWriteItems, fault);
        let error = store.insert(second.clone()).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, "insert"), "{fault:?}");
        connector.heal();
    }
}
