//! How much happens in a simulation.

/// How many accounts there are, and for how long they are watched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Accounts; a guesser has as many addresses.
    pub(crate) accounts: u32,
    /// Days.
    pub(crate) days: u32,
}

impl Scale {
    /// How often each owner logs in, and how often each address of a guesser guesses: 100 times a
    /// week.
    pub(crate) fn per_account(self) -> u32 {
        (100 * self.days).div_ceil(7)
    }

    /// All guesses of a guesser: as many as there are logins.
    pub(crate) fn guesses(self) -> u32 {
        self.accounts * self.per_account()
    }

    /// The guesses of those who use each address once.
    pub(crate) fn single_guesses(self) -> u32 {
        4 * self.accounts
    }

    /// A smaller one, to try many variants of one system.
    pub(crate) fn reduced(self) -> Self {
        Self { accounts: self.accounts.min(REDUCED_ACCOUNTS), ..self }
    }

    /// In milliseconds.
    pub(crate) fn length(self) -> u32 {
        self.days * DAY
    }
}

const REDUCED_ACCOUNTS: u32 = 5_000;

/// A day in milliseconds: 49 of them fit into 32 bits.
pub(crate) const DAY: u32 = 24 * HOUR;
/// An hour in milliseconds.
pub(crate) const HOUR: u32 = 3_600 * SECOND;
/// A second in milliseconds.
pub(crate) const SECOND: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_five_million_attempts_in_a_week() {
        let whole = Scale { accounts: 25_000, days: 7 };
        assert_eq!((whole.per_account(), whole.guesses()), (100, 2_500_000));
        assert_eq!(whole.single_guesses(), 100_000);
        assert_eq!(Scale { accounts: 1_000, days: 2 }.per_account(), 29);
    }
}
