mod opening;
mod sealing;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use doorward_fields::{Backend, FieldKey, KeyId, Keyring, random_bytes};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::breaker::Breaker;
use crate::data_keys::opening::OpeningSlot;
use crate::data_keys::sealing::SealingSlot;
use crate::slots::Slots;
use crate::{
    CacheLimits, DataKey, EncryptionContext, KeyArn, KeyService, KmsError, KmsErrorKind, WrappedKey,
};

/// Data keys from a key service, cached within [`CacheLimits`]: envelope encryption.
///
/// KMS wraps data keys, data keys seal records. A record is stored with the [`WrappedKey`] of the data
/// key that sealed it, so that reading needs nothing but KMS and the record.
///
/// ```
/// # #[cfg(feature = "testing")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use std::time::SystemTime;
/// use doorward_fields::{Context, Place};
/// use doorward_kms::{DataKeys, EncryptionContext, MemoryKeyService};
///
/// let service = Arc::new(MemoryKeyService::new()); // in service: AwsKms::connect().await?
/// let arn = service.create_key();
/// let keys = DataKeys::new(service, arn);
/// let users = EncryptionContext::fields("acme", "users");
/// let now = SystemTime::UNIX_EPOCH; // in service: of your clock
///
/// let email = Context::new(Place {
///     tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1,
/// });
/// let key = keys.sealing(&users, 1, 17, now).await?;
/// let envelope = key.keyring().seal(&email, b"alice@example.com")?;
/// let stored = (key.wrapped().clone(), envelope);
///
/// let key = keys.opening(&users, &stored.0, now).await?;
/// assert_eq!(key.keyring().open(&email, &stored.1)?.expose_secret(), b"alice@example.com");
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "testing"))]
/// # fn main() {}
/// ```
///
/// # When the key service is slow, throttled or gone
///
/// | | data key cached and young | cached and too old | not cached |
/// |---|---|---|---|
/// | **sealing** | goes on, until its age, messages or bytes are used up | fails | fails |
/// | **opening** | goes on, until its age is | goes on for [`outage_grace`](CacheLimits::outage_grace), none by default | fails |
///
/// What fails is a [retryable](KmsError::is_retryable) error, and after the first of them at once: the key service
/// is tried by one caller at a time, after a growing delay. From 80 % of a bound on, one caller fetches
/// the next data key while the others seal on with the present one, so a short outage is not noticed.
/// *Denied*, *disabled* and *not found* are no outage, and there is no grace. What is cached goes at once:
/// of a key that is denied, in the context in which it is, for policies can tell contexts apart; of one that is
/// disabled or not found, all.
///
/// # Time
///
/// `now` is the caller's clock, as everywhere in doorward. If it jumps ahead by more than the age, or back
/// by more than half a minute, cached keys are too old.
#[derive(Debug)]
pub struct DataKeys {
    service: Arc<dyn KeyService>,
    key: KeyArn,
    allowed: BTreeSet<KeyArn>,
    limits: CacheLimits,
    backend: Backend,
    breaker: Breaker,
    /// Counts what has emptied the cache: an answer to a call of before is not kept.
    epoch: AtomicU64,
    sealing: Slots<EncryptionContext, SealingSlot>,
    opening: Slots<[u8; 32], OpeningSlot>,
}

impl DataKeys {
    /// Data keys that `key` wraps, within the default limits.
    #[must_use]
    pub fn new(service: Arc<dyn KeyService>, key: KeyArn) -> Self {
        Self {
            service,
            allowed: BTreeSet::from([key.clone()]),
            key,
            limits: CacheLimits::default(),
            backend: Backend::default(),
            breaker: Breaker::default(),
            epoch: AtomicU64::new(0),
            sealing: Slots::default(),
            opening: Slots::default(),
        }
    }

    /// Opens what this key has wrapped, too: a former one, or that of another region. What names any
    /// other key is refused before KMS is asked: or whoever writes to the table could have records sealed by a key of
    /// his own account, and read what is written back.
    #[must_use]
    pub fn also_opening(mut self, key: KeyArn) -> Self {
        self.allowed.insert(key);
        self
    }

    /// Within these limits.
    #[must_use]
    pub fn with_limits(self, limits: CacheLimits) -> Self {
        Self { limits, ..self }
    }

