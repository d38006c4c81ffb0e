mod told;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::config::ProvideCredentials;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use doorward_aws::Connection;
use zeroize::Zeroizing;

use crate::aws::told::{answered, told};
use crate::{EncryptionContext, GeneratedKey, KeyArn, KeyService, KmsError, KmsErrorKind};

/// AWS KMS, through the AWS SDK.
///
/// Credentials and region come from the standard chain: environment, profile, web identity, container, instance.
/// Connections are TLS by rustls. A request that would leave over plain HTTP is refused as it is about to
/// be sent, whatever named the endpoint: see [`AwsKmsBuilder::plain_http_on_loopback`].
///
/// Deadlines: 1 s to connect, 2 s an attempt, 5 s in all with up to 3 attempts, with jitter between them.
/// A repeated GenerateDataKey costs a call and harms nobody: the key that was lost with the answer sealed nothing.
#[derive(Clone, Debug)]
pub struct AwsKms {
    client: Client,
}

impl AwsKms {
    /// With the standard chain and the default deadlines.
    ///
    /// # Errors
    ///
    /// As of [`AwsKmsBuilder::connect`].
    pub async fn connect() -> Result<Self, KmsError> {
        Self::builder().connect().await
    }

    /// To be adjusted.
    pub fn builder() -> AwsKmsBuilder {
        let (attempt, operation) = (Duration::from_secs(2), Duration::from_secs(5));
        AwsKmsBuilder { connection: Connection::new(attempt, operation, 3) }
    }
}

/// Adjusts an [`AwsKms`].
#[derive(Clone, Debug)]
#[must_use]
pub struct AwsKmsBuilder {
    connection: Connection,
}

impl AwsKmsBuilder {
    /// With these credentials, whatever the environment says.
    pub fn credentials(self, credentials: impl ProvideCredentials + 'static) -> Self {
        Self { connection: self.connection.credentials(credentials) }
    }

    /// In this region, whatever the environment says.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { connection: self.connection.region(region) }
    }

    /// At this endpoint: of a VPC, of another vendor. HTTPS.
    pub fn endpoint(self, url: impl Into<String>) -> Self {
        Self { connection: self.connection.endpoint(url) }
    }

    /// At this endpoint on this very machine, in clear: for an emulator. Plain HTTP to any other
    /// address is refused still.
    pub fn plain_http_on_loopback(self, url: impl Into<String>) -> Self {
        Self { connection: self.connection.plain_http_on_loopback(url) }
    }

    /// How long one attempt and how long all of them together may take.
    pub fn deadlines(self, attempt: Duration, operation: Duration) -> Self {
        Self { connection: self.connection.deadlines(attempt, operation) }
    }

    /// How many attempts there are at the most, the first included.
    pub fn attempts(self, attempts: u32) -> Self {
        Self { connection: self.connection.attempts(attempts) }
    }

    /// Reads the environment. KMS is not asked for anything yet, nor whoever has the credentials.
    ///
    /// # Errors
    ///
    /// [`Configuration`](KmsErrorKind::Configuration) if nothing names a region: set `AWS_REGION`, or
    /// [`region`](Self::region).
    pub async fn connect(self) -> Result<AwsKms, KmsError> {
        let shared = self.connection.load().await;
        let shared = shared.ok_or(KmsError::new(KmsErrorKind::Configuration))?;
        let mut config =
            aws_sdk_kms::config::Builder::from(&shared).interceptor(self.connection.transport());
        if let Some(endpoint) = self.connection.endpoint_url() {
            config = config.endpoint_url(endpoint);
        }
        Ok(AwsKms { client: Client::from_conf(config.build()) })
    }
}

#[async_trait]
impl KeyService for AwsKms {
    async fn generate(
        &self,
        key: &KeyArn,
        context: &EncryptionContext,
    ) -> Result<GeneratedKey, KmsError> {
        let answer = self
            .client
            .generate_data_key()
            .key_id(key.as_str())
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(pairs(context)))
            .send()
            .await
            .map_err(told)?;
        answered(key, answer.key_id.as_deref())?;
        let plaintext = secret(answer.plaintext)?;
        Ok(GeneratedKey { plaintext, blob: blob(answer.ciphertext_blob)? })
    }

    async fn encrypt(
        &self,
        key: &KeyArn,
        secret: &[u8; 32],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError> {
        let answer = self
            .client
            .encrypt()
            .key_id(key.as_str())
            .plaintext(Blob::new(secret.as_slice()))
            .set_encryption_context(Some(pairs(context)))
            .send()
            .await
            .map_err(told)?;
        answered(key, answer.key_id.as_deref())?;
        blob(answer.ciphertext_blob)
    }

    async fn decrypt(
        &self,
        key: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KmsError> {
        let answer = self
            .client
            .decrypt()
            .key_id(key.as_str())
            .ciphertext_blob(Blob::new(blob))
            .set_encryption_context(Some(pairs(context)))
            .send()
            .await
            .map_err(told)?;
        answered(key, answer.key_id.as_deref())?;
        secret(answer.plaintext)
    }

    async fn re_encrypt(
        &self,
        from: &KeyArn,
        to: &KeyArn,
        old: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError> {
        let answer = self
            .client
            .re_encrypt()
            .source_key_id(from.as_str())
            .destination_key_id(to.as_str())
            .ciphertext_blob(Blob::new(old))
            .set_source_encryption_context(Some(pairs(context)))
            .set_destination_encryption_context(Some(pairs(context)))
            .send()
            .await
            .map_err(told)?;
        answered(to, answer.key_id.as_deref())?;
        blob(answer.ciphertext_blob)
    }
}

fn pairs(context: &EncryptionContext) -> std::collections::HashMap<String, String> {
    context.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The SDK's own copy cannot be wiped; the one that is taken out of it is.
fn secret(plaintext: Option<Blob>) -> Result<Zeroizing<[u8; 32]>, KmsError> {
    let bytes = Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    let secret = bytes.as_slice().try_into().map(Zeroizing::new);
    secret.map_err(|error| KmsError::because(KmsErrorKind::Unavailable, error))
}

fn blob(blob: Option<Blob>) -> Result<Vec<u8>, KmsError> {
    blob.map(Blob::into_inner).ok_or(KmsError::new(KmsErrorKind::Unavailable))
}
