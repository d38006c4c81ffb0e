use crate::{Cost, cost::owasp_least_m_kib, stored::phc::Phc};

/// Why a hash that was verified should be replaced: it is weaker than the policy.
///
/// A hash as strong as the policy or stronger is never outdated, whatever its parameters. Strength
/// follows the OWASP table of [`Cost`], whose rows are equal: a hash is as strong as its memory is
/// a multiple of the table's memory for its passes. So 46 MiB in one pass and 19 MiB in two do not
/// replace each other for ever, in either direction. Beyond five passes the strength grows with
/// the passes, for hashes of at least 7168 KiB; below that no number of passes makes up for the
/// memory. Lanes do not count: they divide the same work.
///
/// Calling a weak hash current leaves it in the table for a thief; calling a current one outdated
/// costs one more hash and one write at each login.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Outdated {
    /// The digest is shorter than 32 bytes.
    Digest,
    /// Made by another system, or wrapped: every such hash is replaced by one of the policy.
    Imported,
    /// Weaker than the policy, with less memory.
    Memory,
    /// Weaker than the policy, with enough memory and too few passes.
    Passes,
    /// The salt is shorter than 16 bytes.
    Salt,
}

impl Outdated {
    /// The first reason for which `stored` falls short of `policy`.
    pub(crate) fn judge(stored: &Phc, policy: Cost) -> Option<Self> {
        if is_weaker(stored.cost(), policy) {
            // Strength grows with memory and with passes: the one that is lower is the reason.
            let less_memory = stored.cost().m_kib() < policy.m_kib();
            Some(if less_memory { Self::Memory } else { Self::Passes })
        } else if !stored.has_full_digest() {
            Some(Self::Digest)
        } else if !stored.has_full_salt() {
            Some(Self::Salt)
        } else {
            None
        }
    }
}

fn is_weaker(cost: Cost, policy: Cost) -> bool {
    let (have, have_of) = strength(cost);
    let (want, want_of) = strength(policy);
    have * want_of < want * have_of
}

/// A fraction: 1 on every row of the OWASP table. No product of two parts exceeds 128 bits.
fn strength(cost: Cost) -> (u128, u128) {
    let (m, t) = (u128::from(cost.m_kib()), u128::from(cost.t()));
    let least = u128::from(owasp_least_m_kib(cost.t()));
    if t > 5 && m >= least { (m * t, least * 5) } else { (m, least) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::argon::Variant;

    const TABLE: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];

    fn cost((m, t): (u32, u32)) -> Cost {
        Cost::unchecked(m, t, 1)
    }

    #[test]
    fn no_row_of_the_table_outdates_another() {
        for stored in TABLE {
            for policy in TABLE {
                assert!(!is_weaker(cost(stored), cost(policy)), "{stored:?} under {policy:?}");
            }
        }
    }

    #[test]
    fn one_kib_below_the_table_is_weaker_than_every_row() {
        for (m, t) in TABLE {
            for policy in TABLE {
                assert!(is_weaker(cost((m - 1, t)), cost(policy)));
            }
        }
    }

    #[test]
    fn passes_do_not_make_up_for_tiny_memory() {
        assert!(is_weaker(cost((4_096, 100)), Cost::OWASP_19_MIB));
        assert!(!is_weaker(cost((7_168, 6)), Cost::OWASP_19_MIB));
        // Beyond five passes, each counts.
        assert!(is_weaker(cost((7_168, 5)), cost((7_168, 6))));
        assert!(is_weaker(cost((7_168, 9)), cost((7_168, 10))));
        assert!(!is_weaker(cost((14_336, 5)), cost((7_168, 10))));
    }

    #[test]
    fn the_reason_is_the_lower_parameter() {
        let judge = |m, t, salt: &[u8], digest: &[u8]| {
            let stored = Phc::new(Variant::ARGON2ID, cost((m, t)), salt, digest).unwrap();
            Outdated::judge(&stored, Cost::OWASP_19_MIB)
        };
        let (salt, digest) = (&[0; 16], &[0; 32]);
        assert_eq!(judge(19_456, 2, salt, digest), None);
        assert_eq!(judge(65_536, 3, salt, digest), None);
        assert_eq!(judge(4_096, 3, salt, digest), Some(Outdated::Memory));
        assert_eq!(judge(20_000, 1, salt, digest), Some(Outdated::Passes));
        assert_eq!(judge(19_456, 2, salt, &[0; 31]), Some(Outdated::Digest));
        assert_eq!(judge(19_456, 2, &[0; 15], digest), Some(Outdated::Salt));
    }

    proptest! {
        /// Two policies never outdate each other's hashes: no rehash goes back and forth.
        #[test]
        fn never_both_ways(
            a in (8_u32..1_000_000, 1_u32..40), b in (8_u32..1_000_000, 1_u32..40),
        ) {
            prop_assert!(!(is_weaker(cost(a), cost(b)) && is_weaker(cost(b), cost(a))));
        }

        /// At least as much memory and as many passes as the policy is never weaker.
        #[test]
        fn more_of_both_is_never_weaker(
            (m, t) in (8_u32..1_000_000, 1_u32..40), more in 0_u32..100_000, longer in 0_u32..20,
        ) {
            prop_assert!(!is_weaker(cost((m + more, t + longer)), cost((m, t))));
        }

        /// Less of one and no more of the other is weaker.
        #[test]
        fn less_memory_is_weaker((m, t) in (9_u32..1_000_000, 1_u32..40), less in 1_u32..9) {
            prop_assert!(is_weaker(cost((m - less, t)), cost((m, t))));
        }
    }
}
