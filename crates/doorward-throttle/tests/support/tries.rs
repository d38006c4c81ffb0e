//! Attempts by number: an account, a password, a network.

use std::net::{IpAddr, Ipv4Addr};
use std::time::SystemTime;

use doorward_throttle::{Attempt, Settlement};

use super::{Answer, Door, guess};

/// An address of a network of its own.
pub fn home(n: u64) -> Option<IpAddr> {
    Some(Ipv4Addr::from(0x0b00_0007 + (u32::try_from(n).unwrap() << 8)).into())
}

/// One account, from one source.
pub fn person(attempt: &Try) -> u64 {
    match attempt.source {
        Some(IpAddr::V4(v4)) => attempt.account ^ u64::from(u32::from(v4)) << 12,
        _ => attempt.account,
    }
}

pub struct Try {
    pub account: u64,
    pub password: u32,
    pub source: Option<IpAddr>,
}

impl Door {
    pub fn tries(&mut self, attempt: &Try, right: bool, now: SystemTime) -> Answer {
        let account = attempt.account.to_be_bytes();
        let guess = guess(attempt.password, person(attempt), now);
        let attempt =
            Attempt { account: &account, device: None, source: attempt.source, guess: Some(guess) };
        let ends = if right { Settlement::Verified } else { Settlement::Failed };
        self.attempt(attempt, ends, now)
    }
}

/// A password that nobody else has.
pub fn rare(n: u64) -> u32 {
    1_000_000 + u32::try_from(n).unwrap()
}

pub fn learned(answer: &Answer) -> bool {
    matches!(answer, Answer::Checked { challenge: None })
}
