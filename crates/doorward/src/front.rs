//! In front of everything else: one loud source costs neither a request to the store nor a hash.

mod buckets;
mod passage;
mod quiet;

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_store::AccountId;
use doorward_throttle::SourcePrefix;

use self::buckets::Buckets;
use self::passage::Passage;
use self::quiet::Quiet;
use crate::lane::Lane;
use crate::verified::Method;

/// How many attempts one source may make, right or wrong, before they are refused unheard.
///
/// This is no measure against guessing, which the [`Policy`](crate::Policy) sees to: it keeps whoever
/// is loud from costing more than a look-up in memory. Each source (an IPv4 address, an IPv6 /64) has
/// a bucket of [`burst`](Self::burst) attempts that is filled up at [`per_second`](Self::per_second);
/// all attempts without an address share one. Known devices are never refused here. Each process
/// counts for itself.
///
/// Too low, and people are refused who did nothing but come together: the offices, schools and mobile
/// networks that have thousands behind one address. At the defaults, 12,000 of them get in within the
/// first ten seconds of a morning: more than most services can hash. A service that does not pass on addresses, or passes on that of its
/// own proxy, has a single bucket for the world. Too high, and a flood is stopped by the rules behind
/// alone, each attempt for two round trips to the store and a hash.
///
/// ```
/// use std::num::NonZeroU32;
/// use doorward::{Authenticator, FrontLimits, Keys, MemoryStore};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A university: its 30,000 people share one address.
/// let limits = FrontLimits::default()
///     .with_per_second(NonZeroU32::try_from(1_000)?)
///     .with_burst(NonZeroU32::try_from(30_000)?);
/// let auth = Authenticator::builder()
///     .store(MemoryStore::new())
///     .keys(Keys::generate()?)
///     .front(limits)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FrontLimits {
    per_second: NonZeroU32,
    burst: NonZeroU32,
    keys: usize,
}

impl FrontLimits {
    /// So many attempts of one source in every second, on and on; 200 unless told.
    pub fn with_per_second(mut self, attempts: NonZeroU32) -> Self {
        self.per_second = attempts;
        self
    }

    /// So many attempts at once of a source that was silent; 10,000 unless told. Much more than
    /// [`per_second`](Self::per_second) lets a flood begin with that many hashes, and again after each
    /// pause of burst ÷ per second.
    pub fn with_burst(mut self, attempts: NonZeroU32) -> Self {
        self.burst = attempts;
        self
    }

    /// So many sources are kept in mind, at least 1; 65,536 unless told. When one more comes, the one
    /// with the fullest bucket is forgotten. Too few, and whoever has more addresses than that is
    /// never refused; each takes some 150 bytes. At most as many of each are kept of networks that somebody came from of
    /// late, with passwords and with codes, of networks and addresses that owners logged in from, and of the accounts that did.
    pub fn with_keys(mut self, sources: usize) -> Self {
        self.keys = sources.max(1);
        self
    }

    /// Attempts of one source in every second.
    pub fn per_second(&self) -> NonZeroU32 {
        self.per_second
    }

    /// Attempts at once of a source that was silent.
    pub fn burst(&self) -> NonZeroU32 {
        self.burst
    }

    /// Sources that are kept in mind.
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// How long it takes until there is room for one more attempt.
    fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.per_second.get()
    }
}

impl Default for FrontLimits {
    /// 200 attempts a second and 10,000 at once of each source, 65,536 sources.
    fn default() -> Self {
        const PER_SECOND: NonZeroU32 = NonZeroU32::new(200).unwrap();
        const BURST: NonZeroU32 = NonZeroU32::new(10_000).unwrap();
        Self { per_second: PER_SECOND, burst: BURST, keys: 65_536 }
    }
}

/// The buckets of the sources that came lately.
pub(crate) struct Front {
    state: Mutex<State>,
    quiet: Quiet,
    /// Of codes: who was asked for one has come before.
    quiet_with_codes: Quiet,
}

struct State {
    passage: Passage,
    /// Those without an address are one source.
    buckets: Buckets<Option<SourcePrefix>>,
}

