//! What the store has asked of DynamoDB.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use doorward_store::StoreErrorKind;

use crate::{Api, Cause};

/// What a store has asked of DynamoDB since it was made: requests, their latency, throttles, consumed units.
///
/// Every request counts, each repetition too. A snapshot; [`since`](Self::since) tells what was added.
#[derive(Clone, Debug)]
pub struct Metrics {
    by_api: Vec<ApiMetrics>,
}

impl Metrics {
    /// Of one operation.
    #[must_use]
    pub fn of(&self, api: Api) -> &ApiMetrics {
        &self.by_api[api as usize]
    }

    /// Of every operation that was issued.
    pub fn iter(&self) -> impl Iterator<Item = (Api, &ApiMetrics)> {
        let all = Api::ALL.into_iter().zip(&self.by_api);
        all.filter(|(_, metrics)| metrics.requests > 0)
    }

    /// What was added since an earlier snapshot of the same store.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let each = self.by_api.iter().zip(&earlier.by_api);
        Self { by_api: each.map(|(now, then)| now.since(then)).collect() }
    }

    /// Requests of all operations.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.by_api.iter().map(ApiMetrics::requests).sum()
    }

    /// Read units that DynamoDB said it consumed.
    #[must_use]
    pub fn read_units(&self) -> f64 {
        self.iter().filter(|(api, _)| !api.writes()).map(|(_, metrics)| metrics.units()).sum()
    }

    /// Write units that DynamoDB said it consumed. Of a condition that did not hold it says nothing, and
    /// bills at least one: see [`ApiMetrics::refused`].
    #[must_use]
    pub fn write_units(&self) -> f64 {
        self.iter().filter(|(api, _)| api.writes()).map(|(_, metrics)| metrics.units()).sum()
    }
}

/// What a store has asked of one operation.
#[derive(Clone, Debug, Default)]
pub struct ApiMetrics {
    requests: u64,
    throttled: u64,
    refused: u64,
    failed: u64,
    thousandths: u64,
    latencies: [u64; BOUNDS.len() + 1],
}

impl ApiMetrics {
    /// How many requests were sent.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// How many of them were throttled.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.throttled
    }

    /// How many met a condition that did not hold, or another transaction.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// How many had no answer, or another error.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// The units that DynamoDB said they consumed.
    #[must_use]
    pub fn units(&self) -> f64 {
        self.thousandths as f64 / 1_000.0
    }

    /// How long the given share of requests took at most, to the next of
    /// 1, 2, 5, 10, 20, 50, 100, 200, 500, 1,000, 2,000 and 5,000 ms. `None` if it is longer, or if there
    /// were none.
    #[must_use]
    pub fn latency(&self, share: f64) -> Option<Duration> {
        let total = self.latencies.iter().sum::<u64>();
        let rank = (total as f64 * share.clamp(0.0, 1.0)).ceil() as u64;
        let mut seen = 0;
        let at = self.latencies.iter().position(|count| {
            seen += count;
            total > 0 && seen >= rank.max(1)
        });
        at.and_then(|at| BOUNDS.get(at)).copied().map(Duration::from_millis)
    }

    fn since(&self, earlier: &Self) -> Self {
        let mut latencies = self.latencies;
        for (now, then) in latencies.iter_mut().zip(&earlier.latencies) {
            *now = now.saturating_sub(*then);
        }
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            throttled: self.throttled.saturating_sub(earlier.throttled),
            refused: self.refused.saturating_sub(earlier.refused),
            failed: self.failed.saturating_sub(earlier.failed),
            thousandths: self.thousandths.saturating_sub(earlier.thousandths),
            latencies,
        }
    }
}

/// In milliseconds.
const BOUNDS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/// Counts requests, from many tasks at once.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    by_api: [Counts; Api::ALL.len()],
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    throttled: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    thousandths: AtomicU64,
    latencies: [AtomicU64; BOUNDS.len() + 1],
}

impl Recorder {
    pub(crate) fn answered(&self, api: Api, took: Duration, units: f64) {
        let counts = self.count(api, took);
        add(&counts.thousandths, (units * 1_000.0).round() as u64);
    }

    pub(crate) fn failed(&self, api: Api, took: Duration, cause: &Cause) {
        let counts = self.count(api, took);
        add(
            match cause.kind() {
                StoreErrorKind::Throttled => &counts.throttled,
                StoreErrorKind::Conflict => &counts.refused,
                _ => &counts.failed,
            },
            1,
        );
    }

    pub(crate) fn snapshot(&self) -> Metrics {
        let load = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        let each = self.by_api.iter().map(|counts| ApiMetrics {
            requests: load(&counts.requests),
            throttled: load(&counts.throttled),
            refused: load(&counts.refused),
            failed: load(&counts.failed),
            thousandths: load(&counts.thousandths),
            latencies: counts.latencies.each_ref().map(load),
        });
        Metrics { by_api: each.collect() }
    }

    fn count(&self, api: Api, took: Duration) -> &Counts {
        let counts = &self.by_api[api as usize];
        add(&counts.requests, 1);
        let at = BOUNDS.iter().position(|&bound| took <= Duration::from_millis(bound));
        add(&counts.latencies[at.unwrap_or(BOUNDS.len())], 1);
        counts
    }
}

fn add(cell: &AtomicU64, by: u64) {
    cell.fetch_add(by, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_units_and_latencies_add_up() {
        let recorder = Recorder::default();
        for millis in [1, 3, 4, 90] {
            recorder.answered(Api::GetItem, Duration::from_millis(millis), 0.5);
        }
        let then = recorder.snapshot();
        recorder.answered(Api::UpdateItem, Duration::from_secs(9), 1.0);
        recorder.failed(Api::UpdateItem, Duration::ZERO, &Cause::timeout(Api::UpdateItem));
        let now = recorder.snapshot();
        assert_eq!((now.requests(), now.read_units(), now.write_units()), (6, 2.0, 1.0));
        let gets = now.of(Api::GetItem);
        assert_eq!(gets.latency(0.5), Some(Duration::from_millis(5)));
        assert_eq!(gets.latency(1.0), Some(Duration::from_millis(100)));
        assert_eq!(now.of(Api::UpdateItem).latency(1.0), None);
        assert_eq!(now.of(Api::Scan).latency(0.5), None);
        let since = now.since(&then);
        assert_eq!((since.requests(), since.of(Api::UpdateItem).failed()), (2, 1));
        assert_eq!(since.iter().map(|(api, _)| api).collect::<Vec<_>>(), [Api::UpdateItem]);
    }
}
