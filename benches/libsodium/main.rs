//! How long does it take to verify a password, by either backend and by libsodium's `crypto_pwhash`?

#![forbid(unsafe_code)]

use doorward::Cost;
use doorward_benches::{Failure, Options, PASSWORD, cores, processor, verifying};
use libsodium_rs::crypto_pwhash::argon2id::pwhash;
use libsodium_rs::version::version_string;

const USAGE: &str = "libsodium [--rounds 100] [--seed 1]";

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["rounds", "seed"], USAGE)? else {
        return Ok(());
    };
    let rounds: usize = options.number("rounds", 100)?;
    let seed: u64 = options.number("seed", 1)?;
    println!("libsodium: --rounds {rounds} --seed {seed}");
    println!("{} cores, {}; one thread\n", cores(), processor());
    for cost in [Cost::OWASP_46_MIB, Cost::OWASP_19_MIB] {
        let (passes, bytes) = (u64::from(cost.t()), cost.m_kib() as usize * 1_024);
        let mut contest = verifying(cost)?;
        let hash = move || pwhash(32, PASSWORD.as_bytes(), b"sixteen of bytes", passes, bytes);
        let expected = hash()?;
        contest.add(format!("libsodium {}: crypto_pwhash", version_string()), move || {
            assert!(hash().is_ok_and(|digest| digest == expected));
        });
        contest.run(rounds, seed);
        println!("{cost}; x: how many times as fast as that row\n{}", contest.table());
    }
    Ok(())
}
