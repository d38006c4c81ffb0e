use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A value that is sealed, but not wiped from memory: for types of others that have no `Zeroize`.
///
/// To say so is the point of it: search the code for `Unwiped` to find all that is left in memory. What
/// that costs: whoever reads the memory, a swap file or a core dump may find the value. It is sealed in
/// the table all the same.
///
/// ```
/// use doorward_fields::{Secret, Unwiped};
///
/// let home = Secret::new(Unwiped(std::net::Ipv4Addr::LOCALHOST));
/// assert!(home.expose_secret().0.is_loopback());
/// ```
#[allow(missing_debug_implementations, reason = "what holds a secret is not to be printed")]
#[allow(clippy::exhaustive_structs, reason = "a mark on a value, and nothing else")]
#[derive(Deserialize, Serialize)]
#[serde(transparent)]
pub struct Unwiped<T>(pub T);

impl<T> Zeroize for Unwiped<T> {
    fn zeroize(&mut self) {}
}
