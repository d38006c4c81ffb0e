//! Whether two samples have one mean: Welch's t-test.

use crate::sample::Sample;

/// The difference of two means in units of its own error:
///
/// `t = (mean1 - mean2) / sqrt(var1 / n1 + var2 / n2)`
///
/// with the variances estimated from the samples (divided by `n - 1`). If the means are the same, `t`
/// lies within ±2 nineteen times out of twenty. With more attempts noise stays there, and a true
/// difference grows with the square root of their number. Timing tests of cryptography (dudect,
/// Reparaz, Balasch and Verbauwhede, 2017) take ±4.5 for noise still, and more for a leak.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Welch {
    /// The statistic.
    pub t: f64,
}

impl Welch {
    /// Beyond this, up or down, a difference is not taken for noise.
    pub const LEAK: f64 = 4.5;

    /// Compares `one` with `two`; positive where `one` takes longer, 0 where neither varies.
    pub fn compare(one: &Sample, two: &Sample) -> Self {
        let part = |sample: &Sample| sample.variance() / (sample.count().max(1) as f64);
        let error = (part(one) + part(two)).sqrt();
        let difference = one.mean() - two.mean();
        let t = if error > 0.0 { difference / error } else { 0.0 };
        Self { t }
    }

    /// Whether the difference is too great for noise.
    pub fn tells_apart(&self) -> bool {
        self.t.abs() > Self::LEAK
    }
}

/// Both samples without their slowest part, in percent, by one bound for both: what is slow because
/// the machine did something else hides what is slow because of the password. One bound, because a
/// bound of each one's own would cut off a difference together with the noise.
pub fn crop_together(one: &Sample, two: &Sample, percent: f64) -> (Sample, Sample) {
    let both: Sample = one.seconds().iter().chain(two.seconds()).copied().collect();
    let bound = both.percentile(100.0 - percent);
    let crop = |sample: &Sample| sample.seconds().iter().copied().filter(|x| *x <= bound).collect();
    (crop(one), crop(two))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: means 3 and 6, variances 10/4 and 40/4, so t = -3 / sqrt(2.5/5 + 10/5) = -3/sqrt(2.5).
    #[test]
    fn t_is_as_worked_out_by_hand() {
        let one: Sample = [1.0, 2.0, 3.0, 4.0, 5.0].into_iter().collect();
        let two: Sample = [2.0, 4.0, 6.0, 8.0, 10.0].into_iter().collect();
        let t = Welch::compare(&one, &two).t;
        assert!((t + 1.897_366_596_101_027_6).abs() < 1e-12, "{t}");
        assert_eq!(Welch::compare(&two, &one).t, -t);
        assert_eq!(Welch::compare(&one, &one).t, 0.0);
    }

    #[test]
    fn samples_that_do_not_vary_have_no_t() {
        let same: Sample = [1.0, 1.0].into_iter().collect();
        assert_eq!(Welch::compare(&same, &Sample::default()).t, 0.0);
    }

    #[test]
    fn one_bound_crops_both() {
        let one: Sample = (1..=10).map(f64::from).collect();
        let two: Sample = (11..=20).map(f64::from).collect();
        let (one, two) = crop_together(&one, &two, 10.0);
        assert_eq!((one.count(), two.count()), (10, 8));
    }
}
