//! Passwords as numbers, and how likely people are to choose each.

use crate::dice::Dice;

/// A password: its rank among all that people choose, from 1 on, or a number that nobody else has.
///
/// No text stands for it: a system under test sees whether two are the same, and how common one is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Password(u32);

impl Password {
    /// The ranks that more than one person may have chosen.
    pub(crate) const RANKS: u32 = 1_000_000;

    /// The password at this rank, from 1 for the most common one.
    pub(crate) fn at_rank(rank: u32) -> Self {
        Self(rank.clamp(1, Self::RANKS))
    }

    /// One that nobody else has.
    pub(crate) fn unique(number: u32) -> Self {
        Self((Self::RANKS + 1).saturating_add(number))
    }

    /// One that somebody chooses.
    pub(crate) fn chosen(dice: &mut Dice, next_unique: &mut u32) -> Self {
        let share = dice.share();
        if share < most() {
            return Self::at_share(share);
        }
        *next_unique += 1;
        Self::unique(*next_unique)
    }

    /// One of those that people share, as likely as people choose it: what a guesser draws from.
    pub(crate) fn guessed(dice: &mut Dice) -> Self {
        Self::at_share(dice.share() * most())
    }

    /// Its rank; `None` for one that nobody else has.
    pub(crate) fn rank(self) -> Option<u32> {
        (self.0 <= Self::RANKS).then_some(self.0)
    }

    /// A number that stands for it.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The inverse of [`at_or_above`].
    fn at_share(share: f64) -> Self {
        let rank = ((share + FACTOR) / FACTOR).powf(1.0 / EXPONENT);
        // A rank is a whole number between 1 and a million.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let whole = rank as u32;
        Self::at_rank(whole)
    }
}

/// The share of people with one of the `rank` most common passwords.
///
/// Wang and others fitted `F(r) = 0.037433 * r^0.187227` to the passwords of RockYou ("Zipf's Law in
/// Passwords", IEEE TIFS 12(11), 2017). The fit overstates the very first, so the list starts at its second place.
fn at_or_above(rank: u32) -> f64 {
    FACTOR * (f64::from(rank) + 1.0).powf(EXPONENT) - FACTOR
}

/// The share of people whose password somebody else may have too.
fn most() -> f64 {
    at_or_above(Password::RANKS)
}

const FACTOR: f64 = 0.037_433;
const EXPONENT: f64 = 0.187_227;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_choose_as_the_fit_says() {
        let (mut dice, mut unique) = (Dice::new(1), 0);
        let chosen: Vec<_> =
            (0..200_000).map(|_| Password::chosen(&mut dice, &mut unique)).collect();
        for rank in [1, 10, 1_000, Password::RANKS] {
            let found = chosen.iter().filter(|one| one.rank().is_some_and(|at| at <= rank)).count();
            let expected = 200_000.0 * at_or_above(rank);
            let off = (found as f64 - expected).abs() / expected.sqrt();
            assert!(off < 4.0, "rank {rank}: {found} instead of {expected:.0}");
        }
        let last = chosen.iter().filter(|one| one.rank().is_none()).count();
        assert_eq!(last, usize::try_from(unique).unwrap(), "each of these is another one");
    }

    #[test]
    fn a_guesser_draws_no_password_that_only_one_person_has() {
        let mut dice = Dice::new(2);
        let ranks: Vec<_> = (0..10_000).map(|_| Password::guessed(&mut dice).rank()).collect();
        assert!(ranks.iter().all(Option::is_some));
        assert!(ranks.contains(&Some(1)));
    }

    #[test]
    fn ranks_end_where_unique_ones_begin() {
        assert_eq!(Password::at_share(0.0).rank(), Some(1));
        assert_eq!(Password::at_share(most()).rank(), Some(Password::RANKS));
        assert_eq!(Password::unique(0).rank(), None);
    }
}
