//! How much memory does a key take that attempts are counted under, and how much do ten million?
//!
//! Resident memory of a process before and after so many keys came that never came before: to the
//! counters of the store in memory, to the buckets in front, to the waits that are known. Each has a
//! process of its own, for memory that one gave back another would take.

use std::env;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward::{
    Cost, FrontLimits, HashingLimits, Keys, Login, MemoryStore, Outcome, Policy, Store, StoreError,
};
use doorward_benches::{
    Door, Failure, Options, Table, cores, forget_peak, mib, name, processor, status,
};
use doorward_store::{
    Change as StoreChange, Column, CounterKey, CounterRow, CounterStore, CounterUpdate, Fault,
    FaultyStore, Limits, Operation,
};
use doorward_throttle::{
    Attempt, Change, Counters, Decision, Detection, Fingerprint, Guess, Popularity, Response,
    ScopeUpdate, Settlement,
};

const USAGE: &str = "memory_keys [--of all|counters|front|waits] [--keys 10000000] \
                     [--sources 1000000] [--waits 65536]";

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["of", "keys", "sources", "waits"], USAGE)? else {
        return Ok(());
    };
    let keys: u64 = options.number("keys", 10_000_000)?;
    let sources: u64 = options.number("sources", 1_000_000)?;
    let waits: u64 = options.number("waits", 65_536)?;
    let table = match options.text("of", "all") {
        "counters" => counters(keys)?,
        "front" => front(sources)?,
        "waits" => known_waits(waits)?,
        "all" => return all(keys, sources, waits),
        other => return Err(format!("--of {other}: say one of these\n{USAGE}").into()),
    };
    println!("{table}");
    Ok(())
}

fn all(keys: u64, sources: u64, waits: u64) -> Result<(), Failure> {
    println!("memory_keys: --keys {keys} --sources {sources} --waits {waits}");
    println!("{} cores, {}\n", cores(), processor());
    for part in ["counters", "front", "waits"] {
        let mut own = Command::new(env::current_exe()?);
        own.args(["--of", part]);
        for (option, number) in [("--keys", keys), ("--sources", sources), ("--waits", waits)] {
            own.args([option, &number.to_string()]);
        }
        let status = own.status()?;
        if !status.success() {
            return Err(format!("{part}: {status}").into());
        }
    }
    Ok(())
}

/// The counters of the store in memory, at its default limits: attempts that fail, each by a name of
/// its own and from a network of its own, from reservation to settlement.
fn counters(keys: u64) -> Result<Table, Failure> {
    let store = MemoryStore::new();
    let policy = calm()?;
    let mut marks = Marks::start("counters of an empty store")?;
    let mut attempts = 0;
    for until in [Limits::DEFAULT_COUNTERS as u64, keys] {
        // An account, a source and a prefix are new each time; the site is not.
        while attempts * 3 < until.min(keys) {
            fail(&store, &policy, attempts)?;
            attempts += 1;
        }
        marks.add(attempts * 3, store.counters() as u64)?;
    }
    Ok(marks.table)
}

/// The buckets in front, at their default limits. The store fails, so nothing else is kept.
fn front(sources: u64) -> Result<Table, Failure> {
    let store = FaultyStore::new(MemoryStore::new());
    let store = store.fail_every(Operation::Update, Fault::Unavailable);
    let door = door(store.clone(), FrontLimits::default())?;
    let knock = |number: u64| {
        if number.is_multiple_of(1_024) {
            store.reset_log();
        }
        match door.attempt(Login::new(name("nobody", 1), "guess").from(source(number))) {
            Err(_) => Ok(()),
            Ok(other) => Err(Failure::from(format!("decided without a store: {other:?}"))),
        }
    };
    // What is made once is not what a key takes.
    (0..100).try_for_each(|_| knock(0))?;
    let mut marks = Marks::start("buckets of an idle door")?;
    let most = FrontLimits::default().keys() as u64;
    let mut fresh = 0;
    for until in [most, sources] {
        (fresh..until.min(sources)).try_for_each(knock)?;
        fresh = until.min(sources);
        marks.add(fresh, fresh.min(most))?;
    }
    Ok(marks.table)
}

/// The waits that a door has learned of: each account fails as often as it may, and then once more.
fn known_waits(waits: u64) -> Result<Table, Failure> {
    let limits = Limits::default().with_counters(usize::try_from(waits)? * 32);
    let store = MemoryStore::with_limits(limits);
    let door = door(store, FrontLimits::default().with_keys(1))?;
    let attempt = |account: u64, n: u64| -> Result<Outcome, Failure> {
        let identifier = name("account", usize::try_from(account)?);
        door.attempt(
            Login::new(identifier, format!("guess {n}")).from(source(account * FREE + n % FREE)),
        )
    };
    for account in 0..waits {
        for n in 0..FREE {
            match attempt(account, n)? {
                Outcome::Rejected => {}
                other => return Err(format!("not rejected: {other:?}").into()),
            }
        }
    }
    let mut marks = Marks::start("known waits of an idle door")?;
    for account in 0..waits {
        // Of sixty thousand accounts a few have a guess that was taken for a repeated one.
        let mut guesses = FREE..2 * FREE;
        while !matches!(
            attempt(account, guesses.next().ok_or("never told to wait")?)?,
            Outcome::Wait(_)
        ) {}
    }
    marks.add(waits, waits)?;
    Ok(marks.table)
}

