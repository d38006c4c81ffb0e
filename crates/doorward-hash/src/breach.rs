pub(crate) mod digest;
pub(crate) mod file;
pub(crate) mod filter;
pub(crate) mod format;
pub(crate) mod range;
pub(crate) mod range_check;
pub(crate) mod scratch;
pub(crate) mod sorted_runs;
pub(crate) mod span;
pub(crate) mod writer;

use std::{error::Error as StdError, fmt, sync::Arc};

use async_trait::async_trait;
use thiserror::Error;

use crate::Password;

/// Knows passwords that became known: NIST SP 800-63B-4, section 3.1.1.2, and ASVS 5.0, 6.2.12.
///
/// [`BreachFilter`](crate::BreachFilter) and [`BreachFile`](crate::BreachFile) have a list of their
/// own; [`RangeCheck`](crate::RangeCheck) asks a service. For
/// [`PasswordPolicy::check_with`](crate::PasswordPolicy::check_with).
///
/// A check has no deadline of its own here: whoever waits for one bounds it.
///
/// The trait is written with the macro of the crate `async-trait`; implement it with the same.
///
/// ```
/// use async_trait::async_trait;
/// use doorward_hash::{BreachCheck, BreachStatus, BreachUnavailable, Password};
///
/// #[derive(Debug)]
/// struct Leaked(Vec<String>);
///
/// #[async_trait]
/// impl BreachCheck for Leaked {
///     async fn look_up(&self, password: &Password) -> Result<BreachStatus, BreachUnavailable> {
///         let known = self.0.iter().any(|leaked| leaked == password.expose_secret());
///         Ok(if known { BreachStatus::Known } else { BreachStatus::NotKnown })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BreachUnavailable> {
/// let check = Leaked(vec!["correct horse battery staple".to_owned()]);
/// let password = Password::from("correct horse battery staple");
/// assert_eq!(check.look_up(&password).await?, BreachStatus::Known);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait BreachCheck: fmt::Debug + Send + Sync {
    /// Whether the password is known. It has to be compared whole and as it is.
    ///
    /// `Known` for one that is not sends a person away to think of another. `NotKnown` for one that is
    /// lets an attacker in with a list that anyone can download: where in doubt, answer with the error.
    ///
    /// # Errors
    ///
    /// [`BreachUnavailable`] when it could not be told. It and its source must hold nothing of the
    /// password or its digest, because both are logged.
    async fn look_up(&self, password: &Password) -> Result<BreachStatus, BreachUnavailable>;
}

#[async_trait]
impl<T: BreachCheck + ?Sized> BreachCheck for Arc<T> {
    async fn look_up(&self, password: &Password) -> Result<BreachStatus, BreachUnavailable> {
        (**self).look_up(password).await
    }
}

/// The answer of a [`BreachCheck`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[must_use = "a password that is known must be refused"]
#[allow(clippy::exhaustive_enums, reason = "these are all the answers there are")]
pub enum BreachStatus {
    /// It is in the list.
    Known,
    /// The list was read and does not have it.
    NotKnown,
}

impl From<bool> for BreachStatus {
    /// `true` when it is in the list.
    fn from(is_listed: bool) -> Self {
        if is_listed { Self::Known } else { Self::NotKnown }
    }
}

/// It could not be told whether a password is known. The source is for the operator.
#[derive(Debug, Error)]
#[error(
    "It could not be told whether the password is in a list of breached ones. Look at the cause, and \
     try again."
)]
#[non_exhaustive]
pub struct BreachUnavailable {
    source: Box<dyn StdError + Send + Sync>,
}

impl BreachUnavailable {
    /// What kept the check from an answer: nothing of the password may be in it.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: source.into() }
    }
}
