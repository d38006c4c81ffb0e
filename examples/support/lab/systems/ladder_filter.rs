//! The binomial ladder filter of StopGuessing, after its description in MSR-TR-2018-18.

use crate::dice::Dice;
use crate::lab::mixed::mixed;
use crate::lab::password::Password;

/// An array of random bits, half of them set. A password stands for 48 of them; each failure with it sets
/// one more, and clears another bit of the array.
#[derive(Debug)]
pub(super) struct LadderFilter {
    words: Vec<u64>,
    dice: Dice,
}

impl LadderFilter {
    pub(super) fn new() -> Self {
        let mut dice = Dice::new(0);
        let words = (0..BITS / 64).map(|_| dice.below(1 << 32) << 32 | dice.below(1 << 32));
        Self { words: words.collect(), dice }
    }

    /// Whether the password failed often.
    pub(super) fn is_frequent(&self, password: Password) -> bool {
        self.height(password) >= FREQUENT
    }

    pub(super) fn step(&mut self, password: Password) {
        let unset: Vec<_> = rungs(password).filter(|&bit| !self.is_set(bit)).collect();
        let risen = match unset.is_empty() {
            true => self.any(false),
            false => *self.dice.pick(&unset),
        };
        let fallen = self.any(true);
        self.flip(risen);
        self.flip(fallen);
    }

    fn height(&self, password: Password) -> usize {
        rungs(password).filter(|&bit| self.is_set(bit)).count()
    }

    fn any(&mut self, set: bool) -> u64 {
        loop {
            let bit = self.dice.below(BITS);
            if self.is_set(bit) == set {
                return bit;
            }
        }
    }

    fn is_set(&self, bit: u64) -> bool {
        self.words[word(bit)] >> (bit % 64) & 1 == 1
    }

    fn flip(&mut self, bit: u64) {
        self.words[word(bit)] ^= 1 << (bit % 64);
    }
}

/// Different bits for one password: an odd stride does not come back within a power of two.
fn rungs(password: Password) -> impl Iterator<Item = u64> {
    let seed = u64::from(password.number());
    let (start, stride) = (mixed(seed << 1), mixed(seed << 1 | 1) | 1);
    (0..RUNGS).map(move |rung| start.wrapping_add(stride.wrapping_mul(rung)) % BITS)
}

fn word(bit: u64) -> usize {
    usize::try_from(bit / 64).unwrap_or(usize::MAX)
}

const BITS: u64 = 1 << 23;
const RUNGS: u64 = 48;
const FREQUENT: usize = 44;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_twenty_failures_make_a_password_frequent() {
        let mut filter = LadderFilter::new();
        let steps = |filter: &mut LadderFilter, number| {
            let password = Password::unique(number);
            let mut steps = 0;
            while !filter.is_frequent(password) {
                filter.step(password);
                steps += 1;
            }
            steps
        };
        let all = (0..1_000).map(|number| steps(&mut filter, number)).sum::<u32>();
        assert!((19_500..20_500).contains(&all), "{all}");
    }

    #[test]
    fn what_never_failed_is_not_frequent() {
        let filter = LadderFilter::new();
        let heights = (0..100_000).map(|number| filter.height(Password::unique(number)));
        let (mut sum, mut highest) = (0, 0);
        for height in heights {
            sum += height;
            highest = highest.max(height);
        }
        assert!((2_390_000..2_410_000).contains(&sum), "{sum}");
        assert!(highest < FREQUENT, "{highest}");
    }
}
