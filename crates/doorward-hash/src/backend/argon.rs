use argon2::{Algorithm, Version};

use crate::{Arena, Cost, HashError, Work};

/// A member of the family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Variant {
    pub(crate) algorithm: Algorithm,
    pub(crate) version: Version,
}

impl Variant {
    /// The one that every new hash is made with: RFC 9106, version 0x13.
    pub(crate) const ARGON2ID: Self =
        Self { algorithm: Algorithm::Argon2id, version: Version::V0x13 };
}

/// What goes in, beside the parameters.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) password: &'a [u8],
    pub(crate) salt: &'a [u8],
    /// The secret K of RFC 9106 section 3.1; empty where there is none.
    pub(crate) secret: &'a [u8],
}

/// `Argon2id[m, t, p](password, salt)` into `out`, computed in `arena` by the backend that has it.
///
/// Returns the work that was done.
///
/// # Errors
///
/// Those of [`Arena::compute`].
pub(crate) fn compute(
    arena: &mut Arena,
    cost: Cost,
    password: &[u8],
    salt: &[u8],
    out: &mut [u8],
) -> Result<Work, HashError> {
    arena.compute(Variant::ARGON2ID, cost, Input { password, salt, secret: &[] }, out)
}

/// Computes at least `missing` blocks for nothing, at most 4 more, over the memory of `policy`.
///
/// Returns the work that was done.
///
/// # Errors
///
/// Those of [`compute`].
pub(crate) fn fill_up(arena: &mut Arena, policy: Cost, missing: Work) -> Result<Work, HashError> {
    let mut done = Work::ZERO;
    for cost in fill_plan(policy, missing).into_iter().flatten() {
        let mut discarded = [0; Cost::OUTPUT_BYTES];
        done = done + compute(arena, cost, STAND_IN, &STAND_IN_SALT, &mut discarded)?;
    }
    Ok(done)
}

/// Hashed in place of a password that may not be, and in filling up. As long as passwords mostly are:
/// formats that read the password in every iteration take longer for a longer one.
pub(crate) const STAND_IN: &[u8] = b"doorward no word";

/// The salt of whatever has none.
pub(crate) const STAND_IN_SALT: [u8; 16] = *b"doorward no salt";

/// The least memory of Argon2 in one lane, in blocks.
const LEAST_BLOCKS: u64 = 8;

/// As many whole passes over the policy's memory as fit, then one pass over what remains. In one
/// lane memory comes in steps of 4 blocks, as does every amount of work, so the sum is exact;
/// except that a remainder of 4 becomes 8.
fn fill_plan(policy: Cost, missing: Work) -> [Option<Cost>; 2] {
    let memory = u64::from(policy.blocks()).max(LEAST_BLOCKS);
    let (passes, rest) = (missing.blocks() / memory, missing.blocks() % memory);
    let one_lane = |blocks: u64, passes: u64| match (u32::try_from(blocks), u32::try_from(passes)) {
        (Ok(m), Ok(t)) if t > 0 => Some(Cost::unchecked(m, t, 1)),
        _ => None,
    };
    [one_lane(memory, passes), one_lane(rest.max(LEAST_BLOCKS), u64::from(rest > 0))]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Every gap between two amounts of work is closed, to within 4 blocks and never short.
        #[test]
        fn the_plan_closes_every_gap(
            p in 1_u32..=16, extra in 0_u32..300_000, t in 1_u32..=16,
            stored_p in 1_u32..=16, stored_extra in 0_u32..300_000, stored_t in 1_u32..=16,
        ) {
            let policy = Cost::unchecked(8 * p + extra, t, p);
            let stored = Cost::unchecked(8 * stored_p + stored_extra, stored_t, stored_p);
            let missing = stored.work().missing_to(policy.work());
            let plan = fill_plan(policy, missing);
            let filled: u64 = plan.iter().flatten().map(|cost| cost.work().blocks()).sum();
            let over = filled.checked_sub(missing.blocks());
            prop_assert!(matches!(over, Some(0 | 4)), "{over:?} blocks over");
            for cost in plan.iter().flatten() {
                prop_assert!(cost.m_kib() >= 8 && cost.blocks() <= policy.blocks());
            }
        }
    }

    #[test]
    fn nothing_missing_computes_nothing() {
        assert_eq!(fill_plan(Cost::OWASP_19_MIB, Work::ZERO), [None, None]);
    }

    #[test]
    fn a_remainder_too_small_for_argon2_is_rounded_up() {
        let plan = fill_plan(Cost::unchecked(12, 1, 1), Work::from_blocks(4));
        assert_eq!(plan, [None, Some(Cost::unchecked(8, 1, 1))]);
    }

    #[test]
    fn filling_up_really_computes_in_the_arena() {
        let mut arena = Arena::new();
        let policy = Cost::unchecked(64, 3, 1);
        let done = fill_up(&mut arena, policy, Work::from_blocks(64 + 40)).unwrap();
        assert_eq!(done, Work::from_blocks(104));
        assert_eq!((arena.capacity_kib(), arena.is_dirty()), (64, true));
    }
}
