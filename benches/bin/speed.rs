//! How long does it take to verify a password, by either backend?
//!
//! Beside the crate argon2 by itself: as its own `verify_password` does, which takes memory each time, and
//! as little as a verification can take, in memory that is taken once.

use doorward::Cost;
use doorward_benches::{Failure, Options, cores, processor, verifying};

const USAGE: &str = "speed [--rounds 100] [--seed 1]";

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["rounds", "seed"], USAGE)? else {
        return Ok(());
    };
    let rounds: usize = options.number("rounds", 100)?;
    let seed: u64 = options.number("seed", 1)?;
    println!("speed: --rounds {rounds} --seed {seed}");
    println!("{} cores, {}; one thread\n", cores(), processor());
    for cost in [Cost::OWASP_46_MIB, Cost::OWASP_19_MIB] {
        let mut contest = verifying(cost)?;
        contest.run(rounds, seed);
        println!("{cost}; x: how many times as fast as that row\n{}", contest.table());
    }
    Ok(())
}
