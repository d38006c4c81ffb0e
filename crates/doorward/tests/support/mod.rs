//! A door on the in-memory store, with a clock, a log of events, and a mailbox.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::mod_module_files,
    reason = "each test file uses its part"
)]

pub mod app;
pub mod counted;
#[cfg(all(feature = "dynamodb", feature = "testing"))]
pub mod dynamo;
pub mod outage;
pub mod sessions;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use doorward::{
    AccountChange, AccountId, Authenticator, AuthenticatorBuilder, CodeNotice, Cost, Event,
    EventKind, EventSink, Keys, Login, ManualClock, MemoryStore, Notice, Notifier, Outcome,
    Registered, Registration, TokenNotice,
};
use doorward_store::FaultyStore;

pub const PASSWORD: &str = "seven quiet herons";
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

pub struct Door {
    pub auth: Authenticator,
    pub memory: MemoryStore,
    pub store: FaultyStore<MemoryStore>,
    pub clock: ManualClock,
    pub events: Log,
    pub mailbox: Mailbox,
}

/// A door without step-up, at the smallest cost.
pub fn door() -> Door {
    door_with(|builder, _| builder)
}

/// A door that can send codes.
pub fn door_with_codes() -> Door {
    door_with(|builder, mailbox| builder.notifier(mailbox.clone()))
}

pub fn door_with(
    change: impl FnOnce(AuthenticatorBuilder, &Mailbox) -> AuthenticatorBuilder,
) -> Door {
    door_on(MemoryStore::new(), &keys(), change)
}

pub fn door_on(
    memory: MemoryStore,
    keys: &Keys,
    change: impl FnOnce(AuthenticatorBuilder, &Mailbox) -> AuthenticatorBuilder,
) -> Door {
    let store = FaultyStore::new(memory.clone());
    let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let (events, mailbox) = (Log::default(), Mailbox::default());
    let keys = Keys::parse(&keys.expose_secret()).unwrap();
    let builder = Authenticator::builder().store(store.clone()).keys(keys);
    let builder = builder.cost(Cost::minimal_for_tests()).clock(clock.clone());
    let auth = change(builder.events(events.clone()), &mailbox).build().unwrap();
    Door { auth, memory, store, clock, events, mailbox }
}

pub fn keys() -> Keys {
    Keys::parse(&format!("1:{SECRET}")).unwrap()
}

impl Door {
    pub async fn with_account(self, identifier: &str) -> Self {
        self.register(identifier).await;
        self
    }

    pub async fn register(&self, identifier: &str) -> AccountId {
        match self.auth.register(Registration::new(identifier, PASSWORD)).await.unwrap() {
            Registered::Created(account) => account,
            other => panic!("{other:?}"),
        }
    }

    pub async fn login(&self, identifier: &str, password: &str) -> Outcome {
        self.auth.authenticate(login(identifier, password)).await.unwrap()
    }

    /// Runs into a wait on this account, from addresses that never come again.
    pub async fn exhaust(&self, identifier: &str) {
        for n in 0..40 {
            let attempt = Login::new(identifier, "wrong").from(stranger(n));
            if let Outcome::Wait(_) = self.auth.authenticate(attempt).await.unwrap() {
                return;
            }
        }
        panic!("no wait after 40 failures");
    }
}

pub fn login(identifier: &str, password: &str) -> Login {
    Login::new(identifier, password).from([192, 0, 2, 7])
}

/// One address in each of many networks.
pub fn stranger(n: u32) -> IpAddr {
    Ipv4Addr::from(0x0b00_0001 + (n << 8)).into()
}

pub fn is_verified(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Verified(_))
}

/// Every event, in order.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<Event>>>);

impl Log {
    pub fn kinds(&self) -> Vec<EventKind> {
        self.0.lock().unwrap().iter().map(|event| event.kind).collect()
    }

    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl EventSink for Log {
    fn record(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Every notice that was sent.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<Vec<Notice>>>);

impl Mailbox {
    /// What was sent so far; sending runs beside the answer.
    pub async fn notices(&self) -> Vec<Notice> {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.0.lock().unwrap().clone()
    }

    /// The codes among it.
    pub async fn codes(&self) -> Vec<CodeNotice> {
        let code = |notice| if let Notice::Code(code) = notice { Some(code) } else { None };
        self.notices().await.into_iter().filter_map(code).collect()
    }

    /// The tokens among it.
    pub async fn tokens(&self) -> Vec<TokenNotice> {
        let token = |notice| if let Notice::Token(token) = notice { Some(token) } else { None };
        self.notices().await.into_iter().filter_map(token).collect()
    }

    /// The token that is sent as the next one behind so many, perhaps by another thread.
    pub async fn token_behind(&self, before: usize) -> TokenNotice {
        loop {
            if let Some(token) = self.tokens().await.get(before) {
                return token.clone();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The changes among it.
    pub async fn changes(&self) -> Vec<AccountChange> {
        let change = |notice| match notice {
            Notice::Change(change) => Some(change.change()),
            _ => None,
        };
        self.notices().await.into_iter().filter_map(change).collect()
    }
}

#[async_trait]
impl Notifier for Mailbox {
    async fn send(&self, notice: Notice) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.lock().unwrap().push(notice);
        Ok(())
    }
}
