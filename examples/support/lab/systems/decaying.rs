//! A number that halves every twelve hours.

use crate::lab::scale::HOUR;

/// A sum whose parts fade with time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decaying {
    value: f64,
    at: u32,
}

impl Decaying {
    /// What is left of it at this moment.
    pub(super) fn at(self, now: u32) -> f64 {
        let halvings = f64::from(now.saturating_sub(self.at)) / f64::from(HALF_LIFE);
        self.value * (-halvings).exp2()
    }

    /// Adds at this moment; never falls below zero.
    pub(super) fn add(&mut self, amount: f64, now: u32) {
        *self = Self { value: (self.at(now) + amount).max(0.0), at: now };
    }
}

const HALF_LIFE: u32 = 12 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_twelve_hours() {
        let mut sum = Decaying::default();
        sum.add(8.0, HOUR);
        assert_eq!(sum.at(HOUR), 8.0);
        assert_eq!(sum.at(13 * HOUR), 4.0);
        sum.add(2.0, 13 * HOUR);
        assert_eq!(sum.at(25 * HOUR), 3.0);
        sum.add(-5.0, 25 * HOUR);
        assert_eq!(sum.at(25 * HOUR), 0.0);
    }
}
