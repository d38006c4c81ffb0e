//! Ten strikes: an account that fails ten times in a row is locked until an operator opens it.
//!
//! Follows the OWASP Authentication Cheat Sheet, "Account Lockout", which asks for a threshold, an
//! observation window and a duration: 10 failures, since the last login, and 24 hours, which is when
//! the lab's operator gets round to it and forgets the failures.

use std::collections::HashMap;

use crate::lab::attempt::{Answer, Attempt, System};
use crate::lab::people::Name;
use crate::lab::scale::{DAY, SECOND};

/// Counts failures per name.
#[derive(Debug, Default)]
pub(crate) struct TenStrikes {
    accounts: HashMap<Name, Account>,
}

#[derive(Debug, Default)]
struct Account {
    failures: u32,
    locked_until: u32,
}

impl System for TenStrikes {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        let account = self.accounts.entry(attempt.name).or_default();
        if attempt.at < account.locked_until {
            return Answer::Refused((account.locked_until - attempt.at).div_ceil(SECOND));
        }
        account.failures = if attempt.is_right { 0 } else { account.failures + 1 };
        if account.failures == MOST {
            *account = Account { failures: 0, locked_until: attempt.at + DAY };
        }
        super::told(attempt.is_right)
    }
}

const MOST: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_failure_in_a_row_locks_for_a_day() {
        let mut system = TenStrikes::default();
        for second in 0..9 {
            assert_eq!(system.attempt(&Attempt::wrong(second, 1, second)), Answer::Rejected);
        }
        assert_eq!(system.attempt(&Attempt::right(9, 1, 9)), Answer::Verified);
        for second in 10..20 {
            assert_eq!(system.attempt(&Attempt::wrong(second, 1, second)), Answer::Rejected);
        }
        assert_eq!(system.attempt(&Attempt::right(20, 1, 9).on_device()), Answer::Refused(86_399));
        assert_eq!(system.attempt(&Attempt::right(20, 2, 9)), Answer::Verified);
        assert_eq!(system.attempt(&Attempt::right(19 + 86_400, 1, 9)), Answer::Verified);
    }
}
