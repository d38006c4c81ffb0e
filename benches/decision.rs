//! How long does one decision of the throttle take, at the median and at the 99th percentile?
//!
//! Its rows are warm and in memory, in a map by scope as a store would have them, of a thousand people
//! with a day behind them, each from a network of their own. Beside it governor's keyed `check_key`,
//! which keeps one number a key. All take turns, and every single call is timed.

use std::collections::HashMap;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_benches::{Sample, Table, Turns, cores, nanos, processor, time};
use doorward_throttle::{
    Admission, Attempt, Counters, Decision, Detection, Fingerprint, Guess, Policy, Popularity,
    Reservation, Response, ScopeUpdate, Settlement,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

fn main() {
    println!("decision: {ROUNDS} rounds of {RUN} calls, {PEOPLE} people");
    println!("{} cores, {}\n", cores(), processor());

    let mut subjects = Subjects::new();
    let mut samples: [Sample; NAMES.len()] = Default::default();
    let mut turns = Turns::new(NAMES.len(), 1);
    for round in 0..ROUNDS + WARM_UP {
        for at in turns.round() {
            for call in 0..RUN {
                let took = subjects.once(at, person(round * RUN + call));
                if round >= WARM_UP {
                    samples[at].push(took);
                }
            }
        }
    }

    let of_peer = samples[1].median();
    let mut table = Table::new(&["", "n", "median ns", "p99 ns", "median vs governor"]);
    for (name, sample) in NAMES.iter().zip(&samples) {
        table.row([
            (*name).to_owned(),
            sample.count().to_string(),
            nanos(sample.median()),
            nanos(sample.percentile(99.0)),
            format!("{:.1}", sample.median() / of_peer),
        ]);
    }
    println!("{table}");
    let (median, p99) = (samples[DECISION].median(), samples[DECISION].percentile(99.0));
    let kept = if median < MEDIAN && p99 < P99 { "kept" } else { "NOT kept" };
    println!(
        "one decision: below 1,000 ns at the median and 10,000 ns at the 99th percentile: {kept}"
    );
}

const NAMES: [&str; 8] = [
    "nothing: reading the clock",
    "governor: check_key",
    "reserve",
    "apply to the rows, and read them",
    "decide, alone",
    "one decision: reserve, apply, decide",
    "one decision, out of budget",
    "settle, apply",
];

/// The row that is held to the bounds, in seconds.
const DECISION: usize = 5;
const MEDIAN: f64 = 1e-6;
const P99: f64 = 10e-6;

const ROUNDS: usize = 1_000;
const RUN: usize = 100;
const WARM_UP: usize = 100;

/// Those who are out of budget come after them: few, or the whole site would be.
const PEOPLE: usize = 1_000;
const OUT_OF_BUDGET: usize = 16;

/// All in turn, though not in order.
fn person(call: usize) -> usize {
    call * 7_919 % PEOPLE
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// The recommended policy, but that mistakes made all at once are not taken for an attack on the whole
/// site.
fn calm() -> Policy {
    let detection = Detection::recommended().respond(Response::AlarmOnly);
    Policy::builder().detection(detection).build().expect("the recommended bounds are safe")
}

struct Subjects {
    policy: Policy,
    rows: Rows,
    accounts: Vec<[u8; 32]>,
    limiter: DefaultKeyedRateLimiter<[u8; 32]>,
    /// So many attempts so far, each with another password.
    attempts: u16,
}

impl Subjects {
    fn new() -> Self {
        let mut subjects = Self {
            policy: calm(),
            rows: Rows::default(),
            accounts: (0..PEOPLE + OUT_OF_BUDGET).map(account).collect(),
            limiter: RateLimiter::keyed(Quota::per_second(NonZeroU32::MAX)),
            attempts: 0,
        };
        for account in &subjects.accounts {
            let _admitted = subjects.limiter.check_key(account);
        }
        for hours in [23, 18, 13, 8, 3] {
            for person in 0..PEOPLE {
                let failed = (person + hours) % 8 == 0;
                let end = if failed { Settlement::Failed } else { Settlement::Verified };
                subjects.attempt(person, end, now() - Duration::from_secs(hours as u64 * 3_600));
            }
        }
        for person in PEOPLE..PEOPLE + OUT_OF_BUDGET {
            (0..4).for_each(|_| subjects.attempt(person, Settlement::Failed, now()));
        }
        subjects
    }

    /// One call, and how long it took.
    fn once(&mut self, subject: usize, person: usize) -> Duration {
        self.attempts = self.attempts.wrapping_add(1);
        let took = match subject {
            0 => time(|| black_box(person)).1,
            1 => time(|| self.limiter.check_key(black_box(&self.accounts[person]))).1,
            2 => time(|| self.policy.reserve(black_box(&self.who(person)), now())).1,
            3 => {
                let (reservation, updates) = self.policy.reserve(&self.who(person), now());
                let (rows, took) = time(|| self.rows.apply(black_box(&updates)));
                let decision = self.policy.decide(&reservation, &rows, None, now(), false);
                self.settle(admitted(decision), &reservation, &rows, Settlement::Verified, now());
                took
            }
            4 => {
                let (reservation, updates) = self.policy.reserve(&self.who(person), now());
                let rows = self.rows.apply(&updates);
                let decide =
                    || self.policy.decide(&reservation, black_box(&rows), None, now(), false);
                let (decision, took) = time(decide);
                self.settle(admitted(decision), &reservation, &rows, Settlement::Verified, now());
                took
            }
            5 => {
                let ((reservation, rows, decision), took) = time(|| self.decide(person, now()));
                self.settle(admitted(decision), &reservation, &rows, Settlement::Verified, now());
                took
            }
            6 => {
                let person = PEOPLE + person % OUT_OF_BUDGET;
                let ((reservation, rows, decision), took) = time(|| self.decide(person, now()));
                assert!(matches!(decision, Decision::Deny(_)), "{decision:?}");
                let updates = self.policy.release(&reservation, &rows, now());
                self.rows.apply(&updates);
                took
            }
            _ => {
                let (reservation, rows, decision) = self.decide(person, now());
                let admission = admitted(decision);
                let end = Settlement::Verified;
                time(|| self.settle(admission, &reservation, &rows, end, now())).1
            }
        };
        took.wall
    }

    fn attempt(&mut self, person: usize, end: Settlement, now: SystemTime) {
        self.attempts = self.attempts.wrapping_add(1);
        let (reservation, rows, decision) = self.decide(person, now);
        self.settle(admitted(decision), &reservation, &rows, end, now);
    }

    fn decide(&mut self, person: usize, now: SystemTime) -> (Reservation, Vec<Counters>, Decision) {
        let (reservation, updates) = self.policy.reserve(&self.who(person), now);
        let rows = self.rows.apply(&updates);
        let decision = self.policy.decide(&reservation, &rows, None, now, false);
        (reservation, rows, decision)
    }

    fn settle(
        &mut self,
        admission: Admission,
        reservation: &Reservation,
        rows: &[Counters],
        end: Settlement,
        now: SystemTime,
    ) {
        let settled = self.policy.settle(admission, reservation, rows, end, now);
        self.rows.apply(settled.updates());
    }

    fn who(&self, person: usize) -> Attempt<'_> {
        let [.., high, low] = person.to_be_bytes();
        let source = IpAddr::V4(Ipv4Addr::new(10, high, low, 1));
        let account = &self.accounts[person];
        let guess = Guess {
            digest: *account,
            popularity: Popularity::UNLISTED,
            fingerprints: [Fingerprint::new(self.attempts.to_be_bytes()); 2],
        };
        Attempt { account, device: None, source: Some(source), guess: Some(guess) }
    }
}

fn admitted(decision: Decision) -> Admission {
    match decision {
        Decision::Admit(admission) => admission,
        other => panic!("an attempt that has room was not admitted: {other:?}"),
    }
}

/// As long as the digest of an identifier.
fn account(person: usize) -> [u8; 32] {
    let mut account = [7; 32];
    account[..8].copy_from_slice(&person.to_be_bytes());
    account
}

/// The least of a store: rows by the bytes of their scopes.
#[derive(Default)]
struct Rows(HashMap<Vec<u8>, Counters>);

impl Rows {
    /// Answers the rows as they stand after.
    fn apply(&mut self, updates: &[ScopeUpdate]) -> Vec<Counters> {
        let apply = |update: &ScopeUpdate| {
            let key = update.scope().key();
            if let Some(row) = self.0.get_mut(key) {
                row.apply(update.changes());
                return row.clone();
            }
            let mut row = Counters::new();
            row.apply(update.changes());
            self.0.insert(key.to_vec(), row.clone());
            row
        };
        updates.iter().map(apply).collect()
    }
}
