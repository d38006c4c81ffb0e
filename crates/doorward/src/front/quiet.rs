//! How loud the network is that somebody comes from.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_store::AccountId;
use doorward_throttle::SourcePrefix;

use super::buckets::Buckets;
use super::passage::Passage;
use crate::lane::Lane;
use crate::ranks::{LEVELS, NEW};

/// A small bucket for each network (an IPv4 /24, an IPv6 /48): the fuller it is, the sooner it is the turn of whoever comes
/// from there. Networks that owners have logged in from of late are a step ahead of those that nobody has; and an address
/// (IPv6: a /64) that they have logged in from has a bucket of its own, however loud its neighbours are.
///
/// A flood of guesses, from however many addresses, comes back to its networks, and is loud from then on; an owner on a new
/// device comes from one that has been quiet, and most often from where they have been before. Nobody is refused by this: it
/// is whose turn it is while there are more than can be hashed.
pub(super) struct Quiet {
    /// The level of a network that nobody has come from.
    new: u8,
    state: Mutex<State>,
}

struct State {
    passage: Passage,
    /// Attempts that were no logins, as far as is known.
    loud: Buckets<SourcePrefix>,
    /// Networks, and addresses, that owners have logged in from.
    familiar: Buckets<SourcePrefix>,
    /// What accounts have made networks quieter by.
    given: Buckets<AccountId>,
}

impl Quiet {
    /// For attempts with passwords; for so many networks, and as many accounts, at once.
    pub(super) fn with_passwords(most: usize) -> Self {
        Self::new(most, NEW)
    }

    /// For attempts with codes, which cost no hash: whoever has come as far as that goes before whoever has not.
    pub(super) fn with_codes(most: usize) -> Self {
        Self::new(most, 0)
    }

    fn new(most: usize, new: u8) -> Self {
        let state = State {
            passage: Passage::new(FAMILIAR, 2),
            loud: Buckets::new(LOUD, BURST, most),
            familiar: Buckets::new(FAMILIAR, 2, most),
            given: Buckets::new(GIVEN, GIVEN_AT_ONCE, most),
        };
        Self { new, state: Mutex::new(state) }
    }

    /// The lane of one attempt more from this source; `None` where its network is too loud to be told from others.
    pub(super) fn lane(&self, source: Option<IpAddr>, now: SystemTime) -> Option<Lane> {
        let [party, network] = prefixes(source?);
        let mut state = self.lock();
        let (passed, _) = state.passage.at(now);
        let of_network = state.count(network, passed);
        if state.is_familiar(party, passed)
            && let Some(level) = state.count(party, passed)
        {
            return Some(Lane::Quiet(party, level));
        }
        let ahead = if state.is_familiar(network, passed) { 0 } else { self.new };
        Some(Lane::Quiet(network, of_network? + ahead))
    }

