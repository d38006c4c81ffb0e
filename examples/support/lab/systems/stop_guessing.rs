//! The score of StopGuessing.
//!
//! Follows Tian, Herley and Schechter, "StopGuessing: Using Guessed Passwords to Thwart Online Guessing"
//! (EuroS&P 2019) with the defaults of its published code: per address, a score that halves every 12 hours. A
//! failure adds 1, at a name that nobody has 2, and five times as much when the password fails often; the
//! same wrong password at the same account, among the last eight, adds nothing. A login takes back 90 % of
//! what typos of the same account from the same address cost, and up to 30 more from an account's credit of
//! 50, which grows back with the same half-life. A right password is turned away, and called wrong, when the
//! score is above 50 and the password fails often, or above 5,000, unless the device has logged in to
//! that account before.
//!
//! Left out: the exact counts that the code keeps of frequent passwords next to the filter. The last eight
//! wrong passwords stand in for its sketch of failures at unknown names.

use std::collections::{HashMap, VecDeque};

use super::decaying::Decaying;
use super::ladder_filter::LadderFilter;
use crate::lab::addresses::Address;
use crate::lab::attempt::{Answer, Attempt, System};
use crate::lab::password::Password;
use crate::lab::people::Name;

/// Scores addresses.
#[derive(Debug)]
pub(crate) struct StopGuessing {
    filter: LadderFilter,
    sources: HashMap<Address, Source>,
    accounts: HashMap<Name, Account>,
}

#[derive(Debug, Default)]
struct Source {
    score: Decaying,
    /// The last typos, each with its account and what it cost.
    typos: VecDeque<(Name, Decaying)>,
}

#[derive(Debug, Default)]
struct Account {
    wrong: VecDeque<Password>,
    /// What it has given of its credit.
    given: Decaying,
}

impl StopGuessing {
    pub(crate) fn new() -> Self {
        Self { filter: LadderFilter::new(), sources: HashMap::new(), accounts: HashMap::new() }
    }

    fn failed(&mut self, attempt: &Attempt, is_frequent: bool) {
        let account = self.accounts.entry(attempt.name).or_default();
        if account.wrong.contains(&attempt.password) {
            return;
        }
        remember(&mut account.wrong, attempt.password);
        let base = if attempt.is_known { WRONG_PASSWORD } else { UNKNOWN_NAME };
        let penalty = if is_frequent { base * FREQUENT_FACTOR } else { base };
        let source = self.sources.entry(attempt.source).or_default();
        source.score.add(penalty, attempt.at);
        if attempt.is_typo {
            let mut cost = Decaying::default();
            cost.add(penalty, attempt.at);
            remember(&mut source.typos, (attempt.name, cost));
        }
        self.filter.step(attempt.password);
    }

    fn is_blocked(&mut self, attempt: &Attempt, is_frequent: bool) -> bool {
        let source = self.sources.entry(attempt.source).or_default();
        source.typos.retain(|&(name, cost)| {
            if name == attempt.name {
                source.score.add(-TYPO_REFUND * cost.at(attempt.at), attempt.at);
            }
            name != attempt.name
        });
        let threshold = if is_frequent { THRESHOLD } else { THRESHOLD * UNCOMMON_FACTOR };
        !attempt.has_device && source.score.at(attempt.at) > threshold
    }

    fn reward(&mut self, attempt: &Attempt) {
        let account = self.accounts.entry(attempt.name).or_default();
        let score = &mut self.sources.entry(attempt.source).or_default().score;
        let left = CREDIT - account.given.at(attempt.at);
        let credit = REWARD.min(score.at(attempt.at)).min(left);
        if credit > 0.0 {
            account.given.add(credit, attempt.at);
            score.add(-credit, attempt.at);
        }
    }
}

impl System for StopGuessing {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        let is_frequent = self.filter.is_frequent(attempt.password);
        if !attempt.is_right {
            self.failed(attempt, is_frequent);
            return Answer::Rejected;
        }
        if self.is_blocked(attempt, is_frequent) {
            return Answer::Rejected;
        }
        self.reward(attempt);
        Answer::Verified
    }
}

