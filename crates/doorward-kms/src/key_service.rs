use std::fmt;

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::{EncryptionContext, KeyArn, KmsError};

/// What keeps the keys that never leave it, and wraps others under them: AWS KMS.
///
/// [`AwsKms`](crate::AwsKms) is the one for service. Every call has to end by itself: nothing here sets
/// a deadline of its own.
#[async_trait]
pub trait KeyService: fmt::Debug + Send + Sync {
    /// A new random key of 32 bytes, plain and wrapped under `key`.
    ///
    /// # Errors
    ///
    /// [`KmsError`] by what happened.
    async fn generate(
        &self,
        key: &KeyArn,
        context: &EncryptionContext,
    ) -> Result<GeneratedKey, KmsError>;

    /// Wraps a secret of 32 bytes that is there already.
    ///
    /// # Errors
    ///
    /// [`KmsError`] by what happened.
    async fn encrypt(
        &self,
        key: &KeyArn,
        secret: &[u8; 32],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError>;

    /// Unwraps what `key`, and no other, has wrapped in this context.
    ///
    /// # Errors
    ///
    /// [`KmsError`] by what happened; [`Invalid`](crate::KmsErrorKind::Invalid) for a blob of another
    /// key or context.
    async fn decrypt(
        &self,
        key: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KmsError>;

    /// Wraps under `to` what `from` has wrapped. The plain key does not leave the service.
    ///
    /// # Errors
    ///
    /// As [`decrypt`](Self::decrypt).
    async fn re_encrypt(
        &self,
        from: &KeyArn,
        to: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError>;
}

/// A new key, plain and wrapped.
#[allow(clippy::exhaustive_structs, reason = "those who write a key service make it")]
pub struct GeneratedKey {
    /// The key. Wiped on drop.
    pub plaintext: Zeroizing<[u8; 32]>,
    /// The key as the service wrapped it.
    pub blob: Vec<u8>,
}

impl fmt::Debug for GeneratedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GeneratedKey {{ plaintext: [REDACTED], blob: {} bytes }}", self.blob.len())
    }
}
