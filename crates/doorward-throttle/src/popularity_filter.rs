//! A binomial ladder filter: which passwords fail often, without keeping those that do not.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// The binomial ladder filter of Schechter, Tian and Herley ("StopGuessing: Using Guessed Passwords to
/// Thwart Online Guessing", EuroS&P 2019; MSR-TR-2018-18).
///
/// A large array of random bits. An element stands for 48 of them, its rungs; each step sets one
/// more of its rungs and clears a random bit elsewhere, so that half of the bits are always set. What was
/// never seen has about half of its rungs set, by chance, and so has every other password: the array
/// holds no trace of a rare one. What is stepped again and again climbs; the steps of others bring
/// it down.
///
/// A password that was never seen stands at 44 rungs or more with a probability of 7.6e-10, whatever the size. The size says
/// how rare a repeated one may be to be noticed: with 1 MiB, one in 100,000 of the failures is in half of the
/// cases, one in 10,000 always; with 128 KiB, one in 10,000 in three cases of four.
pub struct PopularityFilter {
    words: Vec<u64>,
    bits: u64,
    random: ChaCha8Rng,
}

/// The height from which on an element is frequent.
pub(crate) const FREQUENT: u32 = 44;
/// The rungs of an element.
const RUNGS: u64 = 48;

impl PopularityFilter {
    /// How many rungs an element has.
    pub const RUNGS: u32 = RUNGS as u32;
    /// From this height on it is frequent.
    pub const FREQUENT: u32 = FREQUENT;

    /// A filter of `size` that nothing was seen by. The seed should be unpredictable: who knows the
    /// bits can choose passwords that look frequent.
    pub fn new(size: FilterSize, seed: [u8; 32]) -> Self {
        let mut random = ChaCha8Rng::from_seed(seed);
        let words = (0..size.bytes() / 8).map(|_| random.next_u64()).collect();
        Self { words, bits: size.bytes() as u64 * 8, random }
    }

    /// How many of the element's rungs are set. `digest` is a keyed digest of the element.
    pub fn height(&self, digest: &[u8; 32]) -> u32 {
        self.rungs(digest).map(|bit| u32::from(self.is_set(bit))).sum()
    }

    /// Takes note of one more failure; answers the height before.
    pub fn step(&mut self, digest: &[u8; 32]) -> u32 {
        let unset: Vec<u64> = self.rungs(digest).filter(|&bit| !self.is_set(bit)).collect();
        let risen = match self.below(unset.len() as u64) {
            Some(at) => unset[usize::try_from(at).unwrap_or(0)],
            None => self.any(false),
        };
        let fallen = self.any(true);
        self.flip(risen);
        self.flip(fallen);
        Self::RUNGS - u32::try_from(unset.len()).unwrap_or(Self::RUNGS)
    }

    /// Lets an element start as a frequent one: a password that the service knows to be common.
    pub fn prime(&mut self, digest: &[u8; 32]) {
        while self.height(digest) < Self::RUNGS {
            self.step(digest);
        }
    }

    /// Different bits: an odd stride does not come back within a power of two.
    fn rungs(&self, digest: &[u8; 32]) -> impl Iterator<Item = u64> + use<> {
        let number = |at: usize| {
            digest[at..at + 8].iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte))
        };
        let (start, stride, mask) = (number(0), number(8) | 1, self.bits - 1);
        (0..RUNGS).map(move |rung| start.wrapping_add(stride.wrapping_mul(rung)) & mask)
    }

    fn is_set(&self, bit: u64) -> bool {
        let (word, shift) = place(bit);
        self.words[word] >> shift & 1 == 1
    }

    fn flip(&mut self, bit: u64) {
        let (word, shift) = place(bit);
        self.words[word] ^= 1 << shift;
    }

    /// A random bit that is set, or that is not: half of them are either.
    fn any(&mut self, set: bool) -> u64 {
        loop {
            let bit = self.random.next_u64() & (self.bits - 1);
            if self.is_set(bit) == set {
                return bit;
            }
        }
    }

    /// A random number below `end`; the bias of the remainder is below 2^-58.
    fn below(&mut self, end: u64) -> Option<u64> {
        (end > 0).then(|| self.random.next_u64() % end)
    }
}

fn place(bit: u64) -> (usize, u64) {
    (usize::try_from(bit / 64).unwrap_or(usize::MAX), bit % 64)
}

impl std::fmt::Debug for PopularityFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PopularityFilter").field("bits", &self.bits).finish_non_exhaustive()
    }
}

/// How large a [`PopularityFilter`] is: what it takes of each instance's memory.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum FilterSize {
    /// 128 KiB.
    Small,
    /// 512 KiB.
    Medium,
    /// 1 MiB.
    #[default]
    Large,
}

impl FilterSize {
    /// In bytes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Small => 128 * 1_024,
            Self::Medium => 512 * 1_024,
            Self::Large => 1_024 * 1_024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a keyed digest looks like.
    fn digest(number: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        ChaCha8Rng::seed_from_u64(number).fill_bytes(&mut bytes);
        bytes
    }

    fn filter(size: FilterSize) -> PopularityFilter {
        PopularityFilter::new(size, [7; 32])
    }

    fn ones(filter: &PopularityFilter) -> u32 {
        filter.words.iter().map(|word| word.count_ones()).sum()
    }

    #[test]
    fn each_step_climbs_one_rung_and_the_number_of_ones_stays() {
        let mut filter = filter(FilterSize::Large);
        let before = ones(&filter);
        let start = filter.height(&digest(1));
        for step in 0..10 {
            assert_eq!(filter.step(&digest(1)), start + step);
        }
        assert_eq!(filter.height(&digest(1)), start + 10);
        filter.prime(&digest(1));
        // At the top there is nowhere to go.
        assert_eq!(filter.step(&digest(1)), PopularityFilter::RUNGS);
        assert_eq!(ones(&filter), before);
    }

    #[test]
    fn rungs_are_different_bits() {
        let filter = filter(FilterSize::Small);
        for number in 0..1_000 {
            let mut rungs: Vec<_> = filter.rungs(&digest(number)).collect();
            rungs.sort_unstable();
            rungs.dedup();
            assert_eq!(rungs.len(), 48);
        }
    }

    /// 97 of 100 are frequent within 26 steps; what was never seen is in the middle.
    #[test]
    fn r04_a_repeated_password_becomes_frequent_and_others_do_not() {
        let mut filter = filter(FilterSize::Large);
        let late = (0..1_000).filter(|&number| {
            let steps = (0..).take_while(|_| filter.step(&digest(number)) < FREQUENT).count();
            steps > 26
        });
        assert!(late.count() < 60);
        let heights = (100_000..120_000).map(|number| filter.height(&digest(number)));
        let (mut sum, mut highest) = (0_u64, 0);
        for height in heights {
            sum += u64::from(height);
            highest = highest.max(height);
        }
        assert!((478_000..482_000).contains(&sum), "{sum}");
        assert!(highest < FREQUENT, "{highest}");
    }

    #[test]
    fn a_frequent_password_is_forgotten_under_others() {
        let mut filter = filter(FilterSize::Small);
        filter.prime(&digest(1));
        let before = filter.height(&digest(1));
        // A step clears one of half a million set bits.
        for number in 0..200_000 {
            filter.step(&digest(1_000 + number));
        }
        assert!(filter.height(&digest(1)) < before - 4);
    }
}