/// So many failures of an account are free.
const FREE: u64 = 4;

fn door(store: impl Store + 'static, front: FrontLimits) -> Result<Door, Failure> {
    let policy = calm()?;
    Door::open_with(store, &Keys::generate()?, |builder| {
        let hashing = HashingLimits::default().with_threads(1);
        builder.cost(Cost::minimal_for_tests()).hashing(hashing).policy(policy).front(front)
    })
}

/// The recommended policy, but that what is measured here is not taken for an attack on the whole site.
fn calm() -> Result<Policy, Failure> {
    let detection = Detection::recommended().respond(Response::AlarmOnly);
    Ok(Policy::builder().detection(detection).build()?)
}

/// A network of its own: an IPv4 /24, of which there are 16 million.
fn source(number: u64) -> IpAddr {
    let [.., a, b, c] = number.to_be_bytes();
    Ipv4Addr::new(a, b, c, 1).into()
}

/// One attempt that fails, as the facade makes it; its keys are those of the store, 32 bytes.
fn fail(store: &MemoryStore, policy: &Policy, number: u64) -> Result<(), Failure> {
    let mut account = [7; 32];
    account[..8].copy_from_slice(&number.to_be_bytes());
    let guess = Guess {
        digest: account,
        popularity: Popularity::UNLISTED,
        fingerprints: [Fingerprint::new([account[6], account[7]]); 2],
    };
    let source = Some(source(number));
    let attempt = Attempt { account: &account, device: None, source, guess: Some(guess) };
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let (reservation, updates) = policy.reserve(&attempt, now);
    let rows = apply(store, &updates, now)?;
    match policy.decide(&reservation, &rows, None, now, false) {
        Decision::Admit(admission) => {
            let settled = policy.settle(admission, &reservation, &rows, Settlement::Failed, now);
            apply(store, settled.updates(), now)?;
            Ok(())
        }
        other => Err(format!("an attempt by nobody known was not admitted: {other:?}").into()),
    }
}

fn apply(
    store: &MemoryStore,
    updates: &[ScopeUpdate],
    now: SystemTime,
) -> Result<Vec<Counters>, StoreError> {
    let change = |change: &Change| match *change {
        Change::Add(column, by) => StoreChange::Add(Column::new(column), by),
        Change::Set(column, to) => StoreChange::Set(Column::new(column), to),
        Change::Remove(column) => StoreChange::Remove(Column::new(column)),
    };
    let to_store = |update: &ScopeUpdate| {
        let mut key = [0; 32];
        // The bytes of a scope begin with its kind and end with what is its own here.
        let scope = update.scope().key();
        scope.iter().rev().take(31).zip(&mut key[1..]).for_each(|(byte, to)| *to = *byte);
        key[0] = scope[0];
        let changes = update.changes().iter().map(change).collect();
        CounterUpdate::new(CounterKey::new(key), changes, update.expires_at())
    };
    let updates: Vec<_> = updates.iter().map(to_store).collect();
    let rows = at_once(store.update(&updates, now))?;
    let columns =
        |row: &CounterRow| row.iter().map(|(column, value)| (column.get(), value)).collect();
    Ok(rows.iter().map(columns).collect())
}

/// The store in memory never waits: its futures are done when they are first polled.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the store in memory waited"),
    }
}

/// Resident memory against what it was at the start.
struct Marks {
    before: u64,
    table: Table,
}

impl Marks {
    fn start(what: &str) -> Result<Self, Failure> {
        let headings =
            ["fresh keys", "kept", "resident MiB", "risen MiB", "peak MiB", "bytes a key"];
        let mut table = Table::new(&headings);
        forget_peak();
        let before = status("VmRSS:")?;
        table.row([what.to_owned(), "0".to_owned(), mib(before)]);
        Ok(Self { before, table })
    }

    fn add(&mut self, fresh: u64, kept: u64) -> Result<(), Failure> {
        let (now, peak) = (status("VmRSS:")?, status("VmHWM:")?);
        let risen = now.saturating_sub(self.before);
        let each = risen * 1_024 / kept.max(1);
        let row = [fresh.to_string(), kept.to_string(), mib(now), mib(risen), mib(peak)];
        self.table.row(row.into_iter().chain([each.to_string()]));
        forget_peak();
        Ok(())
    }
}
