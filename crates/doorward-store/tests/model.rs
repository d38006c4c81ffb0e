//! The store in memory against a model that is too simple to be wrong: random calls, same answers.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterRow, CounterStore, CounterUpdate, Credential,
    CredentialStore, Inserted, LookupKey, MemoryStore, Rekeyed, Removed, Replaced, Status,
    StoreErrorKind, Ticket, TicketKey, TicketStore, Version,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn lookup_key(number: u8) -> LookupKey {
    LookupKey::new([number; 20]).unwrap()
}

/// One call to a store. Keys and times are few, so that calls meet.
#[derive(Clone, Debug)]
enum Call {
    Insert(Credential),
    Find(Vec<LookupKey>),
    Fetch(AccountId),
    Replace(Credential, Version),
    Rekey(Credential, Version),
    Remove(AccountId, Version),
    List(Option<AccountId>, usize),
    Update(Vec<CounterUpdate>, SystemTime),
    Read(Vec<CounterKey>, SystemTime),
    Clear(Vec<CounterKey>),
    Put(TicketKey, Vec<u8>, SystemTime),
    Peek(TicketKey, SystemTime),
    Take(TicketKey, SystemTime),
}

/// What a call answers.
#[derive(Debug, PartialEq)]
enum Answer {
    Inserted(Inserted),
    Found(Option<Credential>),
    Replaced(Replaced),
    Rekeyed(Rekeyed),
    Removed(Removed),
    Listed(Vec<AccountId>),
    Rows(Vec<CounterRow>),
    Done,
    Ticket(Option<Ticket>),
    Failed(StoreErrorKind),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let account = || (0..6_u8).prop_map(|number| AccountId::from_bytes([number; 16]));
    let keys = || proptest::sample::subsequence((0..6_u8).collect::<Vec<_>>(), 1..=3);
    let time = || (0..20_u64).prop_map(at);
    let credential =
        (account(), keys(), vec(any::<u8>(), 0..4), any::<[Option<u8>; 2]>(), any::<bool>())
            .prop_map(|(account, keys, identifier, [password, details], disabled)| {
                let keys = keys.into_iter().map(lookup_key).collect();
                let status = if disabled { Status::Disabled } else { Status::Active };
                Credential::new(account, keys, identifier, at(u64::from(disabled)))
                    .unwrap()
                    .with_password(password.map(|byte| vec![byte]))
                    .with_details(details.map(|byte| vec![byte]))
                    .with_status(status)
            })
            .boxed();
    let column = || (0..4_u64).prop_map(Column::new);
    let amount = || prop_oneof![8 => -5..5_i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
    let change = prop_oneof![
        (column(), amount()).prop_map(|(column, amount)| Change::Add(column, amount)),
        (column(), amount()).prop_map(|(column, amount)| Change::Set(column, amount)),
        column().prop_map(Change::Remove),
    ];
    let counter = || (0..3_u8).prop_map(|number| CounterKey::new([number; 32]));
    let update = (counter(), vec(change, 0..4), time())
        .prop_map(|(key, changes, expires_at)| CounterUpdate::new(key, changes, expires_at));
    let ticket = || (0..3_u8).prop_map(|number| TicketKey::new([number; 32]));
    let call = prop_oneof![
        credential.clone().prop_map(Call::Insert),
        vec(0..8_u8, 0..10).prop_map(|keys| Call::Find(keys.into_iter().map(lookup_key).collect())),
        account().prop_map(Call::Fetch),
        (credential.clone(), 0..4_u64)
            .prop_map(|(sent, version)| Call::Replace(sent, Version::new(version))),
        (credential, 0..4_u64).prop_map(|(sent, version)| Call::Rekey(sent, Version::new(version))),
        (account(), 0..4_u64)
            .prop_map(|(account, version)| Call::Remove(account, Version::new(version))),
        (proptest::option::of(account()), 0..4_usize)
            .prop_map(|(after, limit)| Call::List(after, limit)),
        (vec(update, 0..4), time()).prop_map(|(updates, now)| Call::Update(updates, now)),
        (vec(counter(), 0..4), time()).prop_map(|(keys, now)| Call::Read(keys, now)),
        vec(counter(), 0..3).prop_map(Call::Clear),
        (ticket(), vec(any::<u8>(), 0..3), time())
            .prop_map(|(key, value, expires_at)| Call::Put(key, value, expires_at)),
        (ticket(), time()).prop_map(|(key, now)| Call::Peek(key, now)),
        (ticket(), time()).prop_map(|(key, now)| Call::Take(key, now)),
    ];
    vec(call, 1..80)
}

async fn real(store: &MemoryStore, call: Call) -> Answer {
    let answer = match call {
        Call::Insert(credential) => store.insert(credential).await.map(Answer::Inserted),
        Call::Find(keys) => store.find(&keys).await.map(Answer::Found),
        Call::Fetch(account) => store.fetch(account).await.map(Answer::Found),
        Call::Replace(sent, expected) => store.replace(sent, expected).await.map(Answer::Replaced),
        Call::Rekey(sent, expected) => store.rekey(sent, expected).await.map(Answer::Rekeyed),
        Call::Remove(account, expected) => {
            store.remove(account, expected).await.map(Answer::Removed)
        }
        Call::List(after, limit) => store.list(after, limit).await.map(Answer::Listed),
        Call::Update(updates, now) => store.update(&updates, now).await.map(Answer::Rows),
        Call::Read(keys, now) => store.read(&keys, now).await.map(Answer::Rows),
        Call::Clear(keys) => store.clear(&keys).await.map(|()| Answer::Done),
        Call::Put(key, value, expires_at) => {
            store.put(key, value, expires_at).await.map(|()| Answer::Done)
        }
        Call::Peek(key, now) => store.peek(key, now).await.map(Answer::Ticket),
        Call::Take(key, now) => store.take(key, now).await.map(Answer::Ticket),
    };
    answer.unwrap_or_else(|error| Answer::Failed(error.kind()))
}

#[derive(Default)]
struct Model {
    credentials: Vec<Credential>,
    counters: BTreeMap<CounterKey, (BTreeMap<Column, i64>, SystemTime)>,
    tickets: BTreeMap<TicketKey, Ticket>,
}

impl Model {
    fn answer(&mut self, call: Call) -> Answer {
        match call {
            Call::Insert(new) => Answer::Inserted(self.insert(new)),
            Call::Find(keys) if keys.is_empty() || keys.len() > 8 => {
                Answer::Failed(StoreErrorKind::Invalid)
            }
            Call::Find(keys) => Answer::Found(keys.iter().find_map(|key| {
                self.credentials.iter().find(|stored| stored.lookup_keys().contains(key)).cloned()
            })),
            Call::Fetch(account) => {
                let mut all = self.credentials.iter();
                Answer::Found(all.find(|stored| stored.account() == account).cloned())
            }
            Call::Replace(sent, expected) => self.replace(sent, expected),
            Call::Rekey(sent, expected) => Answer::Rekeyed(self.rekey(sent, expected)),
            Call::Remove(account, expected) => Answer::Removed(self.remove(account, expected)),
            Call::List(_, 0) => Answer::Failed(StoreErrorKind::Invalid),
            Call::List(after, limit) => {
                let all = self.credentials.iter().map(Credential::account);
                let mut behind: Vec<_> = all.filter(|account| Some(*account) > after).collect();
                behind.sort_unstable();
                behind.truncate(limit);
                Answer::Listed(behind)
            }
            Call::Update(updates, now) => {
                Answer::Rows(updates.iter().map(|update| self.update(update, now)).collect())
            }
            Call::Read(keys, now) => {
                Answer::Rows(keys.iter().map(|key| self.read(*key, now)).collect())
            }
            Call::Clear(keys) => {
                self.counters.retain(|key, _| !keys.contains(key));
                Answer::Done
            }
            Call::Put(key, ..) if self.tickets.contains_key(&key) => {
                Answer::Failed(StoreErrorKind::Conflict)
            }
            Call::Put(key, value, expires_at) => {
                self.tickets.insert(key, Ticket::new(value, expires_at));
                Answer::Done
            }
            Call::Peek(key, now) => {
                let ticket = self.tickets.get(&key).cloned();
                Answer::Ticket(ticket.filter(|ticket| now < ticket.expires_at()))
            }
            Call::Take(key, now) => {
                let ticket = self.tickets.remove(&key);
                Answer::Ticket(ticket.filter(|ticket| now < ticket.expires_at()))
            }
        }
    }

