//! Passwords that fail often: on how many accounts, lately.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// Counts the accounts that each frequent password has failed on in the last 24 hours.
///
/// Only passwords come here that are common or have failed often: no rare one is kept.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    accounts: HashMap<u64, Vec<(u64, SystemTime)>>,
    /// How often each was flagged, and when last; as few as can be flagged.
    flagged: HashMap<u64, (u32, SystemTime)>,
    volume: Volume,
}

impl Candidates {
    /// Takes note of a failure that nothing explains yet; what one password can be expected to fail on grows
    /// with their number.
    pub(crate) fn note_failure(&mut self, now: SystemTime) {
        self.volume.note(now);
    }

    /// Takes note of a failure of a frequent password; answers on how many accounts it has failed.
    pub(crate) fn note(&mut self, tag: u64, account: u64, now: SystemTime) -> u64 {
        if !self.accounts.contains_key(&tag) && self.accounts.len() >= MOST_PASSWORDS {
            self.make_room(now);
        }
        let accounts = self.accounts.entry(tag).or_default();
        accounts.retain(|&(other, at)| other != account && is_within(at, now, DAY));
        if accounts.len() < MOST_ACCOUNTS {
            accounts.push((account, now));
        }
        accounts.len() as u64
    }

    /// Takes note that a password is flagged; answers how often it was before, each time within two days of
    /// the last.
    pub(crate) fn flag(&mut self, tag: u64, now: SystemTime) -> u32 {
        self.flagged.retain(|_, &mut (_, at)| is_within(at, now, 2 * DAY));
        if self.flagged.len() >= MOST_PASSWORDS && !self.flagged.contains_key(&tag) {
            return 0;
        }
        let (times, at) = self.flagged.entry(tag).or_insert((0, now));
        *at = now;
        *times = times.saturating_add(1);
        *times - 1
    }

    /// Forgets on which accounts a password has failed.
    pub(crate) fn forget(&mut self, tag: u64) {
        self.accounts.remove(&tag);
        self.flagged.remove(&tag);
    }

    /// On how many accounts a password fails that is taken for a sprayed one: `least`, or 3 in 100
    /// of the failures of a calm day, or one in 100 of today's. The most common password is chosen by
    /// less than one in 100.
    pub(crate) fn threshold(&self, least: u64) -> u64 {
        let usual = (3 * self.volume.calm / 100).max(self.volume.today / 100);
        least.max(usual).min(MOST_ACCOUNTS as u64)
    }

    /// Passwords that have failed on few accounts go first.
    fn make_room(&mut self, now: SystemTime) {
        self.accounts.retain(|_, accounts| {
            accounts.retain(|&(_, at)| is_within(at, now, DAY));
            !accounts.is_empty()
        });
        let mut least = 1;
        while self.accounts.len() >= MOST_PASSWORDS {
            self.accounts.retain(|_, accounts| accounts.len() > least);
            least *= 2;
        }
    }
}

/// How many failures a day has, in calm times.
#[derive(Debug)]
struct Volume {
    since: Option<SystemTime>,
    today: u64,
    calm: u64,
}

impl Default for Volume {
    fn default() -> Self {
        Self { since: None, today: 0, calm: SMALL_SITE }
    }
}

impl Volume {
    fn note(&mut self, now: SystemTime) {
        if !self.since.is_some_and(|since| is_within(since, now, DAY)) {
            if self.since.is_some() {
                // It at most doubles from one day to the next: an attack does not become usual.
                self.calm = self.today.clamp(SMALL_SITE, 2 * self.calm + SMALL_SITE);
            }
            (self.since, self.today) = (Some(now), 0);
        }
        self.today += 1;
    }
}

/// Whether `then` lies less than `length` back, or a little ahead.
fn is_within(then: SystemTime, now: SystemTime, length: Duration) -> bool {
    match now.duration_since(then) {
        Ok(age) => age < length,
        Err(ahead) => ahead.duration() < length,
    }
}

const DAY: Duration = Duration::from_secs(86_400);
/// So many passwords are watched at a time, on so many accounts each.
const MOST_PASSWORDS: usize = 1_024;
const MOST_ACCOUNTS: usize = 256;
/// What a small site sees: with it, six accounts are above three in a hundred.
const SMALL_SITE: u64 = 100;

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    #[test]
    fn accounts_count_once_and_for_a_day() {
        let mut candidates = Candidates::default();
        assert_eq!(candidates.note(1, 10, at(0)), 1);
        assert_eq!(candidates.note(1, 10, at(1)), 1);
        assert_eq!(candidates.note(1, 11, at(2)), 2);
        assert_eq!(candidates.note(2, 11, at(2)), 1);
        assert_eq!(candidates.note(1, 12, at(86_402)), 1);
    }

    #[test]
    fn a_flood_of_passwords_takes_the_room_of_those_that_failed_least() {
        let mut candidates = Candidates::default();
        for account in 0..5 {
            candidates.note(0, account, at(0));
        }
        for password in 1..100_000 {
            candidates.note(password, password, at(1));
            assert!(candidates.accounts.len() <= MOST_PASSWORDS);
        }
        assert_eq!(candidates.note(0, 5, at(2)), 6);
    }

    #[test]
    fn a_large_site_gets_a_higher_threshold() {
        let mut candidates = Candidates::default();
        assert_eq!(candidates.threshold(6), 6);
        let mut thresholds = Vec::new();
        for day in 0..6 {
            for n in 0..4_000 {
                candidates.note_failure(at(day * 86_400 + n));
            }
            thresholds.push(candidates.threshold(6));
        }
        assert_eq!(thresholds, [40, 40, 40, 45, 93, 120]);
    }
}
