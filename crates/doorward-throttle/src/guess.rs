//! What is known of the password of an attempt, without the password.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::popularity::Popularity;

/// What the policy may know of the password that an attempt brings: keyed digests, which say whether
/// it was seen before and nothing else.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a password has no other facts that are counted")]
pub struct Guess {
    /// A keyed digest of the password alone: the same for every account, and the same on every
    /// instance. It is kept nowhere before the password has failed on many accounts.
    pub digest: [u8; 32],
    /// How common it is.
    pub popularity: Popularity,
    /// The password on this account, from this source or device: today's, then yesterday's.
    pub fingerprints: [Fingerprint; 2],
}

/// Sixteen bits that stand for a wrong password of one person for at most two days.
///
/// They are kept in the row of the account (or of the device), the last four of them, so that a wrong
/// password which the same person repeats (a mail program with last month's password) costs once.
///
/// Made by the caller with a keyed digest of the account, the source, the day
/// ([`Fingerprint::day`]) and the password. Without the key they say nothing. Who has the
/// key and the table learns 16 bits about each of the last four wrong passwords: a wrong candidate
/// passes one of them with a chance of 1 in 65,536. A guesser's new guess is taken for a repeated one, and costs
/// him nothing, with a chance of at most 4 in 65,536.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fingerprint(u16);

impl Fingerprint {
    /// The first two bytes of a keyed digest.
    pub const fn new(digest: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(digest))
    }

    /// The days whose fingerprints count at `now`: today and yesterday, in days since 1970. They go
    /// into the digests, so that those of different days have nothing in common.
    pub fn day(now: SystemTime) -> [u64; 2] {
        let today = minutes(now) / MINUTES_A_DAY;
        [today, today.saturating_sub(1)]
    }

    /// As it is kept: when, in minutes since 1970, and what.
    pub(crate) fn cell(self, now: SystemTime) -> i64 {
        i64::try_from(minutes(now) << 16 | u64::from(self.0)).unwrap_or(0)
    }
}

impl Guess {
    /// Whether a cell holds this password's fingerprint of its day.
    pub(crate) fn is_in(&self, cell: i64, now: SystemTime) -> bool {
        let cell = u64::try_from(cell).unwrap_or(0);
        let day = (cell >> 16) / MINUTES_A_DAY;
        let pairs = Fingerprint::day(now).into_iter().zip(self.fingerprints);
        pairs.into_iter().any(|(of, print)| of == day && u64::from(print.0) == cell & 0xffff)
    }
}

/// Whether a cell is of a day that does not count any more.
pub(crate) fn is_stale(cell: i64, now: SystemTime) -> bool {
    let day = u64::try_from(cell).unwrap_or(0) >> 16;
    day / MINUTES_A_DAY < Fingerprint::day(now)[1]
}

fn minutes(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) / 60
}

const MINUTES_A_DAY: u64 = 24 * 60;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_fingerprint_counts_on_its_day_and_the_next() {
        let at = |hours: u64| UNIX_EPOCH + Duration::from_secs(3_600 * (24 * 20_000 + hours));
        let (today, tomorrow) = (Fingerprint::new([1, 2]), Fingerprint::new([3, 4]));
        let guess = |fingerprints| Guess {
            digest: [0; 32],
            popularity: Popularity::UNLISTED,
            fingerprints,
        };
        let cell = today.cell(at(23));
        assert!(guess([today, tomorrow]).is_in(cell, at(23)));
        assert!(guess([tomorrow, today]).is_in(cell, at(25)));
        assert!(!guess([today, tomorrow]).is_in(cell, at(25)), "digests of another day");
        assert!(!is_stale(cell, at(47)));
        assert!(is_stale(cell, at(48)));
        assert!(!guess([today, today]).is_in(cell, at(48)));
    }
}
