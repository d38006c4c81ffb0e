mod secret_value;
mod unwiped;

pub use secret_value::SecretValue;
pub use unwiped::Unwiped;

/// A value that may be sealed, in clear: what a record holds while the service works with it.
///
/// It is wiped on drop, and cannot be printed, compared, cloned or serialised, and neither can what it
/// is a part of: the compiler says where somebody tries. [`expose_secret`](Self::expose_secret) is the
/// only way to it.
///
/// ```
/// use doorward_fields::Secret;
///
/// let email = Secret::new("alice@example.com".to_owned());
/// assert_eq!(email.expose_secret(), "alice@example.com");
/// ```
///
/// ```compile_fail,E0277
/// # use doorward_fields::Secret;
/// println!("{:?}", Secret::new("alice@example.com".to_owned()));
/// ```
///
/// ```compile_fail,E0277
/// # use doorward_fields::Secret;
/// serde_json::to_string(&Secret::new("alice@example.com".to_owned()));
/// ```
///
/// The value lives on the heap, so that moving the secret leaves no copy behind. What `T` itself left
/// while it was made or grew, and what its own `Zeroize` leaves out, is not within reach.
#[allow(missing_debug_implementations, reason = "what holds a secret is not to be printed")]
pub struct Secret<T: SecretValue>(Box<T>);

impl<T: SecretValue> Secret<T> {
    /// Takes the value in.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Box::new(value))
    }

    /// The value. The only way to it; a copy of it is the caller's to wipe.
    #[must_use]
    pub fn expose_secret(&self) -> &T {
        &self.0
    }
}

impl<T: SecretValue> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: SecretValue> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use serde::{Deserialize, Serialize};
    use zeroize::Zeroize;

    use super::*;

    #[derive(Deserialize, Serialize)]
    struct Watched {
        #[serde(skip)]
        wiped: Arc<AtomicBool>,
    }

    impl Zeroize for Watched {
        fn zeroize(&mut self) {
            self.wiped.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn law_08_a_secret_is_wiped_on_drop() {
        let wiped = Arc::new(AtomicBool::new(false));
        drop(Secret::new(Watched { wiped: Arc::clone(&wiped) }));
        assert!(wiped.load(Ordering::Relaxed));
    }
}