    /// An owner has logged in from there: what they were taken for is given back, and address and network are familiar.
    ///
    /// An account gives so much a day and no more: with one of his own, nobody stays in front of all others for long, or brings
    /// a whole botnet there.
    pub(super) fn welcome(&self, source: Option<IpAddr>, account: AccountId, now: SystemTime) {
        let Some(source) = source else { return };
        let mut state = self.lock();
        let (passed, _) = state.passage.at(now);
        if state.given.take(account, passed).is_err() {
            return;
        }
        for prefix in prefixes(source) {
            state.loud.put_back(prefix, passed);
            // It may be as familiar as can be already.
            let _ = state.familiar.take(prefix, passed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One attempt more from there: how many there were before; `None` where they were too many.
    fn count(&mut self, prefix: SourcePrefix, passed: Duration) -> Option<u8> {
        let before = u8::try_from(self.loud.taken(prefix, passed)).ok()?;
        self.loud.take(prefix, passed).ok()?;
        Some(before)
    }

    fn is_familiar(&self, prefix: SourcePrefix, passed: Duration) -> bool {
        self.familiar.taken(prefix, passed) > 0
    }
}

/// The address, and the network around it.
fn prefixes(source: IpAddr) -> [SourcePrefix; 2] {
    [SourcePrefix::party(source), SourcePrefix::neighbourhood(source)]
}

/// An attempt is forgotten after ten minutes. Longer, and who mistypes is loud for longer; shorter, and a flood from many
/// networks is quiet again while it lasts.
const LOUD: Duration = Duration::from_secs(600);

/// As many as can be told apart.
const BURST: u32 = LEVELS as u32 - NEW as u32;

/// A network is familiar for two to four weeks after a login.
const FAMILIAR: Duration = Duration::from_secs(14 * 86_400);

/// Five logins a day of each account, as the policy has it with credits.
const GIVEN_AT_ONCE: u32 = 5;
const GIVEN: Duration = Duration::from_secs(86_400 / GIVEN_AT_ONCE as u64);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const DAY: u64 = 86_400;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    fn level(quiet: &Quiet, source: Option<IpAddr>, seconds: u64) -> Option<u8> {
        match quiet.lane(source, at(seconds))? {
            Lane::Quiet(prefix, level) => {
                assert!(prefixes(source.unwrap()).contains(&prefix));
                Some(level)
            }
            lane => panic!("{lane:?}"),
        }
    }

    fn account(number: u8) -> AccountId {
        AccountId::from_bytes([number; 16])
    }

    #[test]
    fn a_network_is_louder_with_each_attempt_and_quieter_after_ten_minutes() {
        let quiet = Quiet::with_passwords(100);
        let levels: Vec<_> =
            (0..9).map(|host| level(&quiet, ip(&format!("192.0.2.{host}")), 0)).collect();
        let expected: Vec<_> = (1..9).map(Some).chain([None]).collect();
        assert_eq!(levels, expected);
        assert_eq!(level(&quiet, ip("192.0.3.1"), 0), Some(1));
        assert_eq!(level(&quiet, ip("192.0.2.1"), 599), None);
        assert_eq!(level(&quiet, ip("192.0.2.1"), 600), Some(8));
        assert_eq!(level(&quiet, ip("192.0.2.1"), 8_000), Some(1));
        assert_eq!(level(&quiet, ip("2001:db8::1"), 0), Some(1));
        assert_eq!(level(&quiet, ip("2001:db8:0:1::1"), 0), Some(2));
        // Who says nothing of where they come from is one of many.
        assert_eq!(level(&quiet, None, 0), None);
    }

    #[test]
    fn a_flood_that_comes_back_to_its_networks_is_louder_than_an_owner() {
        let quiet = Quiet::with_passwords(65_536);
        let source = |n: u32| Some(IpAddr::V4((0x0b00_0001 + ((n % 5_000) << 8)).into()));
        for n in 0..200_000 {
            let expected = u8::try_from(n / 5_000 + 1).ok().filter(|level| *level < 9);
            assert_eq!(level(&quiet, source(n), u64::from(n / 2_000)), expected);
            if n % 20_000 == 10_000 {
                let owner = Some(IpAddr::V4((0xc000_0201 + (n << 8)).into()));
                assert_eq!(level(&quiet, owner, u64::from(n / 2_000)), Some(1));
            }
        }
    }

    #[test]
    fn a_code_goes_before_passwords_and_many_do_not() {
        let quiet = Quiet::with_codes(100);
        let levels: Vec<_> = (0..9).map(|_| level(&quiet, ip("192.0.2.1"), 0)).collect();
        assert_eq!(levels, (0..8).map(Some).chain([None]).collect::<Vec<_>>());
    }

    #[test]
    fn an_office_that_logs_in_stays_quiet() {
        let quiet = Quiet::with_passwords(100);
        let office = ip("198.51.100.7");
        for person in 0..200 {
            let expected = u8::from(person == 0);
            assert_eq!(level(&quiet, office, u64::from(person)), Some(expected));
            quiet.welcome(office, account(person), at(u64::from(person)));
        }
        assert_eq!(
            level(&quiet, ip("198.51.100.200"), 14 * DAY - 1),
            Some(0),
            "its neighbours too"
        );
        assert_eq!(level(&quiet, office, 29 * DAY), Some(1));
        quiet.welcome(None, account(1), at(0));
    }

    #[test]
    fn an_address_that_owners_know_stays_quiet_among_loud_neighbours() {
        let quiet = Quiet::with_passwords(100);
        let (home, neighbour) = (ip("192.0.2.77"), ip("192.0.2.6"));
        assert_eq!(level(&quiet, home, 0), Some(1));
        quiet.welcome(home, account(1), at(0));
        for _ in 0..100 {
            let _ = level(&quiet, neighbour, 1);
        }
        assert_eq!(level(&quiet, neighbour, 2), None);
        // And louder by what comes from there itself.
        let levels: Vec<_> = (0..9).map(|_| level(&quiet, home, 2)).collect();
        assert_eq!(levels, (0..8).map(Some).chain([None]).collect::<Vec<_>>());
    }

    #[test]
    fn an_account_makes_few_networks_quieter() {
        let quiet = Quiet::with_passwords(100);
        let source = |n: u8| ip(&format!("192.0.{n}.1"));
        for n in 0..9 {
            quiet.welcome(source(n), account(1), at(0));
        }
        let familiar = |n| level(&quiet, source(n), 0) == Some(0);
        assert_eq!((0..9).filter(|n| familiar(*n)).count(), 5);
        // And does not stay in front by logging in in a loop.
        let quiet = Quiet::with_passwords(100);
        let levels = (0..20).map(|_| {
            let level = level(&quiet, source(1), 0);
            quiet.welcome(source(1), account(1), at(0));
            level
        });
        assert_eq!(levels.filter(|level| *level == Some(0)).count(), 5);
    }
}
