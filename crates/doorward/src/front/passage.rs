//! Time that passes and never goes back, told by a clock that may.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How much time has passed, by readings of a clock that come in any order.
#[derive(Debug)]
pub(super) struct Passage {
    passed: Duration,
    latest: SystemTime,
    /// After this long every bucket is full: more need not pass at once.
    most: Duration,
    /// A reading that is behind by no more than this was overtaken; by more, the clock was set back.
    overtaken: Duration,
}

/// Threads overtake each other between reading the clock and telling what they read.
const OVERTAKEN: Duration = Duration::from_secs(1);

impl Passage {
    /// For buckets of `burst` that are filled up by one an `interval`.
    pub(super) fn new(interval: Duration, burst: u32) -> Self {
        Self {
            passed: Duration::ZERO,
            latest: UNIX_EPOCH,
            most: interval * burst,
            // With the wait for one more, which is an interval, it is no longer than a refill.
            overtaken: OVERTAKEN.min(interval * (burst - 1)),
        }
    }

    /// How much time has passed at `now`, and how far `now` is behind that.
    ///
    /// When the clock was set back, time goes on from there: nothing is forgotten, and nobody waits
    /// until it is where it was.
    pub(super) fn at(&mut self, now: SystemTime) -> (Duration, Duration) {
        let behind = match now.duration_since(self.latest) {
            Ok(since) => {
                self.passed = self.passed.saturating_add(since.min(self.most));
                Duration::ZERO
            }
            Err(back) if back.duration() <= self.overtaken => back.duration(),
            Err(_) => Duration::ZERO,
        };
        if behind.is_zero() {
            self.latest = now;
        }
        (self.passed, behind)
    }
}
