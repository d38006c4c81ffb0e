//! How long does it take to check a session, with which every request of a person begins?
//!
//! `Sessions::check` on the store in memory, of sessions drawn from all that are open, in one task on the
//! caller's thread, and the parts of it that can be called alone: each is timed by itself, in turns. The
//! reading of the clock is in all of them, and has a row of its own.

use std::future::Future;
use std::hint::black_box;
use std::time::{Duration, Instant, UNIX_EPOCH};

use doorward::fields::{Backend, Context, Envelope, FieldKey, KeyId, Keyring, Place, random_bytes};
use doorward::store::SessionStore as _;
use doorward::{
    AccountId, Authenticator, Cost, Keys, Login, ManualClock, MemoryStore, NewSession, OpenSession,
    Outcome, Registered, Registration, SessionId,
};
use doorward_benches::{Failure, Options, PASSWORD, Sample, Table, cores, name, nanos, processor};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const USAGE: &str = "session_check [--sessions 100000] [--checks 200000] [--seed 1]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["sessions", "checks", "seed"], USAGE)? else {
        return Ok(());
    };
    let sessions: usize = options.number("sessions", 100_000)?;
    let checks: usize = options.number("checks", 200_000)?;
    let seed: u64 = options.number("seed", 1)?;
    println!("session_check: --sessions {sessions} --checks {checks} --seed {seed}");
    println!("{} cores, {}\n", cores(), processor());

    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let store = MemoryStore::new();
    let auth = Authenticator::builder()
        .store(store.clone())
        .keys(Keys::generate()?)
        .cost(Cost::minimal_for_tests())
        .clock(ManualClock::new(now))
        .build()?;
    let open = open(&auth, sessions).await?;
    let checking = auth.sessions();
    let stored = store.session(open[0].account, open[0].session, now).await?;
    let ended = log_in(&auth, &name("person", 0), sessions).await?.token().to_owned();
    checking.end(&ended).await?;
    let sealed = Sealed::of(stored.map_or(0, |session| session.value().len()))?;
    let [default, ring] = [Backend::default(), Backend::ring()].map(|it| sealed.keyring(it));
    let alone = |keyring: &Keyring| keyring.open(&context(), &sealed.envelope).is_ok();

    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows: [(&str, Sample); 7] = [
        ("reading the clock", Sample::default()),
        ("the store alone: `session`", Sample::default()),
        ("opening as much alone, default backend", Sample::default()),
        ("opening as much alone, ring", Sample::default()),
        ("`check` of what is no token", Sample::default()),
        ("`check` of a token of no session", Sample::default()),
        ("`check` of a session", Sample::default()),
    ];
    for round in 0..checks + WARM {
        let one = &open[random.random_range(0..open.len())];
        // Of another each: what one has brought into the caches is not there for the next.
        let other = &open[random.random_range(0..open.len())];
        let malformed = &other.token[1..];
        let times = [
            timed(async {}).await.1,
            timed(store.session(other.account, other.session, now)).await.1,
            timed(async { alone(&default) }).await.1,
            timed(async { alone(&ring) }).await.1,
            timed(checking.check(malformed)).await.1,
            timed(checking.check(&ended)).await.1,
            {
                let (checked, took) = timed(checking.check(&one.token)).await;
                if checked?.map(|principal| principal.session()) != Some(one.session) {
                    return Err("a session that is open was not found".into());
                }
                took
            },
        ];
        if round >= WARM {
            rows.iter_mut().zip(times).for_each(|((_, sample), time)| sample.push(time));
        }
    }
    let mut table = Table::new(&["", "median ns", "99th ns"]);
    for (what, sample) in rows {
        let times = [sample.median(), sample.percentile(99.0)].map(nanos);
        table.row([what.to_owned()].into_iter().chain(times));
    }
    println!("{table}");
    Ok(())
}

/// So many rounds are not measured.
const WARM: usize = 10_000;

/// A session as its client knows it.
struct Open {
    account: AccountId,
    session: SessionId,
    token: String,
}

/// So many sessions, ten an account.
async fn open(auth: &Authenticator, sessions: usize) -> Result<Vec<Open>, Failure> {
    let mut open = Vec::with_capacity(sessions);
    while open.len() < sessions {
        let identifier = name("person", open.len());
        match auth.register(Registration::new(identifier.as_str(), PASSWORD)).await? {
            Registered::Created(_) => {}
            other => return Err(format!("{identifier} was not made: {other:?}").into()),
        }
        for _ in 0..EACH.min(sessions - open.len()) {
            let opened = log_in(auth, &identifier, open.len()).await?;
            let (account, session) = (opened.principal().account(), opened.principal().session());
            open.push(Open { account, session, token: opened.token().to_owned() });
        }
    }
    Ok(open)
}

async fn log_in(
    auth: &Authenticator,
    identifier: &str,
    number: usize,
) -> Result<OpenSession, Failure> {
    let [.., a, b, c] = number.to_be_bytes();
    let login = Login::new(identifier, PASSWORD).from([10, a, b, c]);
    let Outcome::Verified(proof) = auth.authenticate(login).await? else {
        return Err("a right password was not verified".into());
    };
    let new = NewSession::new(proof).label("Firefox on Linux");
    Ok(auth.sessions().open(new).await?.ok_or("an account is not as it was")?)
}

/// So many sessions of one account.
const EACH: usize = 10;

/// Something that is sealed, as long as a session.
struct Sealed {
    key: [u8; 32],
    envelope: Envelope,
}

impl Sealed {
    fn of(length: usize) -> Result<Self, Failure> {
        let key = random_bytes()?;
        let plaintext = vec![7; length.saturating_sub(Envelope::OVERHEAD)];
        let envelope = keyring(key, Backend::default()).seal(&context(), &plaintext)?;
        Ok(Self { key, envelope })
    }

    fn keyring(&self, backend: Backend) -> Keyring {
        keyring(self.key, backend)
    }
}

fn keyring(key: [u8; 32], backend: Backend) -> Keyring {
    Keyring::new(FieldKey::new(KeyId::new(1), key)).with_backend(backend)
}

/// Of the length of a session's.
fn context() -> Context<'static> {
    Context::new(Place {
        tenant: "",
        table: "sessions",
        record: &[7; 32],
        field: "record",
        version: 1,
    })
}

#[allow(clippy::disallowed_methods, reason = "a measuring program times what it measures")]
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    let done = black_box(work.await);
    (done, start.elapsed())
}
