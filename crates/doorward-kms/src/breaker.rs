use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_fields::random_bytes;

use crate::KmsError;
use crate::age::age;

/// Remembers that the key service has just failed, so that not everybody finds out by waiting.
///
/// After a failure, calls fail at once with the same error until a delay has passed: 100 ms, doubled
/// with each failure in a row up to 10 s, of which up to a half is left off at random, so that instances do not come
/// back in step. Then one caller tries, while the others are still refused.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<Option<Failure>>);

#[derive(Debug)]
struct Failure {
    error: KmsError,
    in_a_row: u32,
    at: SystemTime,
    delay: Duration,
    /// Whether a caller was let through since, and is to tell.
    is_tried: bool,
}

impl Breaker {
    /// Lets a caller through, or tells the failure that is not yet forgotten.
    pub(crate) fn admit(&self, now: SystemTime) -> Result<(), KmsError> {
        let mut failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failure) = failure.as_mut() else { return Ok(()) };
        if age(failure.at, now) < failure.delay {
            return Err(failure.error.clone());
        }
        // This one tries. Should it be cancelled, the next may after one more delay.
        failure.at = now;
        failure.is_tried = true;
        Ok(())
    }

    pub(crate) fn succeeded(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn failed(&self, error: KmsError, now: SystemTime) {
        let mut failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Calls that were under way together fail together: that is one failure, not so many in a row.
        if failure.as_ref().is_some_and(|failure| !failure.is_tried) {
            return;
        }
        let in_a_row = failure.as_ref().map_or(0, |failure| failure.in_a_row) + 1;
        let delay = delay(in_a_row);
        *failure = Some(Failure { error, in_a_row, at: now, delay, is_tried: false });
    }
}

fn delay(in_a_row: u32) -> Duration {
    let whole = FIRST.saturating_mul(1 << (in_a_row - 1).min(10)).min(LONGEST);
    // Without random bytes the whole delay does as well.
    let [share] = random_bytes::<1>().unwrap_or([0]);
    whole - whole / 2 * u32::from(share) / 255
}

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KmsErrorKind;

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000 + millis)
    }

    #[test]
    fn delays_grow_to_ten_seconds_and_lose_up_to_a_half() {
        for (in_a_row, whole) in [(1, 100), (2, 200), (5, 1_600), (8, 10_000), (4_000, 10_000)] {
            for _ in 0..100 {
                let delay = delay(in_a_row).as_millis();
                assert!((whole / 2..=whole).contains(&delay), "{in_a_row}: {delay}");
            }
        }
    }

    #[test]
    fn calls_that_fail_together_are_one_failure() {
        let breaker = Breaker::default();
        for _ in 0..40 {
            breaker.failed(KmsError::new(KmsErrorKind::Throttled), at(0));
        }
        breaker.admit(at(100)).unwrap();
        breaker.failed(KmsError::new(KmsErrorKind::Throttled), at(100));
        assert!(breaker.admit(at(199)).is_err());
        breaker.admit(at(300)).unwrap();
    }

    #[test]
    fn one_caller_tries_while_the_others_are_refused() {
        let breaker = Breaker::default();
        breaker.admit(at(0)).unwrap();
        breaker.failed(KmsError::new(KmsErrorKind::Throttled), at(0));
        assert_eq!(breaker.admit(at(0)).unwrap_err().kind(), KmsErrorKind::Throttled);
        breaker.admit(at(100)).unwrap();
        assert!(breaker.admit(at(100)).is_err(), "another one tries already");
        breaker.succeeded();
        breaker.admit(at(100)).unwrap();
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_shut_for_ever() {
        let breaker = Breaker::default();
        breaker.failed(KmsError::new(KmsErrorKind::Timeout), at(900_000));
        assert!(breaker.admit(at(0)).is_ok());
    }
}
