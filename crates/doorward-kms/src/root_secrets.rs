use std::collections::BTreeSet;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use doorward_fields::{KeyId, KeySet, KeySetError};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{EncryptionContext, KeyArn, KeyService, KmsError, KmsErrorKind, WrappedKey};

/// Root secrets as KMS wraps them: a [`KeySet`] that can lie in a repository or a deployment, and is of
/// no use without KMS.
///
/// KMS is asked once for each root, when a process starts. From then on no outage of KMS can stop a login.
///
/// # Text
///
/// That of [`KeySet`], with a [`WrappedKey`] in URL-safe Base64 without padding where it has a secret:
/// `id:status:wrapped`, `id:retired`, `minimum:id`. Every root is bound to its id.
///
/// ```
/// # #[cfg(feature = "testing")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use doorward_fields::KeySet;
/// use doorward_kms::{MemoryKeyService, RootSecrets};
///
/// let service = Arc::new(MemoryKeyService::new()); // in service: AwsKms::connect().await?
/// let arn = service.create_key();
/// let roots = RootSecrets::new(service, arn);
/// let text = roots.wrap(&KeySet::generate()?).await?; // once; keep the text
/// let set = roots.unwrap(&text).await?;               // at each start
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "testing"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
pub struct RootSecrets {
    service: Arc<dyn KeyService>,
    key: KeyArn,
    allowed: BTreeSet<KeyArn>,
}

impl RootSecrets {
    /// Root secrets that `key` wraps.
    #[must_use]
    pub fn new(service: Arc<dyn KeyService>, key: KeyArn) -> Self {
        Self { service, allowed: BTreeSet::from([key.clone()]), key }
    }

    /// Unwraps what this key has wrapped, too.
    #[must_use]
    pub fn also_opening(mut self, key: KeyArn) -> Self {
        self.allowed.insert(key);
        self
    }

    /// The text of a set, each secret wrapped.
    ///
    /// # Errors
    ///
    /// [`RootSecretsError`].
    pub async fn wrap(&self, set: &KeySet) -> Result<String, RootSecretsError> {
        let mut text = Text::default();
        for (number, entry) in (1..).zip(entries(&set.expose_secret())) {
            let Entry::Root { id, status, value } = read(entry, number)? else {
                text.push(entry);
                continue;
            };
            let secret =
                decode_secret(value).ok_or(RootSecretsError::Malformed { entry: number })?;
            let context = EncryptionContext::root(id);
            let told = |source| RootSecretsError::Kms { entry: number, source };
            let blob = self.service.encrypt(&self.key, &secret, &context).await.map_err(told)?;
            text.push(&self.entry(id, status, blob, number)?);
        }
        Ok(text.0.to_string())
    }

    /// The set, each secret unwrapped.
    ///
    /// # Errors
    ///
    /// [`RootSecretsError`] names the entry by its number. A part of a set is never given.
    pub async fn unwrap(&self, text: &str) -> Result<KeySet, RootSecretsError> {
        let mut plain = Text::default();
        for (number, entry) in (1..).zip(entries(text)) {
            let Entry::Root { id, status, value } = read(entry, number)? else {
                plain.push(entry);
                continue;
            };
            let wrapped = self.wrapped(id, value, number)?;
            let context = EncryptionContext::root(id);
            let told = |source| RootSecretsError::Kms { entry: number, source };
            let secret = self.service.decrypt(wrapped.key(), wrapped.blob(), &context);
            let secret = secret.await.map_err(told)?;
            let secret = Zeroizing::new(Base64UrlUnpadded::encode_string(secret.as_slice()));
            plain.push(&Zeroizing::new(format!("{id}:{status}:{}", secret.as_str())));
        }
        Ok(KeySet::parse(&plain.0)?)
    }

