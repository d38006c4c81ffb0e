//! The one place of this crate that reads a clock: how long to wait for DynamoDB, and how long it took.
//!
//! Nothing that is decided about people depends on it. Their time is an argument.
#![allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

/// When whatever is under way has to be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// What comes of it, unless that is too late.
    pub(crate) async fn limit<T>(self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.0, work).await.ok()
    }

    /// Waits so long; `false`, at once, if that would be too late.
    pub(crate) async fn pause(self, time: Duration) -> bool {
        let end = Instant::now() + time;
        if end >= self.0 {
            return false;
        }
        tokio::time::sleep_until(end).await;
        true
    }
}

/// How long something takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn read(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_late_is_not_waited_for() {
        let (deadline, watch) = (Deadline::after(Duration::from_secs(3)), Stopwatch::start());
        assert!(deadline.pause(Duration::from_secs(2)).await);
        assert_eq!(deadline.limit(async { 7 }).await, Some(7));
        assert!(!deadline.pause(Duration::from_secs(1)).await);
        assert_eq!(watch.read(), Duration::from_secs(2), "that took no time");
        assert_eq!(deadline.limit(std::future::pending::<()>()).await, None);
        assert_eq!(watch.read(), Duration::from_secs(3));
    }
}
