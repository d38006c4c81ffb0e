//! Networks that few have come from of late.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_throttle::SourcePrefix;

use super::buckets::Buckets;
use super::passage::Passage;

/// A small bucket for each network (an IPv4 /24, an IPv6 /48): whoever finds something in it comes from a quiet one.
///
/// A flood of guesses, from however many addresses, comes back to its networks, and is loud from then on; an owner on a new
/// device comes from one that has been quiet. Nobody is refused by this: it is whose turn it is while there are more than can
/// be hashed. Known devices and accounts play no part in it.
pub(super) struct Quiet(Mutex<(Passage, Buckets<SourcePrefix>)>);

impl Quiet {
    /// For so many networks at once.
    pub(super) fn new(networks: usize) -> Self {
        let passage = Passage::new(INTERVAL, BURST);
        Self(Mutex::new((passage, Buckets::new(INTERVAL, BURST, networks))))
    }

    /// Whether the network of this source is quiet; one attempt more, and it may be no longer.
    pub(super) fn take(&self, source: Option<IpAddr>, now: SystemTime) -> bool {
        let Some(source) = source else { return false };
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (passage, buckets) = &mut *state;
        let (passed, _) = passage.at(now);
        buckets.take(SourcePrefix::neighbourhood(source), passed).is_ok()
    }
}

/// Two attempts of a network that was silent, for who mistypes once, and one more in ten minutes. More, and a flood from
/// many networks is quiet for longer; fewer, and who mistypes is loud.
const BURST: u32 = 2;
const INTERVAL: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_network_is_quiet_twice_and_again_after_ten_minutes() {
        let quiet = Quiet::new(100);
        assert!(quiet.take(ip("192.0.2.1"), at(0)) && quiet.take(ip("192.0.2.2"), at(1)));
        assert!(!quiet.take(ip("192.0.2.3"), at(2)) && quiet.take(ip("192.0.3.1"), at(2)));
        assert!(!quiet.take(ip("192.0.2.3"), at(598)) && quiet.take(ip("192.0.2.3"), at(602)));
        assert!(!quiet.take(ip("192.0.2.3"), at(603)));
        assert!(quiet.take(ip("2001:db8::1"), at(0)) && quiet.take(ip("2001:db8:0:1::1"), at(0)));
        assert!(!quiet.take(ip("2001:db8:0:2::1"), at(0)));
        assert!(
            !quiet.take(None, at(0)),
            "who says nothing of where they come from is one of many"
        );
    }

    #[test]
    fn a_flood_that_comes_back_to_its_networks_is_loud() {
        let quiet = Quiet::new(65_536);
        let source = |n: u32| Some(IpAddr::V4((0x0b00_0001 + (n % 20_000 << 8)).into()));
        let taken =
            (0..200_000).filter(|&n| quiet.take(source(n), at(u64::from(n / 2_000)))).count();
        assert_eq!(taken, 40_000);
        assert!(quiet.take(ip("192.0.2.1"), at(100)), "an owner is not of it");
    }
}