    /// The text with each secret wrapped under the present key. The secrets do not leave KMS, and stay
    /// the same: nothing that they sealed has to be touched.
    ///
    /// # Errors
    ///
    /// [`RootSecretsError`]; the former text stays good.
    pub async fn rewrap(&self, text: &str) -> Result<String, RootSecretsError> {
        let mut renewed = Text::default();
        for (number, entry) in (1..).zip(entries(text)) {
            let Entry::Root { id, status, value } = read(entry, number)? else {
                renewed.push(entry);
                continue;
            };
            let wrapped = self.wrapped(id, value, number)?;
            if *wrapped.key() == self.key {
                renewed.push(entry);
                continue;
            }
            let context = EncryptionContext::root(id);
            let blob =
                self.service.re_encrypt(wrapped.key(), &self.key, wrapped.blob(), &context).await;
            let blob = blob.map_err(|source| RootSecretsError::Kms { entry: number, source })?;
            renewed.push(&self.entry(id, status, blob, number)?);
        }
        Ok(renewed.0.to_string())
    }

    fn wrapped(&self, id: u32, value: &str, entry: usize) -> Result<WrappedKey, RootSecretsError> {
        let malformed = RootSecretsError::Malformed { entry };
        let Ok(bytes) = Base64UrlUnpadded::decode_vec(value) else { return Err(malformed) };
        match WrappedKey::parse(&bytes) {
            Ok(wrapped) if wrapped.id().get() != id => Err(malformed),
            Ok(wrapped) if !self.allowed.contains(wrapped.key()) => {
                let source = KmsError::new(KmsErrorKind::Untrusted);
                Err(RootSecretsError::Kms { entry, source })
            }
            Ok(wrapped) => Ok(wrapped),
            Err(_) => Err(malformed),
        }
    }

    fn entry(
        &self,
        id: u32,
        status: &str,
        blob: Vec<u8>,
        entry: usize,
    ) -> Result<String, RootSecretsError> {
        let wrapped = WrappedKey::new(KeyId::new(id), self.key.clone(), blob)
            .map_err(|_| RootSecretsError::Malformed { entry })?;
        let wrapped = Base64UrlUnpadded::encode_string(&wrapped.to_bytes());
        Ok(format!("{id}:{status}:{wrapped}"))
    }
}

/// Why there are no root secrets. Names entries by number, never what they hold.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum RootSecretsError {
    /// The secrets make no set.
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    /// KMS gave no answer for an entry, or a refusal.
    #[error("the key service did not unwrap or wrap entry {entry}; its kind of error says why")]
    Kms {
        /// Which, from 1.
        entry: usize,
        /// What it said.
        source: KmsError,
    },
    /// An entry that is none.
    #[error(
        "entry {entry} is none of `id:status:wrapped`, `id:retired` and `minimum:id`, or bears another id than the key in it"
    )]
    Malformed {
        /// Which, from 1.
        entry: usize,
    },
}

enum Entry<'a> {
    /// `id:retired` or `minimum:id`: it holds no secret.
    Plain,
    Root {
        id: u32,
        status: &'a str,
        value: &'a str,
    },
}

/// Entries line by line. Grown by what is pushed, and wiped: of a plain set it holds secrets.
struct Text(Zeroizing<String>);

impl Default for Text {
    /// With room for the largest set: growing would leave copies behind.
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(64 * 1_024)))
    }
}

impl Text {
    fn push(&mut self, entry: &str) {
        self.0.push_str(entry);
        self.0.push('\n');
    }
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let entries = lines.flat_map(|line| line.split(',')).map(str::trim);
    entries.filter(|entry| !entry.is_empty())
}

fn read(entry: &str, number: usize) -> Result<Entry<'_>, RootSecretsError> {
    let malformed = RootSecretsError::Malformed { entry: number };
    let parts: Vec<&str> = entry.split(':').map(str::trim).collect();
    match parts[..] {
        [_, "retired"] | ["minimum", _] => Ok(Entry::Plain),
        [id, status @ ("pending" | "primary" | "open-only"), value] => {
            let Ok(id) = id.parse() else { return Err(malformed) };
            Ok(Entry::Root { id, status, value })
        }
        _ => Err(malformed),
    }
}

fn decode_secret(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut secret = Zeroizing::new([0; 32]);
    let length = Base64UrlUnpadded::decode(text, secret.as_mut()).ok()?.len();
    (length == 32).then_some(secret)
}
