//! What the tests are made of.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;

use crate::{
    AccountId, Change, Column, CounterKey, CounterRow, CounterUpdate, Credential, Inserted,
    LookupKey, Opened, Renewed, Session, SessionId, Store, StoreError, StoreErrorKind, TicketKey,
    Version,
};

/// A column like any other.
pub(super) const COLUMN: Column = Column::new(1);

/// An instant in the year 2096, `seconds` after all others begin.
pub(super) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000 + seconds)
}

/// The shortest time before that every system's clock can express.
pub(super) fn just_before(instant: SystemTime) -> SystemTime {
    instant - Duration::from_nanos(100)
}

/// An account id that no other test uses.
pub(super) fn account() -> AccountId {
    AccountId::generate().expect("a test needs random bytes")
}

/// A lookup key that no other test uses.
pub(super) fn lookup_key() -> LookupKey {
    LookupKey::new(*account().as_bytes()).expect("sixteen bytes make a key")
}

/// A counter key that no other test uses.
pub(super) fn counter_key() -> CounterKey {
    CounterKey::new(digest())
}

/// A ticket key that no other test uses.
pub(super) fn ticket_key() -> TicketKey {
    TicketKey::new(digest())
}

/// A session id that no other test uses.
pub(super) fn session_id() -> SessionId {
    SessionId::from_bytes(*account().as_bytes())
}

/// A new session of this account, opened at `at(opened)`, that lives until `at(1000)`.
pub(super) fn session_of(account: AccountId, opened: u64) -> Session {
    Session::new(account, session_id(), b"sealed value".to_vec(), at(opened), at(1000))
}

/// Opens a session, and answers what was kept of it.
pub(super) async fn open(store: &Arc<dyn Store>, session: Session) -> Session {
    let answer = store.open(session.clone()).await.expect("open");
    assert_eq!(answer, Opened::Done);
    session
}

/// What the store has of this session, if it lives at `now`.
pub(super) async fn living(
    store: &Arc<dyn Store>,
    session: &Session,
    now: SystemTime,
) -> Option<Session> {
    store.session(session.account(), session.id(), now).await.expect("session")
}

/// The session is read and listed no more, nobody can renew it, whatever version he knows, and to try
/// does not bring it back.
pub(super) async fn assert_is_gone(store: &Arc<dyn Store>, session: &Session) {
    let longer = session.clone().with_expires_at(at(2000));
    for expected in [Version::FIRST, Version::FIRST.next(), Version::new(0)] {
        let late = store.renew(longer.clone(), expected, at(5)).await.expect("renew");
        assert_eq!(late, Renewed::Gone);
    }
    assert_eq!(living(store, session, at(5)).await, None);
    let listed = store.sessions(session.account(), at(5)).await.expect("sessions");
    assert!(!listed.iter().any(|listed| listed.id() == session.id()), "it is still listed");
}

fn digest() -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(account().as_bytes());
    digest[16..].copy_from_slice(account().as_bytes());
    digest
}

/// A new credential with these lookup keys.
pub(super) fn credential(keys: &[&LookupKey]) -> Credential {
    let keys = keys.iter().copied().cloned().collect();
    Credential::new(account(), keys, b"sealed identifier".to_vec(), at(0))
        .expect("a credential with a few keys is sound")
        .with_password(Some(b"sealed password".to_vec()))
}

/// The same credential under these lookup keys.
pub(super) fn rekeyed(stored: &Credential, keys: &[&LookupKey]) -> Credential {
    let keys = keys.iter().copied().cloned().collect();
    stored.clone().with_lookup_keys(keys).expect("a few keys are sound")
}

/// Makes an account, and answers what was kept of it.
pub(super) async fn insert(store: &Arc<dyn Store>, credential: Credential) -> Credential {
    let answer = store.insert(credential.clone()).await.expect("insert");
    assert_eq!(answer, Inserted::Created);
    credential
}

/// Whoever has this lookup key.
pub(super) async fn find(store: &Arc<dyn Store>, key: &LookupKey) -> Option<Credential> {
    store.find(std::slice::from_ref(key)).await.expect("find")
}

/// Adds to the usual column of a row that lives until `at(1000)`.
pub(super) fn add(key: CounterKey, amount: i64) -> CounterUpdate {
    CounterUpdate::new(key, vec![Change::Add(COLUMN, amount)], at(1000))
}

/// A row with these cells.
pub(super) fn row(cells: &[(Column, i64)]) -> CounterRow {
    cells.iter().copied().collect()
}

/// Applies one change to a row that lives until `at(1000)`.
pub(super) async fn change(store: &Arc<dyn Store>, key: CounterKey, change: Change) -> CounterRow {
    update(store, CounterUpdate::new(key, vec![change], at(1000)), at(0)).await
}

/// Applies one update and answers the row.
pub(super) async fn update(
    store: &Arc<dyn Store>,
    update: CounterUpdate,
    now: SystemTime,
) -> CounterRow {
    let mut rows = store.update(&[update], now).await.expect("update");
    assert_eq!(rows.len(), 1, "one update has one answer");
    rows.remove(0)
}

/// Reads one row.
pub(super) async fn read(store: &Arc<dyn Store>, key: CounterKey, now: SystemTime) -> CounterRow {
    let mut rows = store.read(&[key], now).await.expect("read");
    assert_eq!(rows.len(), 1, "one key has one answer");
    rows.remove(0)
}

/// The call must have failed with this kind of error.
#[track_caller]
pub(super) fn assert_fails<T: std::fmt::Debug>(
    answer: Result<T, StoreError>,
    kind: StoreErrorKind,
) {
    assert_eq!(answer.expect_err("the call must fail").kind(), kind);
}

/// Runs `racers` tasks at once and answers what each of them got, in their order.
///
/// A call that the store refuses with a retryable error and without having done anything is made
/// again, as every caller of a busy store must.
pub(super) async fn race<T, F>(
    racers: usize,
    call: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for racer in 0..racers {
        let call = call.clone();
        tasks.spawn(async move {
            loop {
                match call(racer).await {
                    Ok(answer) => return (racer, answer),
                    Err(error) if refused(&error) => tokio::task::yield_now().await,
                    Err(error) => panic!("racer {racer}: {error}"),
                }
            }
        });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_unstable_by_key(|(racer, _)| *racer);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn refused(error: &StoreError) -> bool {
    matches!(error.kind(), StoreErrorKind::Conflict | StoreErrorKind::Throttled)
}
