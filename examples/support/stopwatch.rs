//! How long a program took: the one place of the examples that reads a clock.
#![allow(
    clippy::disallowed_methods,
    reason = "a program that says how long it took has to measure it"
)]

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn read(&self) -> Duration {
        self.0.elapsed()
    }
}