    fn insert(&mut self, new: Credential) -> Inserted {
        let clashes = |stored: &Credential| {
            stored.account() == new.account()
                || stored.lookup_keys().iter().any(|key| new.lookup_keys().contains(key))
        };
        if self.credentials.iter().any(clashes) {
            return Inserted::Taken;
        }
        self.credentials.push(new.with_version(Version::FIRST));
        Inserted::Created
    }

    fn replace(&mut self, sent: Credential, expected: Version) -> Answer {
        let mut all = self.credentials.iter_mut();
        let Some(stored) = all.find(|stored| stored.account() == sent.account()) else {
            return Answer::Replaced(Replaced::Missing);
        };
        if stored.version() != expected {
            return Answer::Replaced(Replaced::Stale);
        }
        if stored.lookup_keys() != sent.lookup_keys() {
            return Answer::Failed(StoreErrorKind::Invalid);
        }
        *stored = next(stored, &sent);
        Answer::Replaced(Replaced::Done(stored.version()))
    }

    fn rekey(&mut self, sent: Credential, expected: Version) -> Rekeyed {
        let is_sent = |stored: &Credential| stored.account() == sent.account();
        let Some(at) = self.credentials.iter().position(is_sent) else {
            return Rekeyed::Missing;
        };
        if self.credentials[at].version() != expected {
            return Rekeyed::Stale;
        }
        let mut others = self.credentials.iter().filter(|stored| !is_sent(stored));
        let claims = |stored: &Credential| {
            stored.lookup_keys().iter().any(|key| sent.lookup_keys().contains(key))
        };
        if others.any(claims) {
            return Rekeyed::Taken;
        }
        let rekeyed = next(&self.credentials[at], &sent);
        self.credentials[at] = rekeyed.with_lookup_keys(sent.lookup_keys().to_vec()).unwrap();
        Rekeyed::Done(self.credentials[at].version())
    }

