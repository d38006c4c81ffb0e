//! How common a password is among those that people choose.

use crate::password::Password;
use crate::policy::{fold::fold, word_list};
use zeroize::Zeroizing;

impl Password {
    /// The password's rank in a list of 30,000 common ones, from 1 for the most common; `None` for one
    /// that is not on it. Case and white space at the ends do not matter, anything else does.
    ///
    /// Popularity says how likely a guess is: a throttle that weighs failures by it tells a guesser,
    /// who begins at the top, from an owner who mistypes.
    ///
    /// ```
    /// use doorward_hash::Password;
    ///
    /// assert_eq!(Password::from("123456").common_rank(), Some(1));
    /// assert_eq!(Password::from("Password").common_rank(), Some(2));
    /// assert_eq!(Password::from("seven quiet herons").common_rank(), None);
    /// ```
    #[must_use]
    pub fn common_rank(&self) -> Option<u32> {
        let typed = self.expose_secret().trim();
        if typed.len() > LONGEST {
            return None;
        }
        let mut folded = Zeroizing::new(Vec::with_capacity(3 * typed.len()));
        folded.extend(fold(typed));
        word_list::rank(&folded).map(|rank| u32::from(rank) + 1)
    }
}

/// Longer than any entry with white space around it that somebody typed by mistake.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_its_rank() {
        for (entry, rank) in word_list::entries().step_by(101) {
            assert_eq!(Password::from(entry).common_rank(), Some(u32::from(rank) + 1), "{entry}");
        }
    }

    #[test]
    fn what_is_not_listed_has_none() {
        for password in ["", "xkq", &"a".repeat(4_096), "seven quiet herons", "żółć"] {
            assert_eq!(Password::from(password).common_rank(), None);
        }
    }
}
