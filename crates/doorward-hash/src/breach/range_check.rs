use std::{error::Error as StdError, fmt, iter, str};

use async_trait::async_trait;

use crate::{
    BreachCheck, BreachStatus, BreachUnavailable, Password,
    breach::range::{RangeError, RangeQuery},
};

/// Asks a service of breached passwords, such as Pwned Passwords, by any HTTP client: the service
/// learns 20 bits of the digest (k-anonymity). See [`RangeQuery`].
///
/// Whatever is not a whole and well-formed answer with the status 200 is
/// [`BreachUnavailable`], never [`BreachStatus::NotKnown`]: too long, cut off within a line, empty,
/// a page of a proxy. Lines of padding, whose count is 0, are no hits.
///
/// ```
/// use async_trait::async_trait;
/// use doorward_hash::{
///     BreachCheck, BreachStatus, Password, RangeAnswer, RangeCheck, RangeClient,
/// };
///
/// #[derive(Debug)]
/// struct Client; // around your HTTP client
///
/// #[async_trait]
/// impl RangeClient for Client {
///     async fn range(
///         &self,
///         prefix: &str,
///     ) -> Result<RangeAnswer, Box<dyn std::error::Error + Send + Sync>> {
///         // GET https://api.pwnedpasswords.com/range/{prefix}
///         # assert_eq!(prefix, "ABF7A");
///         # let (status, body) = (200, "AD6438836DBE526AA231ABDE2D0EEF74D42:2\r\n");
///         Ok(RangeAnswer::new(status, body))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), doorward_hash::BreachUnavailable> {
/// let check = RangeCheck::new(Client);
/// let password = Password::from("correct horse battery staple");
/// assert_eq!(check.look_up(&password).await?, BreachStatus::Known);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RangeCheck<C> {
    client: C,
}

impl<C: RangeClient> RangeCheck<C> {
    /// Asks by this client.
    pub const fn new(client: C) -> Self {
        Self { client }
    }
}

#[async_trait]
impl<C: RangeClient> BreachCheck for RangeCheck<C> {
    async fn look_up(&self, password: &Password) -> Result<BreachStatus, BreachUnavailable> {
        let query = RangeQuery::of(password);
        let answer = match self.client.range(query.prefix()).await {
            Ok(answer) => answer,
            Err(error) if tells(error.as_ref(), query.prefix()) => {
                return Err(BreachUnavailable::new(RangeError::Withheld));
            }
            Err(error) => return Err(BreachUnavailable::new(error)),
        };
        let count = answer.text().and_then(|body| query.count_in(body));
        count.map(|count| (count > 0).into()).map_err(BreachUnavailable::new)
    }
}

/// An HTTP client, as far as a [`RangeCheck`] needs one. What it has to see to:
///
/// - `GET /range/{prefix}` of the service over HTTPS, for Pwned Passwords at
///   `https://api.pwnedpasswords.com`. No redirects.
/// - The header `Add-Padding: true`, so that the size of the answer, too, says nothing to who watches
///   the line; and a `User-Agent`, which that service asks for.
/// - A time limit for connecting and for all of it. Without one, a service that hangs holds every
///   registration for as long as its caller waits.
/// - A bound on what is read: one byte more than [`RangeQuery::MAX_BODY`] is enough to be refused.
/// - An error, when the connection ends before the answer does: cut off between two lines it looks whole.
/// - Nothing of the prefix in logs and errors: 5 digits of the digest narrow a guess down a
///   million-fold. Many clients name the address in their errors. An error that holds the prefix is
///   replaced by [`RangeError::Withheld`].
///
/// The trait is written with the macro of the crate `async-trait`; implement it with the same.
#[async_trait]
pub trait RangeClient: fmt::Debug + Send + Sync {
    /// Gets the range of this prefix, 5 hexadecimal digits in upper case.
    ///
    /// # Errors
    ///
    /// Whatever kept it from an answer. A status other than 200 is an answer.
    async fn range(&self, prefix: &str) -> Result<RangeAnswer, Box<dyn StdError + Send + Sync>>;
}

/// What a service said. `Debug` shows only the status and the size of the body.
#[derive(Clone)]
pub struct RangeAnswer {
    status: u16,
    body: Vec<u8>,
}

impl RangeAnswer {
    /// The status of the answer, and its body as it came, or as much of it as was read.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into() }
    }

    fn text(&self) -> Result<&str, RangeError> {
        if self.status != OK {
            return Err(RangeError::Status { status: self.status });
        }
        str::from_utf8(&self.body).map_err(|_| RangeError::NotText)
    }
}

impl fmt::Debug for RangeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeAnswer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

const OK: u16 = 200;

/// Whether an error, or what caused it, holds the prefix.
fn tells(error: &(dyn StdError + 'static), prefix: &str) -> bool {
    iter::successors(Some(error), |&error| error.source())
        .any(|error| format!("{error} {error:?}").to_ascii_uppercase().contains(prefix))
}
