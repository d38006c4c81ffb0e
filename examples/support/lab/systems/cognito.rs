//! The lockout of Amazon Cognito user pools.
//!
//! Follows the Amazon Cognito Developer Guide, "Lockout behavior for failed sign-in attempts": after five
//! failures the user is locked out for a second, and twice as long after each further one, up to about 15
//! minutes: 2^(n-5) seconds after n failures. Attempts during a lockout neither count nor lengthen it.
//! A login, or 15 minutes without any attempt, begins anew.

use std::collections::HashMap;

use crate::lab::attempt::{Answer, Attempt, System};
use crate::lab::people::Name;
use crate::lab::scale::SECOND;

/// Counts failures per name.
#[derive(Debug, Default)]
pub(crate) struct Cognito {
    users: HashMap<Name, User>,
}

#[derive(Debug, Default)]
struct User {
    failures: u32,
    last_attempt: u32,
    locked_until: u32,
}

impl System for Cognito {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        let user = self.users.entry(attempt.name).or_default();
        if attempt.at - user.last_attempt >= QUIET {
            *user = User::default();
        }
        user.last_attempt = attempt.at;
        if attempt.at < user.locked_until {
            return Answer::Refused((user.locked_until - attempt.at).div_ceil(SECOND));
        }
        if attempt.is_right {
            user.failures = 0;
            return Answer::Verified;
        }
        user.failures += 1;
        if let Some(doublings) = user.failures.checked_sub(FREE) {
            let seconds = LONGEST.min(1 << doublings.min(10));
            user.locked_until = attempt.at + seconds * SECOND;
        }
        Answer::Rejected
    }
}

const FREE: u32 = 5;
const LONGEST: u32 = 900;
const QUIET: u32 = 900 * SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lockouts_double_up_to_a_quarter_of_an_hour() {
        let (mut system, mut second, mut waits) = (Cognito::default(), 100, Vec::new());
        for _ in 0..17 {
            let mut told = None;
            while let Answer::Refused(wait) = system.attempt(&Attempt::wrong(second, 1, 1)) {
                told = told.or(Some(wait));
                // Knocking all the while, or a wait of 15 minutes would begin anew.
                second += wait.min(300);
            }
            waits.extend(told);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn a_login_or_a_quiet_quarter_of_an_hour_begins_anew() {
        let five = |system: &mut Cognito, second| {
            for _ in 0..5 {
                assert_eq!(system.attempt(&Attempt::wrong(second, 1, 1)), Answer::Rejected);
            }
        };
        let mut system = Cognito::default();
        five(&mut system, 0);
        assert_eq!(system.attempt(&Attempt::right(0, 1, 2)), Answer::Refused(1));
        assert_eq!(system.attempt(&Attempt::right(1, 1, 2)), Answer::Verified);
        five(&mut system, 2);
        assert_eq!(system.attempt(&Attempt::wrong(3, 1, 1)), Answer::Rejected);
        assert_eq!(system.attempt(&Attempt::wrong(4, 1, 1)), Answer::Refused(1));
        five(&mut system, 904);
    }
}
