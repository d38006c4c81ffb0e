//! What is kept of one account.

mod credential_error;

use std::fmt;
use std::time::SystemTime;

pub use self::credential_error::CredentialError;
use crate::{AccountId, LookupKey, Status, Version};

/// The credential of one account: by what it is found, and what proves that someone is its owner.
///
/// The identifier, the password hash and the details come sealed, at most
/// [`MAX_SEALED_BYTES`](Self::MAX_SEALED_BYTES) each, and `Debug` shows their lengths only. An
/// account without a password is one that no password opens.
///
/// ```
/// use std::time::UNIX_EPOCH;
/// use doorward_store::{AccountId, Credential, LookupKey, Status, Version};
///
/// let account = AccountId::from_bytes([1; 16]);
/// let keys = vec![LookupKey::new([7; 32])?];
/// let credential = Credential::new(account, keys, b"sealed identifier".to_vec(), UNIX_EPOCH)?
///     .with_password(Some(b"sealed hash".to_vec()));
///
/// assert_eq!(credential.version(), Version::FIRST);
/// assert_eq!(credential.status(), Status::Active);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Credential {
    account: AccountId,
    version: Version,
    lookup_keys: Vec<LookupKey>,
    identifier: Vec<u8>,
    password: Option<Vec<u8>>,
    details: Option<Vec<u8>>,
    status: Status,
    created_at: SystemTime,
    changed_at: SystemTime,
}

impl Credential {
    /// The most lookup keys that one credential can have, and that one search can ask for.
    pub const MAX_LOOKUP_KEYS: usize = 8;

    /// The longest sealed identifier, the longest sealed password, and the longest sealed details,
    /// each in bytes.
    pub const MAX_SEALED_BYTES: usize = 4096;

    /// An active credential at [`Version::FIRST`], without a password and without details, unchanged
    /// since `created_at`.
    ///
    /// `lookup_keys` are the blind indexes of its identifier: one for each index key in use.
    ///
    /// # Errors
    ///
    /// [`CredentialError`] if there is no lookup key, more than
    /// [`MAX_LOOKUP_KEYS`](Self::MAX_LOOKUP_KEYS), the same one twice, or an identifier longer than
    /// [`MAX_SEALED_BYTES`](Self::MAX_SEALED_BYTES).
    pub fn new(
        account: AccountId,
        lookup_keys: Vec<LookupKey>,
        identifier: Vec<u8>,
        created_at: SystemTime,
    ) -> Result<Self, CredentialError> {
        check_keys(&lookup_keys)?;
        if identifier.len() > Self::MAX_SEALED_BYTES {
            return Err(CredentialError::IdentifierTooLong);
        }
        Ok(Self {
            account,
            version: Version::FIRST,
            lookup_keys,
            identifier,
            password: None,
            details: None,
            status: Status::Active,
            created_at,
            changed_at: created_at,
        })
    }

    /// With this sealed password hash, or with none.
    ///
    /// A store refuses one that is longer than [`MAX_SEALED_BYTES`](Self::MAX_SEALED_BYTES).
    #[must_use]
    pub fn with_password(self, password: Option<Vec<u8>>) -> Self {
        Self { password, ..self }
    }

    /// With these sealed details, or with none: see [`details`](Self::details).
    ///
    /// A store refuses those that are longer than [`MAX_SEALED_BYTES`](Self::MAX_SEALED_BYTES).
    #[must_use]
    pub fn with_details(self, details: Option<Vec<u8>>) -> Self {
        Self { details, ..self }
    }

    /// With this status.
    #[must_use]
    pub fn with_status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// Changed at this time.
    #[must_use]
    pub fn with_changed_at(self, changed_at: SystemTime) -> Self {
        Self { changed_at, ..self }
    }

    /// At this version: for a store, which alone knows it.
    #[must_use]
    pub fn with_version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Made at this time: for a store that keeps the first one.
    pub(crate) fn with_created_at(self, created_at: SystemTime) -> Self {
        Self { created_at, ..self }
    }

    /// With this sealed identifier: the same one, sealed under another key.
    ///
    /// # Errors
    ///
    /// [`CredentialError::IdentifierTooLong`] if it is longer than
    /// [`MAX_SEALED_BYTES`](Self::MAX_SEALED_BYTES).
    pub fn with_identifier(self, identifier: Vec<u8>) -> Result<Self, CredentialError> {
        if identifier.len() > Self::MAX_SEALED_BYTES {
            return Err(CredentialError::IdentifierTooLong);
        }
        Ok(Self { identifier, ..self })
    }

