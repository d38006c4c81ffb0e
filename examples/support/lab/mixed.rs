//! Numbers that look like chance, from numbers.

/// The finalizer of SplitMix64: as good as a keyed digest where nobody chooses numbers that collide.
pub(crate) fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_splitmix64() {
        // The first numbers of the generator with the seed 1234567, from its authors' reference.
        let increment = 0x9e37_79b9_7f4a_7c15_u64;
        let first = (0..3).map(|at| mixed(1_234_567_u64.wrapping_add(increment.wrapping_mul(at))));
        let expected =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert!(first.eq(expected));
    }
}
