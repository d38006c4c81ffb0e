use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use doorward_fields::{Context, Envelope, FieldKey, KeyId, Keyring, Place, random_bytes};
use zeroize::Zeroizing;

use crate::{EncryptionContext, GeneratedKey, KeyArn, KeyService, KmsError, KmsErrorKind};

/// A key service in memory, for tests: it counts calls and fails on demand.
///
/// What it wraps is bound to its key and context, as with KMS. Its keys are gone with it.
#[derive(Debug, Default)]
pub struct MemoryKeyService {
    keys: Mutex<HashMap<KeyArn, Keyring>>,
    faults: Mutex<Faults>,
    calls: AtomicU64,
    yields: AtomicU64,
}

#[derive(Debug, Default)]
struct Faults {
    next: VecDeque<Option<KmsErrorKind>>,
    always: Option<KmsErrorKind>,
}

impl MemoryKeyService {
    /// Without a key yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A new key.
    ///
    /// # Panics
    ///
    /// When the operating system gives no random bytes.
    #[must_use]
    pub fn create_key(&self) -> KeyArn {
        let mut keys = lock(&self.keys);
        let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{}", keys.len() + 1);
        let arn = KeyArn::parse(&arn).expect("it is one");
        let secret = random_bytes().expect("random bytes");
        keys.insert(arn.clone(), Keyring::new(FieldKey::new(KeyId::new(1), secret)));
        arn
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// Fails each call with this error from now on, or none.
    pub fn fail(&self, kind: impl Into<Option<KmsErrorKind>>) {
        lock(&self.faults).always = kind.into();
    }

    /// What becomes of the next calls, one after the other: an error, or `None` for an answer.
    pub fn fail_next(&self, kinds: impl IntoIterator<Item = Option<KmsErrorKind>>) {
        lock(&self.faults).next.extend(kinds);
    }

    /// How often each call lets other tasks run before it answers: how slow it is.
    pub fn answer_after(&self, yields: u64) {
        self.yields.store(yields, Ordering::SeqCst);
    }

    async fn answer(&self) -> Result<(), KmsError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        for _ in 0..self.yields.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        let mut faults = lock(&self.faults);
        let fault = faults.next.pop_front().unwrap_or(faults.always);
        fault.map_or(Ok(()), |kind| Err(KmsError::new(kind)))
    }

    fn wrap(
        &self,
        key: &KeyArn,
        secret: &[u8; 32],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError> {
        let keys = lock(&self.keys);
        let keyring = keys.get(key).ok_or(KmsError::new(KmsErrorKind::NotFound))?;
        let envelope = keyring.seal(&place(&text(context)), secret);
        let envelope = envelope.map_err(|error| KmsError::because(KmsErrorKind::Random, error))?;
        Ok(envelope.into_bytes())
    }

    fn unwrap(
        &self,
        key: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KmsError> {
        let invalid = || KmsError::new(KmsErrorKind::Invalid);
        let keys = lock(&self.keys);
        let keyring = keys.get(key).ok_or(KmsError::new(KmsErrorKind::NotFound))?;
        let envelope = Envelope::parse(blob).map_err(|_| invalid())?;
        let opened = keyring.open(&place(&text(context)), &envelope).map_err(|_| invalid())?;
        opened.expose_secret().try_into().map(Zeroizing::new).map_err(|_| invalid())
    }
}

#[async_trait]
impl KeyService for MemoryKeyService {
    async fn generate(
        &self,
        key: &KeyArn,
        context: &EncryptionContext,
    ) -> Result<GeneratedKey, KmsError> {
        self.answer().await?;
        let secret = random_bytes().map_err(|error| KmsError::because(KmsErrorKind::Random, error));
        let plaintext = Zeroizing::new(secret?);
        let blob = self.wrap(key, &plaintext, context)?;
        Ok(GeneratedKey { plaintext, blob })
    }

    async fn encrypt(
        &self,
        key: &KeyArn,
        secret: &[u8; 32],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError> {
        self.answer().await?;
        self.wrap(key, secret, context)
    }

    async fn decrypt(
        &self,
        key: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KmsError> {
        self.answer().await?;
        self.unwrap(key, blob, context)
    }

    async fn re_encrypt(
        &self,
        from: &KeyArn,
        to: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError> {
        self.answer().await?;
        self.wrap(to, &*self.unwrap(from, blob, context)?, context)
    }
}

fn text(context: &EncryptionContext) -> String {
    format!("{context:?}")
}

fn place(context: &str) -> Context<'_> {
    let place = Place { tenant: "", table: "", record: context.as_bytes(), field: "", version: 1 };
    Context::new(place)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
