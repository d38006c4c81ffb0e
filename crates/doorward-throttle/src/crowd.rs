//! Networks that try account after account.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::address::SourcePrefix;
use crate::alarm::Alarm;
use crate::detection::Detection;

/// What came from each network lately: on which accounts it failed, on which it succeeded.
///
/// Bounded: networks that have failed least are forgotten first.
#[derive(Debug, Default)]
pub(crate) struct Crowds(HashMap<SourcePrefix, Crowd>);

/// The attempts from one network.
#[derive(Debug)]
struct Crowd {
    /// Accounts that it failed on in the last five minutes, and accounts that it got into.
    failed_on: Vec<(u64, SystemTime)>,
    got_into: Vec<(u64, SystemTime)>,
    /// Since when the day's numbers count.
    since: SystemTime,
    requests: u64,
    failed: u64,
    /// Some of the accounts that it failed on in this day.
    some: Vec<u64>,
    /// How often it was flagged, and until when last: no later than that.
    flagged: u32,
    flagged_until: Option<SystemTime>,
    flagged_at: Option<SystemTime>,
}

/// A network that sprays, and is to be flagged.
pub(crate) struct Sighting {
    /// To be raised, where it is a new one.
    pub(crate) alarm: Option<Alarm>,
    /// How often it was flagged in these days before.
    pub(crate) recurrence: u32,
}

impl Crowds {
    /// Takes note of an attempt; `is_party` is whether the network is one party's.
    pub(crate) fn note(
        &mut self,
        network: SourcePrefix,
        is_party: bool,
        account: u64,
        failed: bool,
        detection: &Detection,
        now: SystemTime,
    ) -> Option<Sighting> {
        if !self.0.contains_key(&network) && self.0.len() >= MOST_NETWORKS {
            self.make_room(now);
        }
        let crowd = self.0.entry(network).or_insert_with(|| Crowd::new(now));
        crowd.note(account, failed, now);
        if !(failed && crowd.sprays(is_party, detection)) {
            return None;
        }
        if crowd.flagged_until.is_some_and(|until| until > now) {
            return None;
        }
        let recurrence = crowd.flagged;
        crowd.flagged = recurrence.saturating_add(1);
        crowd.flagged_until = Some(now + detection.hold);
        crowd.flagged_at = Some(now);
        let alarm = Alarm::SprayingNetwork {
            network,
            accounts: crowd.failed_on.len().max(crowd.some.len()) as u64,
            requests: crowd.requests,
            failed: crowd.failed,
        };
        Some(Sighting { alarm: (recurrence == 0).then_some(alarm), recurrence })
    }

    /// Forgets a network, as an operator asks.
    pub(crate) fn forget(&mut self, network: &SourcePrefix) {
        self.0.remove(network);
    }

    /// Forgets a network that is taken for flagged, unless it was flagged just now: attempts under way
    /// have not seen that yet.
    pub(crate) fn forget_if_flagged(&mut self, network: &SourcePrefix, now: SystemTime) {
        let flagged = |crowd: &Crowd| {
            let since = crowd.flagged_at.is_some_and(|at| at + UNDER_WAY <= now);
            since && crowd.flagged_until.is_some_and(|until| until > now)
        };
        if self.0.get(network).is_some_and(flagged) {
            self.0.remove(network);
        }
    }

    fn make_room(&mut self, now: SystemTime) {
        self.0.retain(|_, crowd| crowd.is_of_today(now));
        let keep = MOST_NETWORKS - MOST_NETWORKS / 10;
        if self.0.len() <= keep {
            return;
        }
        let mut ranks: Vec<_> = self.0.values().map(Crowd::rank).collect();
        let excess = ranks.len() - keep;
        let bar = *ranks.select_nth_unstable(excess - 1).1;
        let mut ties = excess - ranks.iter().filter(|&&rank| rank < bar).count();
        self.0.retain(|_, crowd| {
            let rank = crowd.rank();
            if rank == bar && ties > 0 {
                ties -= 1;
                return false;
            }
            rank >= bar
        });
    }
}

impl Crowd {
    fn new(now: SystemTime) -> Self {
        Self {
            failed_on: Vec::new(),
            got_into: Vec::new(),
            since: now,
            requests: 0,
            failed: 0,
            some: Vec::new(),
            flagged: 0,
            flagged_until: None,
            flagged_at: None,
        }
    }

