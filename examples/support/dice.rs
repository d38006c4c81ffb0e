//! Chance that falls alike everywhere: whole numbers from one ChaCha stream.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The mapping from the stream to numbers is written out here, so that no new version of a crate
/// changes a day that was made with an old one.
#[derive(Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A number below `end`. Some are likelier than others by less than one in 2^40: no matter here.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(end);
        (wide >> 64) as u64
    }

    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, chances: u64) -> bool {
        self.below(100) < chances
    }

    /// From 0 up to 1, which it does not reach: every multiple of 2^-53 is as likely.
    pub(crate) fn share(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Like `between`, but more often in the middle.
    pub(crate) fn around(&mut self, from: u64, to: u64) -> u64 {
        (0..3).map(|_| self.between(from, to)).sum::<u64>() / 3
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    /// Fisher and Yates.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.index(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut dice = Dice::new(3);
        for _ in 0..1_000 {
            assert!(dice.below(7) < 7);
            assert!((10..20).contains(&dice.between(10, 20)));
            assert!((10..20).contains(&dice.around(10, 20)));
            assert!((0.0..1.0).contains(&dice.share()));
        }
        let mut items: Vec<_> = (0..50).collect();
        dice.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
