mod serde_form;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::{Envelope, KeyId};

/// An [`Envelope`] that remembers the type of the value in it.
///
/// Opened with the [`SealedField`](crate::SealedField) that it belongs to. As serde sees it, it is
/// bytes, or Base64 (URL-safe, without padding, RFC 4648) in formats that people read.
///
/// ```
/// use doorward_fields::{Envelope, Sealed};
///
/// let stored = [&[2, 0, 0, 0, 9][..], &[0; Envelope::OVERHEAD - 5]].concat();
/// let email = Sealed::<String>::from_envelope(Envelope::parse(&stored)?);
/// let text = serde_json::to_string(&email)?;
/// assert!(text.starts_with("\"AgAAAAk"));
/// assert_eq!(serde_json::from_str::<Sealed<String>>(&text)?, email);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sealed<T> {
    envelope: Envelope,
    /// A `Sealed` holds no `T`, whatever a `T` can and cannot do.
    value: PhantomData<fn() -> T>,
}

impl<T> Sealed<T> {
    /// What was stored as an envelope, and is said to hold a `T`. Opening it proves that.
    #[must_use]
    pub const fn from_envelope(envelope: Envelope) -> Self {
        Self { envelope, value: PhantomData }
    }

    /// The envelope.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The envelope, without a copy.
    #[must_use]
    pub fn into_envelope(self) -> Envelope {
        self.envelope
    }

    /// The key that sealed it, as it says.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.envelope.key_id()
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_envelope(self.envelope.clone())
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sealed").field(&self.envelope).finish()
    }
}

impl<T> Eq for Sealed<T> {}

impl<T> Hash for Sealed<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.envelope.hash(state);
    }
}

/// The same envelope. Two sealings of one value are never equal.
impl<T> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.envelope == other.envelope
    }
}
