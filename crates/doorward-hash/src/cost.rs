use std::fmt;

use thiserror::Error;

use crate::{Ceiling, OverCeiling, Work};

/// What one Argon2id hash costs: `m` KiB of memory, `t` passes over it, in `p` lanes.
///
/// The output is always 32 bytes and the salt 16, as RFC 9106 section 4 recommends. Too low a cost
/// makes a stolen table cheap to guess; too high a one lets a crowd of logins exhaust the server.
/// The floor is the table of the OWASP Password Storage Cheat Sheet, whose rows it calls equal:
///
/// | passes | least memory |
/// |--------|--------------|
/// | 1 | 47104 KiB |
/// | 2 | 19456 KiB |
/// | 3 | 12288 KiB |
/// | 4 | 9216 KiB |
/// | 5 or more | 7168 KiB |
///
/// ```
/// use doorward_hash::Cost;
///
/// // The second recommendation of RFC 9106: 64 MiB, three passes, four lanes.
/// let cost = Cost::new(65_536, 3, 4)?;
/// assert_eq!(cost.to_string(), "m=65536,t=3,p=4");
/// assert!(Cost::new(4_096, 3, 1).is_err());
/// # Ok::<(), doorward_hash::CostError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Cost {
    m_kib: u32,
    t: u32,
    p: u32,
}

impl Cost {
    /// 19 MiB, two passes, one lane: the default. Least memory for its strength under many logins.
    pub const OWASP_19_MIB: Self = Self::unchecked(19_456, 2, 1);

    /// 46 MiB, one pass, one lane: the same strength with more memory and about a fifth more work.
    pub const OWASP_46_MIB: Self = Self::unchecked(47_104, 1, 1);

    /// `m_kib` KiB of memory, `t` passes, `p` lanes.
    ///
    /// # Errors
    ///
    /// - [`CostError::NoPassOrLane`] when `t` or `p` is zero.
    /// - [`CostError::TooWeak`] below the OWASP table.
    /// - [`CostError::OverCeiling`] above [`Ceiling::DEFAULT`]: what it made could not be read back.
    pub const fn new(m_kib: u32, t: u32, p: u32) -> Result<Self, CostError> {
        if t == 0 || p == 0 {
            return Err(CostError::NoPassOrLane);
        }
        let least_m_kib = owasp_least_m_kib(t);
        if m_kib < least_m_kib {
            return Err(CostError::TooWeak { m_kib, t, least_m_kib });
        }
        let cost = Self::unchecked(m_kib, t, p);
        match Ceiling::DEFAULT.admit(cost, Self::OUTPUT_BYTES) {
            Ok(()) => Ok(cost),
            Err(over) => Err(CostError::OverCeiling(over)),
        }
    }

    /// 8 KiB, one pass, one lane: the least that Argon2 can do.
    ///
    /// For tests only, never in service: a table hashed with it can be guessed at millions of
    /// passwords a second.
    #[must_use]
    pub const fn minimal_for_tests() -> Self {
        Self::unchecked(8, 1, 1)
    }

    /// Memory in KiB, as asked for.
    #[must_use]
    pub const fn m_kib(self) -> u32 {
        self.m_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub const fn t(self) -> u32 {
        self.t
    }

    /// Lanes.
    #[must_use]
    pub const fn p(self) -> u32 {
        self.p
    }

    /// The blocks that one hash computes: the memory, rounded down as Argon2 does, times the passes.
    #[must_use]
    pub const fn work(self) -> Work {
        Work::from_blocks(self.blocks() as u64 * self.t as u64)
    }

    /// The output of every hash made here, in bytes.
    pub(crate) const OUTPUT_BYTES: usize = 32;

    /// What a guess costs on hardware made for guessing, compared with `other`: the memory times the
    /// time that it is held, `m * (m * t)`.
    pub(crate) fn guess_relative_to(self, other: Self) -> f64 {
        self.guess() as f64 / other.guess() as f64
    }

    /// The work of a guess, compared with `other`: `m * t`.
    pub(crate) fn work_relative_to(self, other: Self) -> f64 {
        self.work().blocks() as f64 / other.work().blocks() as f64
    }

    /// The memory times the work: the area of a chip, times the time that it is taken up.
    pub(crate) const fn guess(self) -> u64 {
        (self.blocks() as u64).saturating_mul(self.work().blocks())
    }

    /// Whether it is a row of the OWASP table.
    pub(crate) const fn is_owasp_least(self) -> bool {
        self.p == 1 && self.t <= 5 && self.m_kib == owasp_least_m_kib(self.t)
    }

    /// Any parameters: those of a stored hash, which may be weak, and the constants above.
    pub(crate) const fn unchecked(m_kib: u32, t: u32, p: u32) -> Self {
        Self { m_kib, t, p }
    }

    /// Blocks of memory, `4 * p * floor(m / (4 * p))`: RFC 9106 section 3.2, step 2.
    pub(crate) const fn blocks(self) -> u32 {
        match self.p.checked_mul(4) {
            None | Some(0) => 0,
            Some(unit) => self.m_kib / unit * unit,
        }
    }
}

impl Default for Cost {
    /// [`Cost::OWASP_19_MIB`].
    fn default() -> Self {
        Self::OWASP_19_MIB
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.m_kib, self.t, self.p)
    }
}

