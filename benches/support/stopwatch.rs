//! The one place here that reads a clock.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// How long something took.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Took {
    /// By the clock on the wall: what a caller sees.
    pub wall: Duration,
    /// Processor time of the whole process, all threads together: what other programs on the
    /// machine do not lengthen, but for the caches and the memory that they share.
    pub processor: Duration,
}

/// The time since something began.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins now.
    #[allow(clippy::disallowed_methods, reason = "a measuring program times what it measures")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// So long ago.
    #[allow(clippy::disallowed_methods, reason = "a measuring program times what it measures")]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Does `work`, and tells how long it took.
#[allow(clippy::disallowed_methods, reason = "a measuring program times what it measures")]
pub fn time<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let used = processor_time();
    let start = Instant::now();
    let done = work();
    let wall = start.elapsed();
    let processor = processor_time().saturating_sub(used);
    (done, Took { wall, processor })
}

fn processor_time() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    // It is never negative.
    Duration::try_from(used).unwrap_or_default()
}