    /// With keyrings that compute on this backend.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend, ..self }
    }

    /// The key that wraps new data keys.
    #[must_use]
    pub fn key(&self) -> &KeyArn {
        &self.key
    }

    /// A data key to seal `messages` fields of `bytes` in all with. They are counted against its bounds
    /// here, before they are sealed: exactly, however many callers there are.
    ///
    /// # Errors
    ///
    /// [`KmsError`]. Store nothing then; never fall back to the plaintext.
    pub async fn sealing(
        &self,
        context: &EncryptionContext,
        messages: u64,
        bytes: u64,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        if messages > self.limits.max_messages || bytes > self.limits.max_bytes {
            return Err(KmsError::new(KmsErrorKind::TooMuch));
        }
        let limits = &self.limits;
        let is_spent = |slot: &SealingSlot| slot.is_spent(limits, now);
        let slot = self.sealing.slot(context, limits.entries, is_spent);
        slot.take(self, context, sealing::Demand { messages, bytes }, now).await
    }

    /// The data key of a record that is stored with `wrapped`.
    ///
    /// # Errors
    ///
    /// [`KmsError`]. The record is unreadable for now; it is not empty.
    pub async fn opening(
        &self,
        context: &EncryptionContext,
        wrapped: &WrappedKey,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        if !self.allowed.contains(wrapped.key()) {
            return Err(KmsError::new(KmsErrorKind::Untrusted));
        }
        let slot = self.opening_slot(context, wrapped, now);
        slot.open(self, context, wrapped, now).await
    }

    /// The same data key, wrapped under [`key`](Self::key): what sealed fields hold stays as it is, and
    /// the plain key does not leave KMS. `None` when it is wrapped so already.
    ///
    /// # Errors
    ///
    /// [`KmsError`]; what is stored stays good.
    pub async fn rewrap(
        &self,
        context: &EncryptionContext,
        wrapped: &WrappedKey,
    ) -> Result<Option<WrappedKey>, KmsError> {
        if *wrapped.key() == self.key {
            return Ok(None);
        }
        if !self.allowed.contains(wrapped.key()) {
            return Err(KmsError::new(KmsErrorKind::Untrusted));
        }
        let blob =
            self.service.re_encrypt(wrapped.key(), &self.key, wrapped.blob(), context).await?;
        self.wrapped(wrapped.id(), blob).map(Some)
    }

    /// Lets go of every cached key at once: of a tenant that leaves, after an incident.
    pub fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.sealing.clear();
        self.opening.clear();
    }

    async fn generate(
        &self,
        context: &EncryptionContext,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        let id = random_bytes().map_err(|error| KmsError::because(KmsErrorKind::Random, error))?;
        self.breaker.admit(now)?;
        let epoch = self.epoch();
        let generated = self.told(self.service.generate(&self.key, context).await, now)?;
        let wrapped = self.wrapped(KeyId::new(u32::from_be_bytes(id)), generated.blob)?;
        let key = self.data_key(context, wrapped, generated.plaintext);
        // Whoever reads back what was just written need not ask.
        if self.epoch() == epoch {
            let slot = self.opening_slot(context, key.wrapped(), now);
            slot.keep(Arc::clone(&key), now);
        }
        Ok(key)
    }

    async fn decrypt(
        &self,
        context: &EncryptionContext,
        wrapped: &WrappedKey,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        self.breaker.admit(now)?;
        let answer = self.service.decrypt(wrapped.key(), wrapped.blob(), context).await;
        Ok(self.data_key(context, wrapped.clone(), self.told(answer, now)?))
    }

    /// Lets go of what the service has said is not to be used: all that `key` has wrapped, or of a key that
    /// is denied in one context, which policies can do, that context's.
    fn deny(&self, key: &KeyArn, context: &EncryptionContext, error: &KmsError) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        let everywhere = error.kind() != KmsErrorKind::Denied;
        let is_meant = |held: &DataKey| {
            held.wrapped().key() == key && (everywhere || held.context() == context)
        };
        self.opening.each(|slot| slot.deny(is_meant));
        self.sealing.each(|slot| slot.deny(is_meant));
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    fn opening_slot(
        &self,
        context: &EncryptionContext,
        wrapped: &WrappedKey,
        now: SystemTime,
    ) -> Arc<OpeningSlot> {
        let is_spent = |slot: &OpeningSlot| slot.is_spent(&self.limits, now);
        self.opening.slot(&name(context, wrapped), self.limits.entries, is_spent)
    }

    /// Has the breaker know how a call went. A denial is an answer: the service is there.
    fn told<T>(&self, answer: Result<T, KmsError>, now: SystemTime) -> Result<T, KmsError> {
        match &answer {
            Err(error) if error.is_retryable() => self.breaker.failed(error.clone(), now),
            _ => self.breaker.succeeded(),
        }
        answer
    }

    fn data_key(
        &self,
        context: &EncryptionContext,
        wrapped: WrappedKey,
        secret: Zeroizing<[u8; 32]>,
    ) -> Arc<DataKey> {
        let keyring = Keyring::new(FieldKey::new(wrapped.id(), *secret)).with_backend(self.backend);
        Arc::new(DataKey::new(keyring, context.clone(), wrapped))
    }

    fn wrapped(&self, id: KeyId, blob: Vec<u8>) -> Result<WrappedKey, KmsError> {
        WrappedKey::new(id, self.key.clone(), blob)
            .map_err(|error| KmsError::because(KmsErrorKind::Unavailable, error))
    }
}

/// What an unwrapped key is cached under. The context is part of it: under another one KMS would refuse.
fn name(context: &EncryptionContext, wrapped: &WrappedKey) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in context.pairs().flat_map(|(name, value)| [name, value]) {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.update(wrapped.to_bytes());
    digest.finalize().into()
}
