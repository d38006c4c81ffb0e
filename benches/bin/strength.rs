//! How long does it take to estimate the strength of a password, at the worst?
//!
//! Texts drawn from a seed, of the kinds that the estimator is slowest at: characters that stand for
//! letters, repetitions of them, digits, dates, rows of keys. Each is measured once warm, and the slowest
//! of each kind is shown.

use std::hint::black_box;

use doorward::{Password, StrengthEstimate};
use doorward_benches::{Failure, Options, Sample, Table, cores, millis, processor, time};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const USAGE: &str = "strength [--texts 2000] [--seed 1]";

/// Of a kind each.
const LETTERS: [(&str, &str); 6] = [
    ("stand-ins for letters", "4@8({[<369!1|0$5+7%2"),
    ("the worst of them", "1|74@({[<$5!69"),
    ("digits", "0123456789"),
    ("dates", "1234.-/190"),
    ("letters and stand-ins", "4@8({[<3passwordletmein"),
    ("any", "ab1 !ZÄж🐎\u{301}\n"),
];

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["texts", "seed"], USAGE)? else { return Ok(()) };
    let texts: usize = options.number("texts", 2_000)?;
    let seed: u64 = options.number("seed", 1)?;
    println!("strength: --texts {texts} --seed {seed}");
    println!("{} cores, {}\n", cores(), processor());

    let context = ["alice.liddell@example.com", "Wonderland Bank"];
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut table = Table::new(&["texts of up to 1,024 bytes", "median ms", "99th ms", "most ms"]);
    let (_, first) = time(|| StrengthEstimate::of(&Password::from("warm"), &context));
    for (kind, letters) in LETTERS {
        let mut sample = Sample::default();
        for _ in 0..texts {
            let password = Password::from(draw(&mut random, letters));
            let (estimate, took) = time(|| StrengthEstimate::of(black_box(&password), &context));
            black_box(estimate);
            sample.push(took.wall);
        }
        let times = [sample.median(), sample.percentile(99.0), sample.percentile(100.0)];
        table.row([kind.to_owned()].into_iter().chain(times.map(millis)));
    }
    println!("{table}");
    println!(
        "the first of all, which loads the dictionaries: {} ms",
        millis(first.wall.as_secs_f64())
    );
    Ok(())
}

/// Some of the letters, in a row, drawn, or drawn and repeated.
fn draw(random: &mut ChaCha8Rng, letters: &str) -> String {
    let mut letters: Vec<char> = letters.chars().collect();
    letters.shuffle(random);
    letters.truncate(random.random_range(1..=letters.len()));
    let length = [15, 16, 20, 40, 1_024][random.random_range(0..5)];
    let unit: String = match random.random_range(0..3) {
        0 => letters.iter().collect(),
        1 => (0..length).filter_map(|_| letters.choose(random)).collect(),
        _ => (0..length / 2).filter_map(|_| letters.choose(random)).collect(),
    };
    let text: String = unit.chars().cycle().take(length).collect();
    text.chars()
        .scan(0, |bytes, letter| {
            *bytes += letter.len_utf8();
            (*bytes <= Password::MAX_BYTES).then_some(letter)
        })
        .collect()
}
