use std::fmt;

use doorward_fields::rotation::Renew;

use crate::{DataKeys, EncryptionContext, KmsError, KmsErrorKind, WrappedKey};

/// What a [`Pass`](doorward_fields::rotation::Pass) does to records so that all their data keys come under
/// the present KMS key. The sealed fields are not touched, and no plain key leaves KMS.
///
/// `of` finds the wrapped key in a record, `with` gives the record with another one in its place.
pub struct Rewrap<'a, Of, With> {
    keys: &'a DataKeys,
    context: EncryptionContext,
    of: Of,
    with: With,
}

impl<'a, Of, With> Rewrap<'a, Of, With> {
    /// Of records of one context.
    pub fn new<R>(keys: &'a DataKeys, context: EncryptionContext, of: Of, with: With) -> Self
    where
        Of: Fn(&R) -> &WrappedKey,
        With: Fn(&R, WrappedKey) -> R,
    {
        Self { keys, context, of, with }
    }
}

impl<K, R, Of, With> Renew<K, R> for Rewrap<'_, Of, With>
where
    K: Sync,
    R: Send + Sync,
    Of: Fn(&R) -> &WrappedKey + Send + Sync,
    With: Fn(&R, WrappedKey) -> R + Send + Sync,
{
    type Error = KmsError;

    async fn renew(&self, _: &K, record: &R) -> Result<Option<R>, KmsError> {
        let rewrapped = self.keys.rewrap(&self.context, (self.of)(record)).await?;
        Ok(rewrapped.map(|wrapped| (self.with)(record, wrapped)))
    }

    /// A blob that is not what it seems fails alone; whatever else KMS says, it says of the next one too.
    fn is_outage(&self, error: &KmsError) -> bool {
        !matches!(error.kind(), KmsErrorKind::Invalid | KmsErrorKind::Untrusted)
    }
}

impl<Of, With> fmt::Debug for Rewrap<'_, Of, With> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewrap")
            .field("keys", &self.keys)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}
