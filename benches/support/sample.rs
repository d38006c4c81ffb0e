//! Measured times, and what is said of them in a word.

use std::time::Duration;

/// Times of one kind, in seconds.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    seconds: Vec<f64>,
}

impl Sample {
    /// Takes one more time.
    pub fn push(&mut self, time: Duration) {
        self.seconds.push(time.as_secs_f64());
    }

    /// How many times there are.
    pub fn count(&self) -> usize {
        self.seconds.len()
    }

    /// The times, in the order in which they were taken.
    pub fn seconds(&self) -> &[f64] {
        &self.seconds
    }

    /// The mean; 0 of none.
    pub fn mean(&self) -> f64 {
        self.seconds.iter().sum::<f64>() / (self.count().max(1) as f64)
    }

    /// The variance, estimated from a sample: `sum((x - mean)^2) / (n - 1)`; 0 of fewer than two.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.seconds.iter().map(|x| (x - mean).powi(2)).sum();
        squares / (self.count().saturating_sub(1).max(1) as f64)
    }

    /// The standard deviation.
    pub fn deviation(&self) -> f64 {
        self.variance().sqrt()
    }

    /// The median: half of the times are shorter.
    pub fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    /// The time that `percent` of all do not exceed, between its neighbours by straight line; 0 of
    /// none.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else {
            return 0.0;
        };
        let at = (percent / 100.0).clamp(0.0, 1.0) * last as f64;
        let (low, high) = (at.floor() as usize, at.ceil() as usize);
        sorted[low] + (sorted[high] - sorted[low]) * (at - at.floor())
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(seconds: I) -> Self {
        Self { seconds: seconds.into_iter().collect() }
    }
}

/// Seconds as milliseconds, to the microsecond.
pub fn millis(seconds: f64) -> String {
    format!("{:.3}", seconds * 1e3)
}

/// Seconds as microseconds, to the tenth.
pub fn micros(seconds: f64) -> String {
    format!("{:.1}", seconds * 1e6)
}

/// Seconds as text in nanoseconds.
pub fn nanos(seconds: f64) -> String {
    format!("{:.0}", seconds * 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_worked_out_by_hand() {
        let sample: Sample = [4.0, 1.0, 3.0, 2.0].into_iter().collect();
        assert_eq!((sample.count(), sample.mean(), sample.median()), (4, 2.5, 2.5));
        assert!((sample.variance() - 5.0 / 3.0).abs() < 1e-12);
        assert_eq!(sample.percentile(0.0), 1.0);
        assert_eq!(sample.percentile(90.0), 3.7);
        assert_eq!(sample.percentile(100.0), 4.0);
    }

    #[test]
    fn nothing_measured_is_no_panic() {
        let none = Sample::default();
        assert_eq!((none.mean(), none.deviation(), none.median()), (0.0, 0.0, 0.0));
    }
}
