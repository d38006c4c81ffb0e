use thiserror::Error;

use crate::BreachUnavailable;

/// Why a password may not be set. The text is for the person, who must be told the reason; it does
/// not contain the password.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PasswordProblem {
    /// It is in a list of passwords that became known.
    #[error(
        "The password became known in a data breach, here or elsewhere. Choose another, and change \
         it wherever else you use it."
    )]
    Breached,
    /// It is among those that are guessed first.
    #[error(
        "The password is one that many people use, or a simple pattern, so it would be guessed \
         first. Choose another: several unrelated words do well."
    )]
    Common,
    /// It is little more than the account's own identifier or another context word.
    #[error(
        "The password is too close to your account name or to the name of this service. \
         Use one that says nothing about you."
    )]
    ContextWord,
    /// There is none.
    #[error("The password is empty. Choose one.")]
    Empty,
    /// Too many bytes.
    #[error("The password is too long. Use at most {max_bytes} bytes.")]
    TooLong {
        /// The most bytes that a password may have.
        max_bytes: usize,
    },
    /// Too few code points.
    #[error("The password has {actual} character{}. Use at least {min}.", if *actual == 1 { "" } else { "s" })]
    TooShort {
        /// The least code points.
        min: usize,
        /// The code points that were counted.
        actual: usize,
    },
    /// It would be guessed soon; only where the policy asks for a least strength (feature `zxcvbn`).
    #[error(
        "The password would be guessed soon. {why} Use several words that have nothing to do with each other."
    )]
    Weak {
        /// What is wrong with it, in a sentence.
        why: &'static str,
    },
}

/// Why [`PasswordPolicy::check_with`](crate::PasswordPolicy::check_with) did not accept a password.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotAccepted {
    /// The password will not do. The person has to choose another.
    #[error(transparent)]
    Problem(#[from] PasswordProblem),
    /// It could not be told whether it is known from a breach. The person may try again.
    #[error(transparent)]
    Unavailable(#[from] BreachUnavailable),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_is_one() {
        let text = |actual| PasswordProblem::TooShort { min: 15, actual }.to_string();
        assert_eq!(text(1), "The password has 1 character. Use at least 15.");
        assert_eq!(text(14), "The password has 14 characters. Use at least 15.");
    }
}
