//! What does a list of breached passwords cost to make, to keep and to ask?
//!
//! Digests made up from a seed, written to a file in order and out of order, and asked for in the file
//! and in memory, for passwords that are listed and others.

use std::env;
use std::fs;
use std::hint::black_box;

use doorward::Password;
use doorward::breach::{BreachDigest, BreachFile, BreachFilter, FilterWriter};
use doorward_benches::{
    Failure, Options, Sample, Table, cores, forget_peak, mib, micros, name, processor, status, time,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const USAGE: &str = "breach [--digests 10000000] [--lookups 100000] [--memory-mib 64] [--seed 1]";

fn main() -> Result<(), Failure> {
    let names = ["digests", "lookups", "memory-mib", "seed"];
    let Some(options) = Options::read(&names, USAGE)? else { return Ok(()) };
    let count: usize = options.number("digests", 10_000_000)?;
    let lookups: usize = options.number("lookups", 100_000)?;
    let memory: usize = options.number("memory-mib", 64)?;
    let seed: u64 = options.number("seed", 1)?;
    println!("breach: --digests {count} --lookups {lookups} --memory-mib {memory} --seed {seed}");
    println!("{} cores, {}\n", cores(), processor());

    let folder = env::temp_dir().join(format!("doorward-breach-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let measured = measure(&folder.join("breached.dwb"), count, lookups, memory << 20, seed);
    fs::remove_dir_all(&folder)?;
    measured
}

fn measure(
    path: &std::path::Path,
    count: usize,
    lookups: usize,
    memory: usize,
    seed: u64,
) -> Result<(), Failure> {
    let mut making = Table::new(&["making a file", "s", "peak MiB", "MiB on disk"]);
    for is_sorted in [true, false] {
        forget_peak();
        let (written, took) = time(|| -> Result<_, Failure> {
            let mut writer = FilterWriter::create(path)?.with_memory(memory);
            for digest in digests(count, lookups, is_sorted, seed) {
                writer.push(&digest)?;
            }
            Ok(writer.finish()?)
        });
        making.row([
            if is_sorted { "digests in order" } else { "digests in any order" }.to_owned(),
            format!("{:.1}", took.wall.as_secs_f64()),
            mib(status("VmHWM:")?),
            mib(written?.bytes() / 1024),
        ]);
    }
    println!("{making}");

    let mut asking = Table::new(&["asking", "median µs", "99th µs", "most µs", "resident MiB"]);
    let before = status("VmRSS:")?;
    let file = BreachFile::open(path)?;
    for (what, is_listed) in [("file, listed", true), ("file, not listed", false)] {
        let sample = ask(lookups, is_listed, |password| Ok(file.contains(password)?))?;
        asking.row(row(what, &sample, status("VmRSS:")?.saturating_sub(before)));
    }
    let (verified, took) = time(|| file.verify());
    verified?;
    drop(file);
    let before = status("VmRSS:")?;
    let filter = BreachFilter::parse(&fs::read(path)?)?;
    for (what, is_listed) in [("memory, listed", true), ("memory, not listed", false)] {
        let sample = ask(lookups, is_listed, |password| Ok(filter.contains(password)))?;
        asking.row(row(what, &sample, status("VmRSS:")?.saturating_sub(before)));
    }
    println!("{asking}");
    println!("checking the whole file: {:.2} s", took.wall.as_secs_f64());
    Ok(())
}

/// Those of passwords that are asked for, among many that are drawn.
fn digests(
    count: usize,
    lookups: usize,
    is_sorted: bool,
    seed: u64,
) -> impl Iterator<Item = BreachDigest> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut listed: Vec<[u8; 20]> = (0..lookups.min(count))
        .map(|number| *BreachDigest::of(&Password::from(name("listed", number))).as_bytes())
        .collect();
    listed.sort_unstable();
    let drawn = (count - listed.len()) as u64;
    // Spread evenly and in order, without being held; or as they are drawn.
    let step = u64::MAX / drawn.max(1);
    let drawn = (0..drawn).map(move |number| {
        let mut digest = [0; 20];
        random.fill_bytes(&mut digest);
        if is_sorted {
            let start = step * number + random.random_range(0..step);
            digest[..8].copy_from_slice(&start.to_be_bytes());
        }
        digest
    });
    let (mut listed, mut drawn) = (listed.into_iter().peekable(), drawn.peekable());
    std::iter::from_fn(move || match (listed.peek(), drawn.peek()) {
        (Some(one), Some(other)) if one > other => drawn.next(),
        (Some(_), _) => listed.next(),
        (None, _) => drawn.next(),
    })
    .map(BreachDigest::from)
}

fn ask(
    lookups: usize,
    is_listed: bool,
    contains: impl Fn(&Password) -> Result<bool, Failure>,
) -> Result<Sample, Failure> {
    let mut sample = Sample::default();
    for number in 0..lookups {
        let kind = if is_listed { "listed" } else { "another" };
        let password = Password::from(name(kind, number));
        let (found, took) = time(|| contains(black_box(&password)));
        if found? != is_listed {
            return Err(format!("{kind} {number} was answered wrongly").into());
        }
        sample.push(took.wall);
    }
    Ok(sample)
}

fn row(what: &str, sample: &Sample, kib: u64) -> [String; 5] {
    [
        what.to_owned(),
        micros(sample.median()),
        micros(sample.percentile(99.0)),
        micros(sample.percentile(100.0)),
        mib(kib),
    ]
}
