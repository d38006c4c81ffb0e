pub(crate) mod common;
pub(crate) mod common_rank;
pub(crate) mod context;
pub(crate) mod floor;
pub(crate) mod fold;
pub(crate) mod problem;
pub(crate) mod sequence;
#[cfg(feature = "zxcvbn")]
pub(crate) mod strength;
pub(crate) mod word_list;

use crate::{
    BreachCheck, BreachStatus, NotAccepted, Password, PasswordProblem, normalization::Forms,
    policy::common::is_common, policy::context::ContextWords, policy::floor::Floor,
};

/// What a new password must be: NIST SP 800-63B-4, section 3.1.1.
///
/// - At least 15 code points, or 8 where a second factor is always asked for.
/// - At most [`Password::MAX_BYTES`] bytes.
/// - Not made of what anyone knows about the account, and not common: see [`PasswordPolicy::check`].
/// - Not known from a breach, where there is a list: see [`PasswordPolicy::check_with`].
///
/// All of it is judged in the form NFC, so that one text is accepted or refused however it was typed.
/// Any character is allowed, spaces and control characters too, and no mixture of kinds is asked
/// for. Too lax a policy lets the first hundred guesses succeed; too strict a one makes people write
/// passwords down or repeat them.
///
/// ```
/// use doorward_hash::{Password, PasswordPolicy, PasswordProblem};
///
/// let policy = PasswordPolicy::default();
/// assert!(policy.check(Password::from("four words in a row"), &["alice@example.com"]).is_ok());
///
/// let problem = policy.check(Password::from("hunter2"), &[]).unwrap_err();
/// assert_eq!(problem, PasswordProblem::TooShort { min: 15, actual: 7 });
/// assert_eq!(problem.to_string(), "The password has 7 characters. Use at least 15.");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PasswordPolicy {
    min_chars: usize,
    floor: Option<Floor>,
}

impl PasswordPolicy {
    /// For accounts where a second factor is always asked for: 8 code points suffice.
    ///
    /// Where it is not, the default of 15 is required.
    #[must_use]
    pub const fn with_second_factor() -> Self {
        Self { min_chars: 8, floor: None }
    }

    /// The least length, in code points: to be shown before a password is chosen.
    #[must_use]
    pub const fn min_chars(&self) -> usize {
        self.min_chars
    }

    /// Decides whether `password` may be set for an account that `context` describes: its
    /// identifier, the name of its owner, the name of the service.
    ///
    /// A context word is an entry of `context`, or what stands before its last `@`, with white
    /// space at its ends taken away, of 4 code points or more. Upper and lower case are the same. Of
    /// `context` the first 32 entries are read, and the first 256 code points of each.
    /// A password is refused
    ///
    /// - when fewer than 8 of its code points are left once every context word is taken away, the
    ///   longest first: `alice`, `alicealicealice`, `Alice@example.com2026`;
    /// - when it is a piece of a context word.
    ///
    /// A long password may mention one: `alice eats green pineapples`.
    ///
    /// It is refused as common when the whole of it, without white space at its ends and with upper
    /// and lower case the same, is
    ///
    /// - one of 30,000 listed passwords, with at most two pieces of padding before or after it:
    ///   `password`, `Password12345678!`, `1dragon2026`;
    /// - padding alone, one piece or two: `aaaaaaaaaaaaaaa`, `qwertyuiop123456`;
    /// - or one of these repeated, the last time perhaps cut short; of two copies the second may lack
    ///   one character: `passwordpassword`, `dragon77 Dragon77`, `xkxkxkxkxkxkxkx`.
    ///
    /// A piece of padding is a run of one character, a part of an alphabet or of the lines of a
    /// keyboard in either direction (`cdefg`, `0987`, `asdf`, `1qaz2wsx`), or a number of at most 4
    /// digits. No part of a password is looked at alone: `password for the garden gate` will do.
    ///
    /// # Errors
    ///
    /// The first [`PasswordProblem`] found, to be told to the person. The password is dropped.
    pub fn check(
        &self,
        password: Password,
        context: &[&str],
    ) -> Result<AcceptedPassword, PasswordProblem> {
        let accepted = AcceptedPassword::existing(password)?;
        let forms = Forms::of(accepted.password());
        let actual = forms.nfc().chars().count();
        if actual < self.min_chars {
            return Err(PasswordProblem::TooShort { min: self.min_chars, actual });
        }
        if ContextWords::of(context).make_up(forms.nfc()) {
            return Err(PasswordProblem::ContextWord);
        }
        if is_common(forms.nfc()) {
            return Err(PasswordProblem::Common);
        }
        if let Some(floor) = self.floor {
            floor.check(accepted.password(), context)?;
        }
        Ok(accepted)
    }

    /// Like [`PasswordPolicy::check`], and refuses what `breaches` knows. It is asked last, and only
    /// about a password that would be accepted.
    ///
    /// ```
    /// use doorward_hash::{BreachDigest, BreachFilter, NotAccepted, Password, PasswordPolicy};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let known = Password::from("correct horse battery staple");
    /// let filter = BreachFilter::from_iter([BreachDigest::of(&known)]);
    /// match PasswordPolicy::default().check_with(known, &["alice@example.com"], &filter).await {
    ///     Ok(accepted) => println!("hash {:?}", accepted.password()),
    ///     Err(NotAccepted::Problem(problem)) => println!("tell the person: {problem}"),
    ///     Err(NotAccepted::Unavailable(error)) => println!("try again later: {error}"),
    ///     # _ => unreachable!(),
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The first [`PasswordProblem`] found, to be told to the person; or that `breaches` could not
    /// tell, and the password is not accepted. The password is dropped.
    pub async fn check_with(
        &self,
        password: Password,
        context: &[&str],
        breaches: &dyn BreachCheck,
    ) -> Result<AcceptedPassword, NotAccepted> {
        let accepted = self.check(password, context)?;
        match breaches.look_up(accepted.password()).await? {
            BreachStatus::Known => Err(PasswordProblem::Breached.into()),
            BreachStatus::NotKnown => Ok(accepted),
        }
    }

    #[allow(dead_code, reason = "features bring what calls it")]
    pub(crate) const fn with_floor(self, floor: Floor) -> Self {
        Self { floor: Some(floor), ..self }
    }
}

impl Default for PasswordPolicy {
    /// The policy where the password is the only factor: 15 code points.
    fn default() -> Self {
        Self { min_chars: 15, floor: None }
    }
}

/// A password that may be set. Only [`PasswordPolicy::check`] and [`AcceptedPassword::existing`]
/// make one, so a function that takes it cannot be handed an unchecked password.
#[derive(Clone, Debug)]
pub struct AcceptedPassword(Password);

impl AcceptedPassword {
    /// A password that is in use elsewhere, on import: only what cannot be hashed is refused.
    ///
    /// Not for passwords that are chosen now: weak ones pass.
    ///
    /// # Errors
    ///
    /// [`PasswordProblem::Empty`] and [`PasswordProblem::TooLong`].
    pub fn existing(password: Password) -> Result<Self, PasswordProblem> {
        if password.is_empty() {
            return Err(PasswordProblem::Empty);
        }
        if password.is_overlong() {
            return Err(PasswordProblem::TooLong { max_bytes: Password::MAX_BYTES });
        }
        Ok(Self(password))
    }

    /// The password, to be hashed.
    #[must_use]
    pub const fn password(&self) -> &Password {
        &self.0
    }
}
