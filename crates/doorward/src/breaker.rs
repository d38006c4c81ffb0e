//! Whether to ask a store that did not answer the last time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Lets one call a second through while an outage lasts, so that not everybody waits for the deadline of
/// a store that does not answer.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<Option<SystemTime>>);

impl Breaker {
    /// Whether a call may be made now. In an outage, whoever is told so is the one of this second.
    pub(crate) fn may_try(&self, now: SystemTime) -> bool {
        let mut failed_at = self.lock();
        let Some(at) = *failed_at else { return true };
        // A clock that was set back must not make the outage last.
        let is_recent = now.duration_since(at).is_ok_and(|since| since < PAUSE);
        if !is_recent {
            *failed_at = Some(now);
        }
        !is_recent
    }

    /// A call failed; says whether this began an outage.
    pub(crate) fn failed(&self, now: SystemTime) -> bool {
        self.lock().replace(now).is_none()
    }

    /// A call succeeded; says whether this ended an outage.
    pub(crate) fn succeeded(&self) -> bool {
        self.lock().take().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<SystemTime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const PAUSE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(10_000 + millis)
    }

    #[test]
    fn one_a_second_may_try_and_the_ends_are_told_once() {
        let breaker = Breaker::default();
        assert!(breaker.may_try(at(0)) && breaker.may_try(at(0)));
        assert!(breaker.failed(at(0)) && !breaker.failed(at(100)));
        assert!(!breaker.may_try(at(1_099)));
        assert!(breaker.may_try(at(1_100)) && !breaker.may_try(at(1_101)));
        assert!(breaker.succeeded() && !breaker.succeeded());
        assert!(breaker.may_try(at(1_102)));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_make_it_last() {
        let breaker = Breaker::default();
        breaker.failed(at(5_000));
        assert!(breaker.may_try(at(0)) && !breaker.may_try(at(1)));
    }
}