    fn remove(&mut self, account: AccountId, expected: Version) -> Removed {
        let is_it = |stored: &Credential| stored.account() == account;
        match self.credentials.iter().find(|stored| is_it(stored)) {
            None => return Removed::Missing,
            Some(stored) if stored.version() != expected => return Removed::Stale,
            Some(_) => self.credentials.retain(|stored| !is_it(stored)),
        }
        Removed::Done
    }

    fn update(&mut self, update: &CounterUpdate, now: SystemTime) -> CounterRow {
        self.counters.retain(|key, row| *key != update.key() || now < row.1);
        let fresh = || (BTreeMap::new(), update.expires_at());
        let (cells, expires_at) = self.counters.entry(update.key()).or_insert_with(fresh);
        *expires_at = update.expires_at().max(*expires_at);
        for change in update.changes() {
            match *change {
                Change::Add(column, amount) => {
                    let cell = cells.entry(column).or_insert(0);
                    *cell = cell.saturating_add(amount);
                }
                Change::Set(column, value) => {
                    cells.insert(column, value);
                }
                Change::Remove(column) => {
                    cells.remove(&column);
                }
            }
        }
        cells.iter().map(|(column, value)| (*column, *value)).collect()
    }

    fn read(&self, key: CounterKey, now: SystemTime) -> CounterRow {
        let row = self.counters.get(&key).filter(|row| now < row.1);
        row.into_iter().flat_map(|row| row.0.iter()).map(|(at, value)| (*at, *value)).collect()
    }
}

/// What `stored` becomes, under the same keys.
fn next(stored: &Credential, sent: &Credential) -> Credential {
    stored
        .clone()
        .with_identifier(sent.identifier().to_vec())
        .unwrap()
        .with_password(sent.password().map(<[u8]>::to_vec))
        .with_details(sent.details().map(<[u8]>::to_vec))
        .with_status(sent.status())
        .with_changed_at(sent.changed_at())
        .with_version(Version::new(stored.version().get() + 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn memory_answers_like_the_model(calls in calls()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (store, mut model) = (MemoryStore::new(), Model::default());
        for call in calls {
            let answer = runtime.block_on(real(&store, call.clone()));
            prop_assert_eq!(answer, model.answer(call.clone()), "{:?}", call);
            prop_assert_eq!(store.accounts(), model.credentials.len());
        }
    }

    #[test]
    fn folded_changes_do_what_they_did_one_by_one(
        start in -100..100_i64,
        changes in vec((0..3_u64, 0..3_u8, -100..100_i64), 0..12),
    ) {
        let changes: Vec<_> = changes
            .into_iter()
            .map(|(column, kind, amount)| match kind {
                0 => Change::Add(Column::new(column), amount),
                1 => Change::Set(Column::new(column), amount),
                _ => Change::Remove(Column::new(column)),
            })
            .collect();
        let row: CounterRow = [(Column::new(1), start)].into_iter().collect();
        let update = CounterUpdate::new(CounterKey::new([1; 32]), changes.clone(), at(0));
        prop_assert_eq!(row.applied(update.changes()), row.applied(&changes));
        let mut columns: Vec<_> = update.changes().iter().map(|change| change.column()).collect();
        columns.sort_unstable();
        prop_assert!(columns.windows(2).all(|pair| pair[0] < pair[1]), "one change a column");
    }
}

proptest! {
    #[test]
    fn parsing_an_account_id_never_panics(text in any::<String>()) {
        let _ = text.parse::<AccountId>();
    }

    #[test]
    fn account_ids_survive_their_text(bytes in any::<[u8; 16]>()) {
        let id = AccountId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse::<AccountId>(), Ok(id));
    }
}