/// Why these parameters may not be a [`Cost`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CostError {
    /// No pass or no lane was asked for.
    #[error("Argon2id needs at least one pass and one lane: use Cost::OWASP_19_MIB (t=2, p=1)")]
    NoPassOrLane,
    /// More than [`Ceiling::DEFAULT`] allows.
    #[error("{0}: lower it, or start from Cost::OWASP_19_MIB")]
    OverCeiling(OverCeiling),
    /// Less memory than the OWASP table asks for with so many passes.
    #[error(
        "m={m_kib} KiB with t={t} is below the OWASP table: raise m to {least_m_kib} KiB or more, \
         or use Cost::OWASP_19_MIB"
    )]
    TooWeak {
        /// The memory that was asked for, in KiB.
        m_kib: u32,
        /// The passes that were asked for.
        t: u32,
        /// The least memory for so many passes, in KiB.
        least_m_kib: u32,
    },
}

/// The least memory that the OWASP table allows with `t` passes.
pub(crate) const fn owasp_least_m_kib(t: u32) -> u32 {
    match t {
        0 | 1 => 47_104,
        2 => 19_456,
        3 => 12_288,
        4 => 9_216,
        _ => OWASP_LEAST_M_KIB,
    }
}

/// The least memory in the OWASP table.
pub(crate) const OWASP_LEAST_M_KIB: u32 = 7_168;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_owasp_table_is_the_floor() {
        for (m, t) in [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5), (7_168, 9)] {
            assert_eq!(Cost::new(m, t, 1), Ok(Cost::unchecked(m, t, 1)));
            let below = CostError::TooWeak { m_kib: m - 1, t, least_m_kib: m };
            assert_eq!(Cost::new(m - 1, t, 1), Err(below));
        }
    }

    #[test]
    fn the_default_ceiling_is_the_roof() {
        assert!(Cost::new(262_144, 4, 16).is_ok());
        for (m, t, p) in [(262_145, 1, 1), (19_456, 17, 1), (19_456, 2, 17), (262_144, 5, 1)] {
            let refused = Cost::new(m, t, p);
            assert!(matches!(refused, Err(CostError::OverCeiling(_))), "m={m},t={t},p={p}");
        }
    }

    #[test]
    fn zero_is_refused() {
        assert_eq!(Cost::new(47_104, 0, 1), Err(CostError::NoPassOrLane));
        assert_eq!(Cost::new(47_104, 1, 0), Err(CostError::NoPassOrLane));
    }

    #[test]
    fn errors_name_the_remedy() {
        let weak = Cost::new(1_024, 2, 1).unwrap_err().to_string();
        assert!(weak.contains("raise m to 19456 KiB"), "{weak}");
        let huge = Cost::new(300_000, 1, 1).unwrap_err().to_string();
        assert!(huge.contains("300000") && huge.contains("262144"), "{huge}");
    }

    #[test]
    fn the_named_costs_pass_their_own_check() {
        for cost in [Cost::OWASP_19_MIB, Cost::OWASP_46_MIB, Cost::default()] {
            assert_eq!(Cost::new(cost.m_kib(), cost.t(), cost.p()), Ok(cost));
        }
        assert_eq!(Cost::default(), Cost::OWASP_19_MIB);
        assert_eq!(Cost::minimal_for_tests().to_string(), "m=8,t=1,p=1");
    }

    proptest! {
        /// Our count is the backend's count.
        #[test]
        fn blocks_are_counted_as_argon2_rounds(p in 1_u32..=16, extra in 0_u32..5_000) {
            let cost = Cost::unchecked(8 * p + extra, 1, p);
            let params = argon2::Params::new(cost.m_kib(), 1, p, None).unwrap();
            prop_assert_eq!(cost.blocks() as usize, params.block_count());
        }
    }
}
