//! The sessions of the store in memory against a model that counts epochs, as a key-value store does:
//! random calls, same answers.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use doorward_store::{
    AccountId, MemoryStore, Opened, Renewed, Session, SessionId, SessionStore, StoreErrorKind,
    Version,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// One call to a store. Names and times are few, so that calls meet.
#[derive(Clone, Debug)]
enum Call {
    Open(Session),
    Session(AccountId, SessionId, SystemTime),
    Renew(Session, Version, SystemTime),
    End(AccountId, SessionId),
    EndAll(AccountId, Option<SessionId>, SystemTime),
    Forget(AccountId),
    Sessions(AccountId, SystemTime),
}

/// What a call answers.
#[derive(Debug, PartialEq)]
enum Answer {
    Opened(Opened),
    Found(Option<Session>),
    Renewed(Renewed),
    Listed(Vec<Session>),
    Done,
    Failed(StoreErrorKind),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let account = || (0..3_u8).prop_map(|number| AccountId::from_bytes([number; 16]));
    let id = || (0..4_u8).prop_map(|number| SessionId::from_bytes([number; 16]));
    let time = || (0..20_u64).prop_map(at);
    let version = || (0..4_u64).prop_map(Version::new);
    let length = prop_oneof![9 => 0..4_usize, 1 => Just(Session::MAX_VALUE_BYTES + 1)];
    let session = (account(), id(), any::<u8>(), length, time(), time(), version())
        .prop_map(|(account, id, byte, length, opened_at, expires_at, version)| {
            Session::new(account, id, vec![byte; length], opened_at, expires_at)
                .with_version(version)
        })
        .boxed();
    let call = prop_oneof![
        3 => session.clone().prop_map(Call::Open),
        2 => (account(), id(), time()).prop_map(|(account, id, now)| Call::Session(account, id, now)),
        3 => (session, version(), time())
            .prop_map(|(sent, expected, now)| Call::Renew(sent, expected, now)),
        1 => (account(), id()).prop_map(|(account, id)| Call::End(account, id)),
        1 => (account(), proptest::option::of(id()), time())
            .prop_map(|(account, kept, now)| Call::EndAll(account, kept, now)),
        1 => account().prop_map(Call::Forget),
        2 => (account(), time()).prop_map(|(account, now)| Call::Sessions(account, now)),
    ];
    vec(call, 1..80)
}

async fn real(store: &MemoryStore, call: Call) -> Answer {
    let answer = match call {
        Call::Open(session) => store.open(session).await.map(Answer::Opened),
        Call::Session(account, id, now) => store.session(account, id, now).await.map(Answer::Found),
        Call::Renew(sent, expected, now) => {
            store.renew(sent, expected, now).await.map(Answer::Renewed)
        }
        Call::End(account, id) => store.end(account, id).await.map(|()| Answer::Done),
        Call::EndAll(account, kept, now) => {
            store.end_all(account, kept, now).await.map(|()| Answer::Done)
        }
        Call::Forget(account) => store.forget(account).await.map(|()| Answer::Done),
        Call::Sessions(account, now) => store.sessions(account, now).await.map(Answer::Listed),
    };
    answer.unwrap_or_else(|error| Answer::Failed(error.kind()))
}

/// Sessions with the epoch that each was opened in. What has ended is swept, and its id is free again.
#[derive(Default)]
struct Model {
    sessions: Vec<(Session, u64)>,
    epochs: HashMap<AccountId, u64>,
}

impl Model {
    fn answer(&mut self, call: Call) -> Answer {
        match call {
            Call::Open(sent) | Call::Renew(sent, ..)
                if sent.value().len() > Session::MAX_VALUE_BYTES =>
            {
                Answer::Failed(StoreErrorKind::Invalid)
            }
            Call::Open(sent) => Answer::Opened(self.open(sent)),
            Call::Session(account, id, now) => {
                let living = self.living(account, id, now);
                Answer::Found(living.map(|at| self.sessions[at].0.clone()))
            }
            Call::Renew(sent, expected, now) => Answer::Renewed(self.renew(&sent, expected, now)),
            Call::End(account, id) => {
                self.sessions.retain(|(session, _)| !is_named(session, account, id));
                Answer::Done
            }
            Call::EndAll(account, kept, now) => {
                let kept = kept.and_then(|id| self.living(account, id, now));
                let epoch = self.epochs.entry(account).or_default();
                *epoch += 1;
                if let Some(at) = kept {
                    self.sessions[at].1 = *epoch;
                }
                Answer::Done
            }
            Call::Forget(account) => {
                *self.epochs.entry(account).or_default() += 1;
                self.sessions.retain(|(session, _)| session.account() != account);
                Answer::Done
            }
            Call::Sessions(account, now) => {
                let all = self.sessions.iter().filter(|kept| self.lives(kept, now));
                let all = all.map(|(session, _)| session.clone());
                let mut own: Vec<_> = all.filter(|session| session.account() == account).collect();
                own.sort_by_key(|session| (session.opened_at(), session.id()));
                Answer::Listed(own)
            }
        }
    }

    fn open(&mut self, sent: Session) -> Opened {
        let epoch = self.epoch(sent.account());
        self.sessions.retain(|(session, opened_in)| {
            session.account() != sent.account() || *opened_in == epoch
        });
        if self.sessions.iter().any(|(kept, _)| is_named(kept, sent.account(), sent.id())) {
            return Opened::Taken;
        }
        self.sessions.push((sent.with_version(Version::FIRST), epoch));
        Opened::Done
    }

    fn renew(&mut self, sent: &Session, expected: Version, now: SystemTime) -> Renewed {
        let Some(at) = self.living(sent.account(), sent.id(), now) else {
            return Renewed::Gone;
        };
        let stored = &mut self.sessions[at].0;
        if stored.version() != expected {
            return Renewed::Stale;
        }
        *stored = stored
            .clone()
            .with_value(sent.value().to_vec())
            .with_expires_at(sent.expires_at())
            .with_version(Version::new(expected.get() + 1));
        Renewed::Done(stored.version())
    }

    fn living(&self, account: AccountId, id: SessionId, now: SystemTime) -> Option<usize> {
        self.sessions
            .iter()
            .position(|kept| is_named(&kept.0, account, id) && self.lives(kept, now))
    }

    fn lives(&self, (session, opened_in): &(Session, u64), now: SystemTime) -> bool {
        now < session.expires_at() && *opened_in == self.epoch(session.account())
    }

    fn epoch(&self, account: AccountId) -> u64 {
        self.epochs.get(&account).copied().unwrap_or(0)
    }
}

fn is_named(session: &Session, account: AccountId, id: SessionId) -> bool {
    session.account() == account && session.id() == id
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn memory_keeps_sessions_like_the_model(calls in calls()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (store, mut model) = (MemoryStore::new(), Model::default());
        for call in calls {
            let answer = runtime.block_on(real(&store, call.clone()));
            prop_assert_eq!(answer, model.answer(call.clone()), "{:?}", call);
        }
    }
}

proptest! {
    #[test]
    fn parsing_a_session_id_never_panics(text in any::<String>()) {
        let _ = text.parse::<SessionId>();
    }

    #[test]
    fn session_ids_survive_their_text(bytes in any::<[u8; 16]>()) {
        let id = SessionId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse::<SessionId>(), Ok(id));
    }
}
