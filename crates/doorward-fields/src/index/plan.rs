use super::IndexBits;

/// What all the truncated indexes of one field tell together.
///
/// Whoever reads the table reads all of them, so their bits add up: among `R` records,
/// `C = R / 2^sum(min(L_i, K_i))` share the indexes of one, where `L_i` are the bits of an index and
/// `K_i` those of what it is made of. CipherSweet's rule `2 <= C < sqrt(R)` is for this `C`. A blind
/// index of full length is no part of a plan: it tells values apart by itself.
///
/// ```
/// use doorward_fields::{IndexBits, IndexPlan};
///
/// let bits = IndexBits::new(8)?;
/// // A phone number is searched for as a whole, and by its last two digits: 100 values.
/// let plan = IndexPlan::new().with(bits, 10_000_000_000).with(bits, 100);
/// assert!(!plan.suits(40_000)); // 1.6 coincidences: nearly every record stands out
/// assert!(plan.suits(400_000));
/// assert_eq!(plan.coincidences(400_000), 15.625);
/// # Ok::<(), doorward_fields::IndexBitsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndexPlan {
    /// How many groups of records the indexes can tell apart: `2^sum(min(L_i, K_i))`.
    groups: f64,
}

impl IndexPlan {
    /// No index yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { groups: 1.0 }
    }

    /// With an index of so many bits, of something that takes so many values: 10,000 for the last four
    /// digits of a number, `u64::MAX` where there are more than can be said.
    ///
    /// Values count as equally frequent. Where few of many are common (names, towns), give the number of
    /// the common ones, and see that the rare ones stand out by themselves.
    #[must_use]
    pub fn with(self, bits: IndexBits, values: u64) -> Self {
        let most = 1u64 << bits.get();
        let groups = most.min(values.max(1)) as f64;
        Self { groups: self.groups * groups }
    }

    /// How many of `population` records share all the indexes of one of them, it included: `C`.
    #[must_use]
    pub fn coincidences(self, population: u64) -> f64 {
        let population = population as f64;
        population / self.groups
    }

    /// Whether `2 <= C < sqrt(R)` for `R = population`.
    #[must_use]
    pub fn suits(self, population: u64) -> bool {
        let root = (population as f64).sqrt();
        (2.0..root).contains(&self.coincidences(population))
    }
}

impl Default for IndexPlan {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_index_is_judged_as_by_itself(population in 1u64..(1 << 50), bits in 1u8..=32) {
            let bits = IndexBits::new(bits).unwrap();
            let plan = IndexPlan::default().with(bits, u64::MAX);
            prop_assert_eq!(plan.suits(population), bits.suits(population));
        }

        /// `C = R / 2^sum(min(L_i, K_i))`, computed as it is written.
        #[test]
        fn bits_add_up(population: u32, indexes in prop::collection::vec((1u8..=16, 1u32..100_000), 0..4)) {
            let with = |plan: IndexPlan, &(bits, values): &(u8, u32)| {
                plan.with(IndexBits::new(bits).unwrap(), values.into())
            };
            let plan = indexes.iter().fold(IndexPlan::new(), with);
            let sum: f64 = indexes.iter().map(|&(l, k)| f64::from(l).min(f64::from(k).log2())).sum();
            let expected = f64::from(population) / sum.exp2();
            prop_assert!((plan.coincidences(population.into()) - expected).abs() <= expected * 1e-9);
        }
    }
}
