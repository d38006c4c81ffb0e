//! Device cookies, with 10 failures an hour.
//!
//! Follows "Slow Down Online Guessing Attacks with Device Cookies" of the OWASP community pages: failures of a
//! device that has logged in to the account count for that device, those of all others together for the
//! account; more than N within T lock that device, or all others, for T. N = 10 and T = 1 h are the page's
//! own example. A login gives the device a new cookie, and so a new count. The text and the note of
//! the page differ on whether a locked device is turned away or taken for an unknown one: the lab does as the
//! protocol says, and turns it away.

use std::collections::{HashMap, VecDeque};

use crate::lab::attempt::{Answer, Attempt, System};
use crate::lab::people::Name;
use crate::lab::scale::{HOUR, SECOND};

/// Counts failures per account, and per device.
#[derive(Debug, Default)]
pub(crate) struct DeviceCookies {
    /// By name, and whether it is the account's device.
    clients: HashMap<(Name, bool), Clients>,
}

#[derive(Debug, Default)]
struct Clients {
    failures: VecDeque<u32>,
    locked_until: u32,
}

impl System for DeviceCookies {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        let clients = self.clients.entry((attempt.name, attempt.has_device)).or_default();
        if attempt.at < clients.locked_until {
            return Answer::Refused((clients.locked_until - attempt.at).div_ceil(SECOND));
        }
        if attempt.is_right {
            if attempt.has_device {
                clients.failures.clear();
            }
            return Answer::Verified;
        }
        clients.failures.push_back(attempt.at);
        while clients.failures.front().is_some_and(|&at| at + PERIOD <= attempt.at) {
            clients.failures.pop_front();
        }
        if clients.failures.len() > MOST {
            clients.locked_until = attempt.at + PERIOD;
        }
        Answer::Rejected
    }
}

const MOST: usize = 10;
const PERIOD: u32 = HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_locked_out_and_the_device_is_not() {
        let mut system = DeviceCookies::default();
        for second in 0..11 {
            assert_eq!(system.attempt(&Attempt::wrong(second, 1, second)), Answer::Rejected);
        }
        assert_eq!(system.attempt(&Attempt::right(11, 1, 99)), Answer::Refused(3_599));
        assert_eq!(system.attempt(&Attempt::right(11, 1, 99).on_device()), Answer::Verified);
        assert_eq!(system.attempt(&Attempt::right(3_610, 1, 99)), Answer::Verified);
    }

    #[test]
    fn failures_are_counted_within_an_hour() {
        let mut system = DeviceCookies::default();
        for number in 0..40 {
            let at = 361 * number;
            assert_eq!(system.attempt(&Attempt::wrong(at, 1, number)), Answer::Rejected);
        }
    }

    #[test]
    fn a_device_is_locked_by_itself_and_counts_anew_after_a_login() {
        let mut system = DeviceCookies::default();
        for second in 0..20 {
            let wrong = Attempt::wrong(second, 1, 1).on_device();
            assert_eq!(system.attempt(&wrong), Answer::Rejected);
            if second == 9 {
                let right = Attempt::right(second, 1, 1).on_device();
                assert_eq!(system.attempt(&right), Answer::Verified);
            }
        }
        system.attempt(&Attempt::wrong(20, 1, 1).on_device());
        let locked = system.attempt(&Attempt::right(20, 1, 1).on_device());
        assert_eq!(locked, Answer::Refused(3_600));
        assert_eq!(system.attempt(&Attempt::right(20, 1, 1)), Answer::Verified);
    }
}
