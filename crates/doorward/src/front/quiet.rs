//! Networks that few have come from of late.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_throttle::SourcePrefix;

use super::buckets::Buckets;
use super::passage::Passage;
use crate::lane::LEVELS;

/// A small bucket for each network (an IPv4 /24, an IPv6 /48): the fuller it is, the sooner it is the turn of whoever comes
/// from there.
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

    /// How many have come from the network of this source before, and not been forgotten; `None` where there are too many
    /// to be told apart. One attempt more, and it is one more.
    pub(super) fn take(&self, source: Option<IpAddr>, now: SystemTime) -> Option<u8> {
        let network = SourcePrefix::neighbourhood(source?);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (passage, buckets) = &mut *state;
        let (passed, _) = passage.at(now);
        let before = buckets.taken(network, passed);
        buckets.take(network, passed).ok()?;
        u8::try_from(before).ok()
    }
}

/// As many as can be told apart, and one is forgotten in ten minutes. Longer, and who mistypes is loud for longer; shorter,
/// and a flood from many networks is quiet again while it lasts.
const BURST: u32 = LEVELS as u32;
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
    fn a_network_is_louder_with_each_attempt_and_quieter_after_ten_minutes() {
        let quiet = Quiet::new(100);
        let levels: Vec<_> =
            (0..9).map(|host| quiet.take(ip(&format!("192.0.2.{host}")), at(0))).collect();
        let expected: Vec<_> = (0..8).map(Some).chain([None]).collect();
        assert_eq!(levels, expected);
        assert_eq!(quiet.take(ip("192.0.3.1"), at(0)), Some(0));
        assert_eq!(quiet.take(ip("192.0.2.1"), at(599)), None);
        assert_eq!(quiet.take(ip("192.0.2.1"), at(600)), Some(7));
        assert_eq!(quiet.take(ip("192.0.2.1"), at(8_000)), Some(0));
        assert_eq!(quiet.take(ip("2001:db8::1"), at(0)), Some(0));
        assert_eq!(quiet.take(ip("2001:db8:0:1::1"), at(0)), Some(1));
        assert_eq!(
            quiet.take(None, at(0)),
            None,
            "who says nothing of where they come from is one of many"
        );
    }

    #[test]
    fn a_flood_that_comes_back_to_its_networks_is_louder_than_an_owner() {
        let quiet = Quiet::new(65_536);
        let source = |n: u32| Some(IpAddr::V4((0x0b00_0001 + ((n % 5_000) << 8)).into()));
        for n in 0..200_000 {
            let expected = u8::try_from(n / 5_000).ok().filter(|before| *before < 8);
            assert_eq!(quiet.take(source(n), at(u64::from(n / 2_000))), expected);
            if n % 20_000 == 10_000 {
                let owner = Some(IpAddr::V4((0xc000_0201 + (n << 8)).into()));
                assert_eq!(quiet.take(owner, at(u64::from(n / 2_000))), Some(0));
            }
        }
    }
}