impl Front {
    pub(crate) fn new(limits: FrontLimits) -> Self {
        let (interval, burst) = (limits.interval(), limits.burst.get());
        let state = State {
            passage: Passage::new(interval, burst),
            buckets: Buckets::new(interval, burst, limits.keys),
        };
        Self {
            state: Mutex::new(state),
            quiet: Quiet::with_passwords(limits.keys),
            quiet_with_codes: Quiet::with_codes(limits.keys),
        }
    }

    /// Takes one attempt from the bucket of its source, or tells how long to wait for the next.
    ///
    /// One that is refused takes nothing: knocking does not extend a wait.
    pub(crate) fn check(&self, source: Option<IpAddr>, now: SystemTime) -> Result<(), Duration> {
        let source = source.map(SourcePrefix::party);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (passed, behind) = state.passage.at(now);
        state.buckets.take(source, passed).map_err(|wait| wait + behind)
    }

    /// The lane of an attempt, by the network that it comes from; `None` where that is loud. It is a matter of who goes first
    /// in a crowd.
    pub(crate) fn lane(&self, source: Option<IpAddr>, now: SystemTime) -> Option<Lane> {
        self.quiet.lane(source, now)
    }

    /// The same of an attempt with a code.
    pub(crate) fn lane_with_code(&self, source: Option<IpAddr>, now: SystemTime) -> Option<Lane> {
        self.quiet_with_codes.lane(source, now)
    }

    /// An owner has logged in from there: with a password, or with the code that was asked for after it.
    pub(crate) fn welcome(
        &self,
        source: Option<IpAddr>,
        account: AccountId,
        method: Method,
        now: SystemTime,
    ) {
        self.quiet.welcome(source, account, now);
        if method != Method::Password {
            self.quiet_with_codes.welcome(source, account, now);
        }
    }
}