    /// Under these lookup keys, in this order: for [`rekey`](crate::CredentialStore::rekey) alone.
    ///
    /// # Errors
    ///
    /// [`CredentialError`] if there is none, more than [`MAX_LOOKUP_KEYS`](Self::MAX_LOOKUP_KEYS), or
    /// the same one twice.
    pub fn with_lookup_keys(self, lookup_keys: Vec<LookupKey>) -> Result<Self, CredentialError> {
        check_keys(&lookup_keys)?;
        Ok(Self { lookup_keys, ..self })
    }

    /// Whose it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The version at which the store read it.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// By what it is found, in the order that it was last given.
    #[must_use]
    pub fn lookup_keys(&self) -> &[LookupKey] {
        &self.lookup_keys
    }

    /// The sealed identifier.
    #[must_use]
    pub fn identifier(&self) -> &[u8] {
        &self.identifier
    }

    /// The sealed password hash.
    #[must_use]
    pub fn password(&self) -> Option<&[u8]> {
        self.password.as_deref()
    }

    /// Whatever else is kept of the account, sealed: its second factor, whether its identifier was
    /// verified. No details are not the same as empty ones.
    #[must_use]
    pub fn details(&self) -> Option<&[u8]> {
        self.details.as_deref()
    }

    /// Whether its owner may enter.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether password and details are each at most [`MAX_SEALED_BYTES`](Self::MAX_SEALED_BYTES) long: for
    /// a store, which keeps nothing of one that does not fit. The other parts were checked as they came.
    #[must_use]
    pub fn fits(&self) -> bool {
        let parts = [&self.password, &self.details].into_iter().flatten();
        parts.map(Vec::len).all(|length| length <= Self::MAX_SEALED_BYTES)
    }

    /// When the account was made.
    #[must_use]
    pub fn created_at(&self) -> SystemTime {
        self.created_at
    }

    /// When the credential was last changed.
    #[must_use]
    pub fn changed_at(&self) -> SystemTime {
        self.changed_at
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("account", &self.account)
            .field("version", &self.version)
            .field("lookup_keys", &self.lookup_keys)
            .field("identifier", &Sealed(self.identifier.len()))
            .field("password", &self.password.as_ref().map(|sealed| Sealed(sealed.len())))
            .field("details", &self.details.as_ref().map(|sealed| Sealed(sealed.len())))
            .field("status", &self.status)
            .field("created_at", &self.created_at)
            .field("changed_at", &self.changed_at)
            .finish()
    }
}

fn check_keys(keys: &[LookupKey]) -> Result<(), CredentialError> {
    if keys.is_empty() {
        return Err(CredentialError::NoLookupKey);
    }
    if keys.len() > Credential::MAX_LOOKUP_KEYS {
        return Err(CredentialError::TooManyLookupKeys);
    }
    if keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key)) {
        return Err(CredentialError::RepeatedLookupKey);
    }
    Ok(())
}

/// The length of something sealed, for `Debug`.
pub(crate) struct Sealed(pub(crate) usize);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} sealed bytes]", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn keys(numbers: impl IntoIterator<Item = u8>) -> Vec<LookupKey> {
        numbers.into_iter().map(|number| LookupKey::new([number; 32]).unwrap()).collect()
    }

    fn with(keys: Vec<LookupKey>, identifier: usize) -> Result<Credential, CredentialError> {
        Credential::new(AccountId::from_bytes([1; 16]), keys, vec![0; identifier], UNIX_EPOCH)
    }

    #[test]
    fn what_a_store_keeps_fits() {
        let [whole, longer] = [4096, 4097].map(|length| Some(vec![0; length]));
        let fits = |password: &Option<Vec<u8>>, details: &Option<Vec<u8>>| {
            let credential = with(keys([1]), 1).unwrap();
            credential.with_password(password.clone()).with_details(details.clone()).fits()
        };
        assert!(fits(&None, &None) && fits(&whole, &whole));
        assert!(!fits(&longer, &None) && !fits(&None, &longer));
    }

    #[test]
    fn parts_are_checked() {
        assert_eq!(with(keys([]), 1), Err(CredentialError::NoLookupKey));
        assert!(with(keys(0..8), 4096).is_ok());
        assert_eq!(with(keys(0..9), 1), Err(CredentialError::TooManyLookupKeys));
        assert_eq!(with(keys([1, 2, 1]), 1), Err(CredentialError::RepeatedLookupKey));
        assert_eq!(with(keys([1]), 4097), Err(CredentialError::IdentifierTooLong));
        let rekeyed = with(keys([1]), 1).unwrap().with_lookup_keys(keys([2, 2]));
        assert_eq!(rekeyed, Err(CredentialError::RepeatedLookupKey));
        let resealed = with(keys([1]), 1).unwrap().with_identifier(vec![0; 4097]);
        assert_eq!(resealed, Err(CredentialError::IdentifierTooLong));
    }
}