    fn note(&mut self, account: u64, failed: bool, now: SystemTime) {
        if !self.is_of_today(now) {
            // What was quiet for a whole day begins anew.
            let (flagged, flagged_until) = match self.flagged_until {
                Some(until) if until + DAY > now => (self.flagged, self.flagged_until),
                _ => (0, None),
            };
            let flagged_at = self.flagged_at;
            *self = Self { flagged, flagged_until, flagged_at, ..Self::new(now) };
        }
        self.requests += 1;
        self.failed += u64::from(failed);
        if failed && self.some.len() < LEAST_ACCOUNTS && !self.some.contains(&account) {
            self.some.push(account);
        }
        let recent = |&(_, at): &(u64, SystemTime)| {
            now.duration_since(at).map_or(true, |age| age < FIVE_MINUTES)
        };
        self.failed_on.retain(recent);
        self.got_into.retain(recent);
        let accounts = if failed { &mut self.failed_on } else { &mut self.got_into };
        if let Some((_, at)) = accounts.iter_mut().find(|(known, _)| *known == account) {
            *at = now;
        } else if accounts.len() < MOST_ACCOUNTS {
            accounts.push((account, now));
        }
    }

    /// An office after lunch fails on many accounts and gets into more; a sprayer does not.
    fn sprays(&self, is_party: bool, detection: &Detection) -> bool {
        let failed_on = self.failed_on.len();
        let at_once =
            failed_on as u64 > detection.source_accounts && failed_on > self.got_into.len();
        let share = self.failed * 100 > self.requests * detection.source_failed_percent;
        let all_day = is_party
            && self.requests > detection.source_requests
            && share
            && self.some.len() >= LEAST_ACCOUNTS;
        at_once || all_day
    }

    fn is_of_today(&self, now: SystemTime) -> bool {
        now.duration_since(self.since).map_or(true, |age| age < DAY)
    }

    fn rank(&self) -> (u64, u64) {
        (self.failed, self.requests)
    }
}

/// No attempt is under way for longer.
const UNDER_WAY: Duration = Duration::from_secs(5);
const FIVE_MINUTES: Duration = Duration::from_secs(300);
const DAY: Duration = Duration::from_secs(86_400);
/// One who has forgotten a password fails often, on one account; a family perhaps on two.
const LEAST_ACCOUNTS: usize = 3;
const MOST_ACCOUNTS: usize = 64;
const MOST_NETWORKS: usize = 16_384;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    fn network(n: u32) -> SourcePrefix {
        SourcePrefix::party(Ipv4Addr::from(0x0b00_0000 + n).into())
    }

    fn run(attempts: impl IntoIterator<Item = (u64, bool, u64)>) -> Option<usize> {
        let mut crowds = Crowds::default();
        let detection = Detection::recommended();
        let noticed = |(account, failed, second)| {
            crowds.note(network(1), true, account, failed, &detection, at(second)).is_some()
        };
        attempts.into_iter().map(noticed).position(|noticed| noticed)
    }

    #[test]
    fn r04_a_source_that_fails_on_account_after_account_is_noticed() {
        assert_eq!(run((0..100).map(|n| (n, true, n * 60))), Some(7));
        // Between logins of its own.
        let mixed = (0..100).flat_map(|n| [(1_000, false, n * 5), (n, true, n * 5)]);
        assert_eq!(run(mixed), Some(31));
    }

    #[test]
    fn one_person_who_forgot_and_an_office_are_not() {
        assert_eq!(run((0..100).map(|n| (n % 2, true, n * 10))), None);
        let office = (0..1_000).flat_map(|n| {
            let failed = (n % 10 == 0).then_some((n, true, n));
            failed.into_iter().chain([(n, false, n)])
        });
        assert_eq!(run(office), None);
    }

    #[test]
    fn one_alarm_is_raised_while_it_lasts() {
        let mut crowds = Crowds::default();
        let detection = Detection::recommended();
        let mut alarms = 0;
        for n in 0..3_000 {
            let seen = crowds.note(network(1), true, n, true, &detection, at(n * 10));
            alarms += usize::from(seen.is_some_and(|seen| seen.alarm.is_some()));
        }
        assert_eq!(alarms, 1);
    }

    #[test]
    fn a_flood_of_networks_takes_the_room_of_those_that_failed_least() {
        let mut crowds = Crowds::default();
        let detection = Detection::recommended();
        for n in 0..5 {
            crowds.note(network(0), true, n, true, &detection, at(n));
        }
        for n in 1..200_000 {
            crowds.note(network(n), true, 1, true, &detection, at(10));
            assert!(crowds.0.len() <= MOST_NETWORKS);
        }
        assert_eq!(crowds.0[&network(0)].failed, 5);
    }
}
