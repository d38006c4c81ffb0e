//! What does a login cost beside the one hash that it cannot do without?

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode};
use doorward::{Cost, HashingLimits, Keys, Login, MemoryStore, Outcome};
use doorward_benches::{Bare, Door, PASSWORD, SOURCE, name};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let cost = Cost::OWASP_19_MIB;
    let mut group = criterion.benchmark_group(format!("authenticate {cost}"));
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4));

    let mut bare = Bare::new(cost).expect("a named cost is in range");
    group.bench_function("argon2: bare fill, reused memory", |b| {
        b.iter(|| bare.verify(black_box(PASSWORD)));
    });
    group.bench_function("argon2: verify_password, memory taken each time", |b| {
        b.iter(|| bare.verify_password(black_box(PASSWORD)));
    });

    let keys = Keys::generate().expect("the system has random bytes");
    let limits = HashingLimits::default().with_threads(1);
    let door = Door::open(MemoryStore::new(), &keys, cost, limits).expect("there is a thread");
    let (alice, nobody) = (name("alice", 1), name("nobody", 1));
    door.register(&alice).expect("there is no such account yet");
    let wrong = "seven quiet falcon";
    for (what, identifier, password) in
        [("right", &alice, PASSWORD), ("wrong", &alice, wrong), ("unknown", &nobody, PASSWORD)]
    {
        group.bench_function(format!("doorward: {what}"), |b| {
            b.iter(|| {
                // Long after the last one: nothing that it left makes this one wait.
                door.forget();
                let outcome = attempt(&door, identifier, password);
                assert!(!matches!(outcome, Outcome::Wait(_)));
            });
        });
    }

    group.sampling_mode(SamplingMode::Auto).measurement_time(Duration::from_secs(2));
    group.bench_function("doorward: told to wait", |b| {
        while !matches!(attempt(&door, &alice, wrong), Outcome::Wait(_)) {}
        b.iter(|| {
            let outcome = attempt(&door, &alice, wrong);
            assert!(matches!(outcome, Outcome::Wait(_)));
        });
    });
    group.finish();
    criterion.final_summary();
}

fn attempt(door: &Door, identifier: &str, password: &str) -> Outcome {
    let login = Login::new(identifier, password).from(SOURCE);
    door.attempt(login).expect("the store in memory does not fail")
}
