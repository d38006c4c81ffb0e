//! The brute force detection of Keycloak, temporary lockout, switched on with its defaults.
//!
//! Follows the Keycloak Server Administration Guide, "Brute force attacks", "Lockout temporarily": a login
//! resets the count; a failure more than 12 hours after the last one begins anew; from 30 failures on each
//! one waits `60 s * (count / 30)`, rounded down, at most 15 minutes; below that, a failure less than a
//! second after the last one waits a minute. Failures while disabled do not count.

use std::collections::HashMap;

use crate::lab::attempt::{Answer, Attempt, System};
use crate::lab::people::Name;
use crate::lab::scale::{HOUR, SECOND};

/// Counts failures per name.
#[derive(Debug, Default)]
pub(crate) struct Keycloak {
    users: HashMap<Name, User>,
}

#[derive(Debug, Default)]
struct User {
    count: u32,
    last_failure: Option<u32>,
    disabled_until: u32,
}

impl System for Keycloak {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        let user = self.users.entry(attempt.name).or_default();
        if attempt.at < user.disabled_until {
            return Answer::Refused((user.disabled_until - attempt.at).div_ceil(SECOND));
        }
        if attempt.is_right {
            *user = User::default();
            return Answer::Verified;
        }
        let since = user.last_failure.map(|last| attempt.at - last);
        if since.is_some_and(|since| since > FAILURE_RESET) {
            user.count = 0;
        }
        user.count += 1;
        user.last_failure = Some(attempt.at);
        let mut wait = WAIT_INCREMENT * (user.count / MAX_FAILURES);
        if wait == 0 && since.is_some_and(|since| since < QUICK) {
            wait = QUICK_WAIT;
        }
        user.disabled_until = attempt.at + wait.min(MAX_WAIT) * SECOND;
        Answer::Rejected
    }
}

const MAX_FAILURES: u32 = 30;
const WAIT_INCREMENT: u32 = 60;
const MAX_WAIT: u32 = 900;
const FAILURE_RESET: u32 = 12 * HOUR;
const QUICK: u32 = SECOND;
const QUICK_WAIT: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_after(system: &mut Keycloak, second: u32) -> u32 {
        assert_eq!(system.attempt(&Attempt::wrong(second, 1, 1)), Answer::Rejected);
        match system.attempt(&Attempt::right(second, 1, 2)) {
            Answer::Refused(wait) => wait,
            _ => 0,
        }
    }

    #[test]
    fn every_thirty_failures_the_wait_grows_by_a_minute() {
        let (mut system, mut second, mut failures) = (Keycloak::default(), 0, 0);
        let mut waits = Vec::new();
        while failures <= 480 {
            match system.attempt(&Attempt::wrong(second, 1, 1)) {
                Answer::Refused(wait) => {
                    waits.push((failures, wait + 1));
                    second += wait;
                }
                _ => {
                    failures += 1;
                    second += 1;
                }
            }
        }
        let expected: Vec<_> =
            (30..=480).map(|count: u32| (count, (count / 30 * 60).min(900))).collect();
        assert_eq!(waits, expected);
    }

    #[test]
    fn a_quick_failure_waits_a_minute() {
        let mut system = Keycloak::default();
        assert_eq!(system.attempt(&Attempt::wrong(5, 1, 1)), Answer::Rejected);
        assert_eq!(wait_after(&mut system, 5), 60);
        assert_eq!(wait_after(&mut system, 65), 0);
    }

    #[test]
    fn twelve_hours_or_a_login_begin_anew() {
        let mut system = Keycloak::default();
        for number in 0..29 {
            system.attempt(&Attempt::wrong(2 * number, 1, 1));
        }
        let later = 56 + 12 * 3_600;
        assert_eq!(wait_after(&mut system, later), 60, "just within 12 hours");
        for number in 0..29 {
            system.attempt(&Attempt::wrong(later + 60 + 60 * number, 2, 1));
        }
        let later = later + 60 + 60 * 28 + 12 * 3_600 + 1;
        system.attempt(&Attempt::wrong(later, 2, 1));
        assert_eq!(system.attempt(&Attempt::right(later, 2, 1)), Answer::Verified);
    }
}
