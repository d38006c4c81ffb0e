use doorward_fields::Keyring;

use crate::{EncryptionContext, WrappedKey};

/// A data key in use: a keyring of one key, and what to store so that it can be had again.
///
/// Seal the fields of a record with [`keyring`](Self::keyring), and store [`wrapped`](Self::wrapped)
/// beside them. The key is wiped when the cache and the last user have let go of it.
#[derive(Debug)]
pub struct DataKey {
    keyring: Keyring,
    context: EncryptionContext,
    wrapped: WrappedKey,
}

impl DataKey {
    pub(crate) fn new(keyring: Keyring, context: EncryptionContext, wrapped: WrappedKey) -> Self {
        Self { keyring, context, wrapped }
    }

    pub(crate) fn context(&self) -> &EncryptionContext {
        &self.context
    }

    /// Seals and opens. Seal only with a key of [`DataKeys::sealing`](crate::DataKeys::sealing), which
    /// counts it: what is sealed with one of `opening` is within no bound.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// What to store.
    #[must_use]
    pub fn wrapped(&self) -> &WrappedKey {
        &self.wrapped
    }
}
