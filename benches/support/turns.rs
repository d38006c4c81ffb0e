//! Taking turns: what is compared is measured in one stretch of time, so that a machine that grows
//! slower or busier does so for all.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Rounds in which each of several subjects has its turn once, in an order drawn anew each round:
/// whatever follows upon something slow does so by chance.
#[derive(Debug)]
pub struct Turns {
    order: Vec<usize>,
    random: ChaCha8Rng,
}

impl Turns {
    /// Turns of `subjects` subjects, drawn from `seed`.
    pub fn new(subjects: usize, seed: u64) -> Self {
        Self { order: (0..subjects).collect(), random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The order of the next round.
    pub fn round(&mut self) -> Vec<usize> {
        self.order.shuffle(&mut self.random);
        self.order.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_turn_and_a_seed_repeats() {
        let (mut one, mut two) = (Turns::new(5, 7), Turns::new(5, 7));
        let rounds: Vec<_> = (0..20).map(|_| one.round()).collect();
        assert!(rounds.iter().all(|round| *round == two.round()));
        assert!(rounds.iter().any(|round| *round != rounds[0]));
        for mut round in rounds {
            round.sort_unstable();
            assert_eq!(round, [0, 1, 2, 3, 4]);
        }
    }
}
