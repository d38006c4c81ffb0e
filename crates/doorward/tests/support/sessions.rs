//! Proofs, sessions and grants, and tokens that nobody was given.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use doorward::store::FaultyStore;
use doorward::{
    AccountId, Authenticator, Cost, EventKind, Login, ManualClock, MemoryStore, NewGrant,
    NewSession, OpenSession, Outcome, Principal, TokenPair, Verified,
};
use doorward_session::{Token, TokenKind, TokenSecret};

use super::{Door, Log, PASSWORD, keys, stranger};

/// A proof of a login from an address of its own.
pub async fn proof(auth: &Authenticator, identifier: &str) -> Verified {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let source = stranger(NUMBER.fetch_add(1, Ordering::Relaxed));
    match auth.authenticate(Login::new(identifier, PASSWORD).from(source)).await.unwrap() {
        Outcome::Verified(proof) => proof,
        other => panic!("{other:?}"),
    }
}

impl Door {
    pub async fn proof(&self, identifier: &str) -> Verified {
        proof(&self.auth, identifier).await
    }

    pub async fn open(&self, identifier: &str) -> OpenSession {
        let new = NewSession::new(self.proof(identifier).await);
        self.auth.sessions().open(new).await.unwrap().unwrap()
    }

    /// The token of a session that is opened now.
    pub async fn token(&self, identifier: &str) -> String {
        self.open(identifier).await.token().to_owned()
    }

    pub async fn check(&self, token: &str) -> Option<Principal> {
        self.auth.sessions().check(token).await.unwrap()
    }

    pub async fn is_open(&self, token: &str) -> bool {
        self.check(token).await.is_some()
    }

    pub async fn grant(&self, identifier: &str) -> TokenPair {
        let new = NewGrant::new(self.proof(identifier).await, "read write".parse().unwrap());
        self.auth.tokens().grant(new).await.unwrap().unwrap()
    }

    pub async fn refresh(&self, token: &str) -> Option<TokenPair> {
        self.auth.tokens().refresh(token).await.unwrap()
    }

    pub async fn is_good(&self, access: &str) -> bool {
        self.auth.tokens().check(access).await.unwrap().is_some()
    }

    /// How many events of this kind there were.
    pub fn told(&self, kind: EventKind) -> usize {
        self.events.kinds().into_iter().filter(|other| *other == kind).count()
    }
}

/// What a token is made of.
pub struct Parts {
    pub account: [u8; 16],
    pub session: [u8; 16],
    pub secret: [u8; 32],
    pub seal: [u8; Token::SEAL_BYTES],
}

pub fn parts(kind: TokenKind, text: &str) -> Parts {
    let token = Token::parse(kind, text).unwrap();
    let (account, session) = (*token.account(), *token.session());
    Parts { account, session, secret: *token.secret().expose(), seal: *token.seal() }
}

/// The token with something else in the place of its parts, and a checksum that is right.
pub fn forged(kind: TokenKind, text: &str, change: impl FnOnce(&mut Parts)) -> String {
    let mut parts = parts(kind, text);
    change(&mut parts);
    let Parts { account, session, secret, seal } = parts;
    let token = Token::new(kind, account, session, TokenSecret::new(secret)).with_seal(seal);
    token.to_text().to_string()
}

/// Several instances on one store, each with a clock of its own that differs by so many seconds.
pub struct Instances {
    pub auths: Vec<Authenticator>,
    pub clocks: Vec<ManualClock>,
    pub memory: MemoryStore,
    pub store: FaultyStore<MemoryStore>,
    pub events: Log,
}

pub fn instances(
    differences: &[i64],
    change: impl Fn(doorward::AuthenticatorBuilder) -> doorward::AuthenticatorBuilder,
) -> Instances {
    let memory = MemoryStore::new();
    let store = FaultyStore::new(memory.clone());
    let events = Log::default();
    let clock = |difference: &i64| {
        let seconds = 1_790_000_000_i64.checked_add(*difference).unwrap();
        ManualClock::new(UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap()))
    };
    let clocks: Vec<_> = differences.iter().map(clock).collect();
    let auth = |clock: &ManualClock| {
        let builder = Authenticator::builder().store(store.clone()).keys(keys());
        let builder = builder.cost(Cost::minimal_for_tests()).clock(clock.clone());
        change(builder.events(events.clone())).build().unwrap()
    };
    let auths = clocks.iter().map(auth).collect();
    Instances { auths, clocks, memory, store, events }
}

impl Instances {
    pub fn advance(&self, by: Duration) {
        self.clocks.iter().for_each(|clock| clock.advance(by));
    }

    pub async fn register(&self, identifier: &str) -> AccountId {
        let registration = doorward::Registration::new(identifier, PASSWORD);
        match self.auths[0].register(registration).await.unwrap() {
            doorward::Registered::Created(account) => account,
            other => panic!("{other:?}"),
        }
    }

    pub async fn grant(&self, at: usize, identifier: &str) -> TokenPair {
        let proof = proof(&self.auths[at], identifier).await;
        let new = NewGrant::new(proof, "read".parse().unwrap());
        self.auths[at].tokens().grant(new).await.unwrap().unwrap()
    }

    pub fn told(&self, kind: EventKind) -> usize {
        self.events.kinds().into_iter().filter(|other| *other == kind).count()
    }
}
