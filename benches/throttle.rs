//! What does it cost to count an attempt and to decide on it?
//!
//! Beside governor's keyed limiter, which keeps one number a key: no ladder, no window that slides,
//! no reservation, one scope where an attempt here has four.

use std::future::Future;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use criterion::Criterion;
use doorward::MemoryStore;
use doorward_benches::SOURCE;
use doorward_store::{Change, Column, CounterKey, CounterStore, CounterUpdate};
use doorward_throttle::{Attempt, Counters, Decision, Policy, ScopeUpdate, Settlement};
use governor::{Quota, RateLimiter};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("throttle");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));

    let limiter = RateLimiter::keyed(Quota::per_second(NonZeroU32::MAX));
    for other in 0..OTHERS {
        let _admitted = limiter.check_key(&key(other));
    }
    group.bench_function("governor: check_key", |b| {
        b.iter(|| limiter.check_key(black_box(&key(1))));
    });

    let policy = Policy::recommended();
    let mut rows = with_a_past(&policy);
    group.bench_function("doorward: decide", |b| {
        let (reservation, updates) = policy.reserve(&attempt(), now());
        let mut rows = rows.clone();
        apply(&mut rows, &updates);
        b.iter(|| policy.decide(&reservation, black_box(&rows), None, now(), false));
    });
    group.bench_function("doorward: reserve, apply, decide, settle, apply", |b| {
        b.iter(|| whole(&policy, &mut rows, Settlement::Verified, now()));
    });

    let store = MemoryStore::new();
    for other in 0..OTHERS {
        let made = at_once(store.update(&[update(other)], now()));
        made.expect("one change is allowed");
    }
    let updates: Vec<_> = (0..4).map(update).collect();
    group.bench_function("doorward: MemoryStore::update of 4 rows", |b| {
        b.iter(|| at_once(store.update(black_box(&updates), now())));
    });
    group.finish();
    criterion.final_summary();
}

/// Other keys in the same map.
const OTHERS: u32 = 10_000;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn key(number: u32) -> [u8; 32] {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    key
}

fn attempt() -> Attempt<'static> {
    Attempt { account: &[7; 32], device: None, source: Some(SOURCE), guess: None }
}

/// The rows of an account, its source, the prefix and the site after a day with some failures.
fn with_a_past(policy: &Policy) -> Vec<Counters> {
    let mut rows = vec![Counters::new(); 4];
    for hours in (1..=23).rev() {
        let then = now() - Duration::from_secs(hours * 3_600);
        let settlement = if hours % 8 == 0 { Settlement::Failed } else { Settlement::Verified };
        whole(policy, &mut rows, settlement, then);
    }
    rows
}

/// One attempt from reservation to settlement, as the facade makes it, with the store left out.
fn whole(policy: &Policy, rows: &mut [Counters], settlement: Settlement, now: SystemTime) {
    let (reservation, updates) = policy.reserve(&attempt(), now);
    apply(rows, &updates);
    match policy.decide(&reservation, rows, None, now, false) {
        Decision::Admit(admission) => {
            let settled = policy.settle(admission, &reservation, rows, settlement, now);
            apply(rows, settled.updates());
        }
        other => panic!("an attempt that has room was not admitted: {other:?}"),
    }
}

fn apply(rows: &mut [Counters], updates: &[ScopeUpdate]) {
    for (row, update) in rows.iter_mut().zip(updates) {
        row.apply(update.changes());
    }
}

fn update(number: u32) -> CounterUpdate {
    let changes = vec![Change::Add(Column::new(1), 1)];
    CounterUpdate::new(CounterKey::new(key(number)), changes, now() + Duration::from_secs(86_400))
}

/// The store in memory never waits: its futures are done when they are first polled.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the store in memory waited"),
    }
}
