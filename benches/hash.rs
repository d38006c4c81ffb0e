//! What does a verification cost beside the bare Argon2id fill?

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, SamplingMode};
use doorward_benches::{Bare, PASSWORD};
use doorward_hash::{Arena, Cost, Hasher, Password, Salt, Subject};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for cost in [Cost::OWASP_19_MIB, Cost::OWASP_46_MIB] {
        compare(&mut criterion, cost);
    }
    criterion.final_summary();
}

fn compare(criterion: &mut Criterion, cost: Cost) {
    let mut group = criterion.benchmark_group(format!("hash {cost}"));
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));

    let mut bare = Bare::new(cost).expect("a named cost is in range");
    group.bench_function("argon2: bare fill, reused memory", |b| {
        b.iter(|| bare.verify(black_box(PASSWORD)));
    });
    group.bench_function("argon2: verify_password, memory taken each time", |b| {
        b.iter(|| bare.verify_password(black_box(PASSWORD)));
    });

    let hasher = Hasher::new(cost);
    let password = Password::from(PASSWORD);
    let salt = || Salt::from_bytes([7; Salt::BYTES]);
    let mut arena = Arena::new();
    let stored =
        hasher.hash(&mut arena, &password, salt()).expect("the password is neither empty nor long");
    group.bench_function("doorward: verify", |b| {
        b.iter(|| hasher.verify(&mut arena, &password, Subject::Stored(black_box(&stored))));
    });
    group.bench_function("doorward: decoy", |b| {
        b.iter(|| hasher.verify(&mut arena, black_box(&password), Subject::Decoy));
    });
    group.bench_function("doorward: hash", |b| {
        b.iter(|| hasher.hash(&mut arena, black_box(&password), salt()));
    });

    // Each wipe needs a fill before it, which is not measured: few of them, or it takes long.
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1));
    group.bench_function("doorward: wipe", |b| {
        b.iter_batched_ref(
            || {
                let mut arena = std::mem::take(&mut arena);
                let _filled = hasher.verify(&mut arena, &password, Subject::Decoy);
                arena
            },
            Arena::wipe,
            BatchSize::PerIteration,
        );
    });
    group.finish();
}
