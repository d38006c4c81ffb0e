use std::{fmt, ops::Add};

/// Work counted in Argon2 blocks: one is the computation of 1 KiB of memory.
///
/// `work = blocks of memory * passes`. It is a count and not a time: a block takes some tenths of a
/// microsecond, and up to a fifth less where the memory fits a processor cache.
///
/// ```
/// use doorward_hash::{Cost, Work};
///
/// assert_eq!(Cost::OWASP_19_MIB.work(), Work::from_blocks(19_456 * 2));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Work(u64);

impl Work {
    /// No work at all.
    pub const ZERO: Self = Self(0);

    /// `blocks` blocks of 1 KiB.
    #[must_use]
    pub const fn from_blocks(blocks: u64) -> Self {
        Self(blocks)
    }

    /// The number of blocks of 1 KiB.
    #[must_use]
    pub const fn blocks(self) -> u64 {
        self.0
    }

    /// What is missing from `self` to reach `goal`; zero when nothing is.
    pub(crate) const fn missing_to(self, goal: Self) -> Self {
        Self(goal.0.saturating_sub(self.0))
    }
}

impl Add for Work {
    type Output = Self;

    /// The sum, held at the largest count instead of overflowing.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} blocks", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_without_overflow() {
        assert_eq!(Work::from_blocks(3) + Work::from_blocks(4), Work::from_blocks(7));
        let most = Work::from_blocks(u64::MAX);
        assert_eq!(most + Work::from_blocks(1), most);
    }

    #[test]
    fn missing_is_never_negative() {
        let (small, large) = (Work::from_blocks(8), Work::from_blocks(20));
        assert_eq!(small.missing_to(large), Work::from_blocks(12));
        assert_eq!(large.missing_to(small), Work::ZERO);
    }

    #[test]
    fn displays_its_unit() {
        assert_eq!(Work::from_blocks(8).to_string(), "8 blocks");
    }
}
