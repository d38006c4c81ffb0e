use std::fmt;
use std::ops::RangeInclusive;

use thiserror::Error;

use super::IndexPlan;

/// How many bits a [`TruncatedIndex`](crate::TruncatedIndex) has: 1 to 32.
///
/// Among `R` records of distinct values, an index of `b` bits is shared by `C = R / 2^b` of them: the
/// *coincidences*. CipherSweet's rule keeps `2 <= C < sqrt(R)`. With fewer coincidences the index
/// tells values apart almost as a whole one does; with more, a search reads much of the table for
/// nothing.
///
/// ```
/// use doorward_fields::IndexBits;
///
/// let bits = IndexBits::for_growth(100_000, 10_000_000)?;
/// assert_eq!(bits.get(), 15);
/// assert!(bits.coincidences(100_000) > 3.0);
/// assert!(bits.coincidences(10_000_000) < 306.0);
/// # Ok::<(), doorward_fields::IndexBitsError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IndexBits(u8);

impl IndexBits {
    /// The most bits.
    pub const MAX: Self = Self(32);

    /// A number of bits of the caller's choice. [`suits`](Self::suits) says if it keeps the rule.
    ///
    /// # Errors
    ///
    /// [`IndexBitsError::OutOfRange`] unless it is 1 to 32.
    pub const fn new(bits: u8) -> Result<Self, IndexBitsError> {
        match bits {
            1..=32 => Ok(Self(bits)),
            _ => Err(IndexBitsError::OutOfRange { bits }),
        }
    }

    /// The most bits that keep the rule for `population` records: they read the least for a search,
    /// and keep the rule the longest while the table grows.
    ///
    /// # Errors
    ///
    /// [`IndexBitsError::TooFew`] below 8 records.
    pub fn for_population(population: u64) -> Result<Self, IndexBitsError> {
        Self::for_growth(population, population)
    }

    /// The most bits that keep the rule while a table goes from `from` records to `to`.
    ///
    /// # Errors
    ///
    /// [`IndexBitsError::TooFew`] below 8 records, [`IndexBitsError::TooWide`] if no number of bits
    /// keeps the rule all the way.
    pub fn for_growth(from: u64, to: u64) -> Result<Self, IndexBitsError> {
        let range = Self::range_for_growth(from, to)?;
        Ok(*range.end())
    }

    /// All numbers of bits that keep the rule while a table goes from `from` records to `to`. The
    /// fewest hide the most and read the most.
    ///
    /// # Errors
    ///
    /// As for [`for_growth`](Self::for_growth).
    pub fn range_for_growth(from: u64, to: u64) -> Result<RangeInclusive<Self>, IndexBitsError> {
        let (low, high) = (from.min(to), from.max(to));
        if low < FEWEST_RECORDS {
            return Err(IndexBitsError::TooFew { population: low });
        }
        // 2 <= R / 2^b is 2^(b + 1) <= R, and R / 2^b < sqrt(R) is R < 2^(2 b).
        let most = (low.ilog2() - 1).min(Self::MAX.0.into());
        let fewest = (high.ilog2() + 1).div_ceil(2);
        if fewest > most {
            let until = (1u64 << (2 * most)) - 1;
            return Err(IndexBitsError::TooWide { from: low, to: high, until });
        }
        let bits = |bits: u32| u8::try_from(bits).map_or(Self::MAX, Self);
        Ok(bits(fewest)..=bits(most))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// How many of `population` records of distinct values share an index with one of them, it
    /// included: `C`.
    #[must_use]
    pub fn coincidences(self, population: u64) -> f64 {
        IndexPlan::new().with(self, u64::MAX).coincidences(population)
    }

    /// Whether `2 <= C < sqrt(R)` for `R = population`, where this is the only index of the field.
    #[must_use]
    pub fn suits(self, population: u64) -> bool {
        let wide = u128::from(population);
        wide >> (self.0 + 1) != 0 && wide >> (2 * self.0) == 0
    }
}

impl fmt::Display for IndexBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// No number of bits will do.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum IndexBitsError {
    /// Not 1 to 32.
    #[error("an index of {bits} bits is none; choose 1 to 32, or a blind index of all 256")]
    OutOfRange {
        /// The number of bits.
        bits: u8,
    },
    /// Too few records to hide among.
    #[error(
        "{population} records are too few to hide one of them among the others; open them all to search, and index from 8 on"
    )]
    TooFew {
        /// How many records there are.
        population: u64,
    },
    /// What suits the small table tells too much, or reads too much, in the large one.
    #[error(
        "no index suits {from} records and {to}; plan it for {from} to {until}, and build one of more bits, under another field name, before there are more"
    )]
    TooWide {
        /// The fewest records.
        from: u64,
        /// The most records.
        to: u64,
        /// The most records that one index can serve from `from` on.
        until: u64,
    },
}

/// Below it no number of bits keeps the rule.
const FEWEST_RECORDS: u64 = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rule as it is written, in numbers that hold every square.
    fn rule(population: u64, bits: u8) -> bool {
        let (r, groups) = (u128::from(population), 1u128 << bits);
        2 * groups <= r && r < groups * groups
    }

    /// Populations of every size, and those beside powers of two.
    fn population() -> impl Strategy<Value = u64> {
        let near = (3u32..64, 0u64..3).prop_map(|(bits, off)| (1u64 << bits) - 1 + off);
        prop_oneof![1u64..5_000, near, any::<u64>()]
    }

    #[test]
    fn figures_by_hand() {
        let range = |from, to| {
            IndexBits::range_for_growth(from, to).map(|range| (range.start().0, range.end().0))
        };
        assert_eq!(range(8, 8), Ok((2, 2)));
        assert_eq!(range(10_000, 10_000), Ok((7, 12)));
        assert_eq!(range(u64::MAX, u64::MAX), Ok((32, 32)));
        assert_eq!(range(7, 100), Err(IndexBitsError::TooFew { population: 7 }));
        let until = (1 << 10) - 1;
        assert_eq!(range(100, 5_000), Err(IndexBitsError::TooWide { from: 100, to: 5_000, until }));
        assert_eq!(range(100, until), Ok((5, 5)));
        assert_eq!(IndexBits::new(0), Err(IndexBitsError::OutOfRange { bits: 0 }));
        assert_eq!(IndexBits::new(33), Err(IndexBitsError::OutOfRange { bits: 33 }));
    }

    proptest! {
        #[test]
        fn the_range_is_all_that_keeps_the_rule(from in population(), to in population()) {
            let range = IndexBits::range_for_growth(from, to);
            for bits in 1..=32 {
                let keeps = rule(from, bits) && rule(to, bits);
                let index = IndexBits::new(bits).unwrap();
                prop_assert_eq!(index.suits(from), rule(from, bits));
                prop_assert_eq!(range.as_ref().is_ok_and(|range| range.contains(&index)), keeps);
            }
            if let Err(IndexBitsError::TooWide { from, until, .. }) = range {
                prop_assert!(IndexBits::for_growth(from, until).is_ok());
                prop_assert!(IndexBits::for_growth(from, until + 1).is_err());
            }
        }

        #[test]
        fn one_population_always_has_its_bits(population in 8u64..) {
            let bits = IndexBits::for_population(population).unwrap();
            prop_assert!(rule(population, bits.get()));
            let coincidences = bits.coincidences(population);
            prop_assert!((2.0..4.0).contains(&coincidences) || bits == IndexBits::MAX);
        }
    }
}
