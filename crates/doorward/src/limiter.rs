//! Limits for what a service lets anybody do and the throttle does not count.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::clock::Clock;
use crate::front::{Front, FrontLimits};
use crate::outcome::Wait;

/// How often each source may do something that costs the service and is no login: registrations, letters, questions
/// about tokens. Made by [`Authenticator::limiter`](crate::Authenticator::limiter); clones share their counts, each
/// process counts for itself.
///
/// ```
/// use std::num::NonZeroU32;
/// use doorward::{Authenticator, FrontLimits, Keys, MemoryStore};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let auth = Authenticator::builder().store(MemoryStore::new()).keys(Keys::generate()?).build()?;
/// let limits = FrontLimits::default()
///     .with_burst(NonZeroU32::try_from(2)?)
///     .with_per_second(NonZeroU32::MIN);
/// let registrations = auth.limiter(limits);
/// let source = Some("192.0.2.7".parse()?);
/// assert!(registrations.check(source).is_ok());
/// assert!(registrations.check(source).is_ok());
/// let wait = registrations.check(source).unwrap_err(); // 429
/// assert_eq!(wait.seconds(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SourceLimiter {
    front: Arc<Front>,
    clock: Arc<dyn Clock>,
}

impl SourceLimiter {
    pub(crate) fn new(limits: FrontLimits, clock: Arc<dyn Clock>) -> Self {
        Self { front: Arc::new(Front::new(limits)), clock }
    }

    /// Takes one from the bucket of this source: an IPv4 address, an IPv6 /64, or whoever has none together.
    ///
    /// # Errors
    ///
    /// [`Wait`] when the bucket is empty; asking takes nothing then, so knocking does not extend it.
    pub fn check(&self, source: Option<IpAddr>) -> Result<(), Wait> {
        let now = self.clock.now();
        self.front.check(source, now).map_err(|length| Wait::in_front(length, now))
    }
}

/// Without the addresses: they are personal data.
impl fmt::Debug for SourceLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceLimiter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn a_source_waits_until_its_bucket_has_room_and_others_do_not() {
        let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_790_000_000));
        let number = |number| NonZeroU32::new(number).unwrap();
        let limits = FrontLimits::default().with_burst(number(3)).with_per_second(number(1));
        let limiter = SourceLimiter::new(limits, Arc::new(clock.clone()));
        let (one, other) = (Some(IpAddr::from([192, 0, 2, 7])), Some(IpAddr::from([192, 0, 2, 8])));
        for _ in 0..3 {
            limiter.check(one).unwrap();
        }
        for _ in 0..5 {
            assert_eq!(limiter.check(one).unwrap_err().seconds(), 1);
        }
        limiter.check(other).unwrap();
        limiter.check(None).unwrap();
        clock.advance(Duration::from_secs(1));
        limiter.clone().check(one).unwrap();
        limiter.check(one).unwrap_err();
    }
}
