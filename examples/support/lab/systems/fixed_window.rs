//! Five attempts a minute, per address or per name: the limit that a tutorial puts on a login route.
//!
//! Follows the documentation of Flask-Limiter (`@limiter.limit("5 per minute")`) and of its library `limits`,
//! strategy "fixed window", which is its default: the window begins with the first request, every request
//! in it counts, right, wrong or refused, and it does not get longer.

use std::collections::HashMap;

use crate::lab::attempt::{Answer, Attempt, System};
use crate::lab::scale::SECOND;

/// Counts requests under a key.
#[derive(Debug)]
pub(crate) struct FixedWindow {
    key: fn(&Attempt) -> u32,
    /// By key: when the window began, and its requests.
    windows: HashMap<u32, (u32, u32)>,
}

impl FixedWindow {
    pub(crate) fn per_address() -> Self {
        Self { key: |attempt| u32::from(attempt.source.ip()), windows: HashMap::new() }
    }

    pub(crate) fn per_name() -> Self {
        Self { key: |attempt| attempt.name, windows: HashMap::new() }
    }
}

impl System for FixedWindow {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        let window = self.windows.entry((self.key)(attempt)).or_insert((attempt.at, 0));
        if attempt.at - window.0 >= LENGTH {
            *window = (attempt.at, 0);
        }
        window.1 += 1;
        if window.1 > MOST {
            return Answer::Refused((window.0 + LENGTH - attempt.at).div_ceil(SECOND));
        }
        super::told(attempt.is_right)
    }
}

const MOST: u32 = 5;
const LENGTH: u32 = 60 * SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_of_a_minute_waits_for_the_next() {
        let mut system = FixedWindow::per_address();
        for second in 10..15 {
            assert_eq!(system.attempt(&Attempt::right(second, second, 7)), Answer::Verified);
        }
        assert_eq!(system.attempt(&Attempt::right(15, 1, 7)), Answer::Refused(55));
        assert_eq!(system.attempt(&Attempt::right(69, 1, 7)), Answer::Refused(1));
        assert_eq!(system.attempt(&Attempt::right(69, 1, 8)), Answer::Verified);
        assert_eq!(system.attempt(&Attempt::right(70, 1, 7)), Answer::Verified);
    }

    #[test]
    fn a_name_has_its_own_five() {
        let mut system = FixedWindow::per_name();
        for source in 0..5 {
            assert_eq!(system.attempt(&Attempt::wrong(0, 1, source)), Answer::Rejected);
        }
        assert_eq!(system.attempt(&Attempt::right(0, 1, 5)), Answer::Refused(60));
        assert_eq!(system.attempt(&Attempt::right(0, 2, 5)), Answer::Verified);
    }
}