fn remember<T>(last: &mut VecDeque<T>, item: T) {
    last.push_back(item);
    if last.len() > REMEMBERED {
        last.pop_front();
    }
}

const WRONG_PASSWORD: f64 = 1.0;
const UNKNOWN_NAME: f64 = 2.0;
const FREQUENT_FACTOR: f64 = 5.0;
const TYPO_REFUND: f64 = 0.9;
const REWARD: f64 = 30.0;
const CREDIT: f64 = 50.0;
const THRESHOLD: f64 = 50.0;
const UNCOMMON_FACTOR: f64 = 100.0;
const REMEMBERED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    /// 30 guesses of one password from 30 places.
    fn with_a_frequent_password() -> (StopGuessing, Password) {
        let (mut system, common) = (StopGuessing::new(), Password::at_rank(1));
        for number in 0..40 {
            let guess =
                Attempt { password: common, ..Attempt::wrong(0, 100 + number, 100 + number) };
            assert_eq!(system.attempt(&guess), Answer::Rejected);
        }
        (system, common)
    }

    #[test]
    fn eleven_guesses_of_a_frequent_password_block_an_address_for_it_alone() {
        let (mut system, common) = with_a_frequent_password();
        let right = Attempt { password: common, ..Attempt::right(1, 9, 7) };
        for name in 0..11 {
            let guess = Attempt { password: common, ..Attempt::wrong(1, name, 7) };
            assert_eq!(system.attempt(&guess), Answer::Rejected);
        }
        assert_eq!(system.attempt(&right), Answer::Rejected);
        assert_eq!(system.attempt(&right.on_device()), Answer::Verified);
        assert_eq!(system.attempt(&Attempt::right(1, 8, 7)), Answer::Verified);
    }

    #[test]
    fn ten_are_not_enough_and_the_score_fades() {
        let (mut system, common) = with_a_frequent_password();
        let right = |at| Attempt { password: common, ..Attempt::right(at, 9, 7) };
        let guess = |name| Attempt { password: common, ..Attempt::wrong(1, name, 7) };
        for name in 0..10 {
            system.attempt(&guess(name));
        }
        assert_eq!(system.sources[&guess(0).source].score.at(1_000), 50.0);
        for name in 10..20 {
            system.attempt(&guess(name));
        }
        assert_eq!(system.attempt(&right(1)), Answer::Rejected);
        assert_eq!(system.attempt(&right(43_202)), Answer::Verified);
    }

    #[test]
    fn repeats_cost_nothing_and_unknown_names_twice() {
        let mut system = StopGuessing::new();
        let guess = Attempt::wrong(0, 1, 7);
        for _ in 0..20 {
            system.attempt(&guess);
        }
        assert_eq!(system.sources[&guess.source].score.at(0), 1.0);
        system.attempt(&Attempt { is_known: false, ..Attempt::wrong(0, 2, 7) });
        assert_eq!(system.sources[&guess.source].score.at(0), 3.0);
    }

    #[test]
    fn a_login_refunds_typos_and_gives_credit_up_to_a_bound() {
        let mut system = StopGuessing::new();
        let score = |system: &StopGuessing| system.sources[&Address::numbered(7)].score.at(0);
        let typo = Attempt { is_typo: true, ..Attempt::wrong(0, 1, 7) };
        system.attempt(&typo);
        assert!(!system.is_blocked(&Attempt::right(0, 1, 7), false));
        assert!((score(&system) - 0.1).abs() < 1e-9);
        for number in 0..100 {
            system.attempt(&Attempt { at: 0, ..Attempt::wrong(number, 2 + number, 7) });
        }
        for left in [70.1, 50.1, 50.1] {
            system.attempt(&Attempt::right(0, 1, 7));
            assert!((score(&system) - left).abs() < 1e-9, "{}", score(&system));
        }
    }
}