/// Without the addresses: they are personal data.
impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use governor::clock::{Clock, FakeRelativeClock};
    use governor::middleware::NoOpMiddleware;
    use governor::nanos::Nanos;
    use governor::state::keyed::HashMapStateStore;
    use governor::{Quota, RateLimiter};
    use proptest::prelude::*;

    use super::*;

    fn limits(per_second: u32, burst: u32) -> FrontLimits {
        let number = |number| NonZeroU32::new(number).unwrap();
        FrontLimits::default().with_per_second(number(per_second)).with_burst(number(burst))
    }

    fn source(number: u32) -> Option<IpAddr> {
        Some(IpAddr::V4(number.into()))
    }

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000) + Duration::from_millis(millis)
    }

    #[test]
    fn a_burst_then_one_an_interval() {
        let front = Front::new(limits(20, 200));
        let passed =
            |millis| (0..1_000).filter(|_| front.check(source(1), at(millis)).is_ok()).count();
        assert_eq!(passed(0), 200);
        assert_eq!(front.check(source(1), at(0)), Err(Duration::from_millis(50)));
        assert_eq!(front.check(source(1), at(49)), Err(Duration::from_millis(1)));
        assert_eq!(passed(50), 1);
        assert_eq!(passed(1_050), 20);
        assert_eq!(passed(3_600_000), 200);
        assert_eq!(front.check(source(2), at(0)), Ok(()), "another source is none of its business");
    }

    #[test]
    fn a_subscriber_is_one_source_and_so_are_all_without_an_address() {
        let front = Front::new(limits(1, 1));
        let ip = |text: &str| Some(text.parse().unwrap());
        for (one, same, other) in [
            (ip("192.0.2.7"), ip("::ffff:192.0.2.7"), ip("192.0.2.8")),
            (ip("2001:db8:7:1::1"), ip("2001:db8:7:1:ffff::9"), ip("2001:db8:7:2::1")),
            (None, None, ip("0.0.0.0")),
        ] {
            assert_eq!(front.check(one, at(0)), Ok(()));
            assert_eq!(front.check(same, at(0)), Err(Duration::from_secs(1)));
            assert_eq!(front.check(other, at(0)), Ok(()));
        }
    }

    /// The flood drives out its own keys: the source that is being refused stays so.
    #[test]
    fn a_million_fresh_sources_free_nobody_who_is_being_limited() {
        let front = Front::new(limits(20, 200));
        let loud = source(0);
        let mut admitted = 0_u64;
        // Ten attempts for each millisecond: the loud source goes on all the while.
        for fresh in 1..=1_000_000_u32 {
            let now = at(u64::from(fresh / 10));
            assert_eq!(front.check(source(fresh), now), Ok(()));
            admitted += u64::from(front.check(loud, now).is_ok());
        }
        // 100 seconds.
        assert_eq!(admitted, 200 + 20 * 100);
        let state = front.state.lock().unwrap();
        assert_eq!(state.buckets.len(), limits(20, 200).keys());
    }

    #[test]
    fn an_office_stays_in_mind_while_a_flood_of_fresh_sources_passes() {
        let front = Front::new(limits(20, 200).with_keys(100));
        (0..150).for_each(|_| front.check(source(0), at(0)).unwrap());
        for fresh in 1..=1_000 {
            assert_eq!(front.check(source(fresh), at(0)), Ok(()));
        }
        let left = (0..200).filter(|_| front.check(source(0), at(0)).is_ok()).count();
        assert_eq!(left, 50);
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out_and_lets_nobody_start_anew() {
        let front = Front::new(limits(20, 200));
        (0..200).for_each(|_| front.check(source(1), at(86_400_000)).unwrap());
        let wait = front.check(source(1), at(0)).unwrap_err();
        assert_eq!(wait, Duration::from_millis(50));
        assert_eq!(front.check(source(1), at(50)), Ok(()));
        assert!(front.check(source(1), at(50)).is_err());
    }

    #[test]
    fn threads_that_overtake_each_other_do_not_make_time_pass_faster() {
        let front = Front::new(limits(20, 200));
        let mut admitted = 0;
        for turn in 0..10_000 {
            let now = at(turn % 2);
            admitted += u32::from(front.check(source(1), now).is_ok());
        }
        assert_eq!(admitted, 200);
        let wait = front.check(source(1), at(0)).unwrap_err();
        assert_eq!(
            front.check(source(1), at(0) + wait - Duration::from_nanos(1)).err(),
            Some(Duration::from_nanos(1))
        );
        assert_eq!(front.check(source(1), at(0) + wait), Ok(()));
    }

    type Peer = RateLimiter<u32, HashMapStateStore<u32>, FakeRelativeClock, NoOpMiddleware<Nanos>>;

    /// What a clock may do between two attempts, in nanoseconds: mostly move on a little.
    fn step() -> impl Strategy<Value = i64> {
        prop_oneof![
            6 => 0..50_000_000_i64,
            1 => Just(0),
            1 => -5_000_000_000..5_000_000_000_i64,
            1 => -1_000_000_000_000_000_000..1_000_000_000_000_000_000_i64,
        ]
    }

    proptest! {
        #[test]
        fn whatever_the_clock_does_a_wait_ends_when_it_was_announced(
            (per_second, burst) in (1..100_u32, 1..300_u32),
            keys in 1..6_usize,
            attempts in prop::collection::vec((0..8_u32, step()), 1..600),
        ) {
            let limits = limits(per_second, burst).with_keys(keys);
            let refill = limits.interval() * burst;
            let front = Front::new(limits);
            let mut now = at(0);
            for (number, step) in attempts {
                let by = Duration::from_nanos(step.unsigned_abs());
                now = if step < 0 { now - by } else { now + by };
                // Twice at once, and once more when that is over.
                let _ = front.check(source(number), now);
                if let Err(wait) = front.check(source(number), now) {
                    prop_assert!(!wait.is_zero() && wait <= refill, "{wait:?} of {refill:?}");
                    now += wait;
                    prop_assert_eq!(front.check(source(number), now), Ok(()));
                }
            }
        }

        #[test]
        fn it_decides_as_governor_does(
            (per_second, burst) in (1..100_u32, 1..50_u32),
            attempts in prop::collection::vec((0..4_u32, 0..200_000_000_u64), 1..500),
        ) {
            let limits = limits(per_second, burst);
            let front = Front::new(limits);
            let clock = FakeRelativeClock::default();
            let quota = Quota::per_second(limits.per_second()).allow_burst(limits.burst());
            let store = HashMapStateStore::default();
            let peer: Peer = RateLimiter::new(quota, store, clock.clone());
            let mut now = at(0);
            for (number, step) in attempts {
                now += Duration::from_nanos(step);
                clock.advance(Duration::from_nanos(step));
                let answer = peer.check_key(&number).map_err(|no| no.wait_time_from(clock.now()));
                prop_assert_eq!(front.check(source(number), now), answer);
            }
        }
    }
}
