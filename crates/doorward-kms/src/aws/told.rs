use std::error::Error;
use std::fmt::Debug;

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use doorward_aws::{is_plain_http, is_unconfigured};

use crate::{KeyArn, KmsError, KmsErrorKind};

/// What the SDK says, as one of our kinds.
pub(crate) fn told<E, R>(error: SdkError<E, R>) -> KmsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    let kind = match &error {
        error if is_plain_http(error) => KmsErrorKind::Insecure,
        error if is_unconfigured(error) => KmsErrorKind::Configuration,
        SdkError::TimeoutError(_) => KmsErrorKind::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => KmsErrorKind::Timeout,
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            KmsErrorKind::Unreachable
        }
        SdkError::ServiceError(error) => of_code(error.err().code().unwrap_or_default()),
        _ => KmsErrorKind::Unavailable,
    };
    KmsError::because(kind, error)
}

/// The key that answered has to be the one that was asked.
pub(crate) fn answered(asked: &KeyArn, by: Option<&str>) -> Result<(), KmsError> {
    if by == Some(asked.as_str()) { Ok(()) } else { Err(KmsError::new(KmsErrorKind::Untrusted)) }
}

/// The codes of the API reference of KMS, and those that every AWS service has.
fn of_code(code: &str) -> KmsErrorKind {
    match code {
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidClientTokenId"
        | "InvalidGrantTokenException"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "NotAuthorized"
        | "OptInRequired"
        | "UnrecognizedClientException" => KmsErrorKind::Denied,
        "DisabledException" | "KMSInvalidStateException" | "InvalidKeyUsageException" => {
            KmsErrorKind::Disabled
        }
        "IncorrectKeyException" | "InvalidCiphertextException" | "ValidationException" => {
            KmsErrorKind::Invalid
        }
        "NotFoundException" => KmsErrorKind::NotFound,
        "LimitExceededException"
        | "RequestLimitExceeded"
        | "ThrottlingException"
        | "TooManyRequestsException" => KmsErrorKind::Throttled,
        // KeyUnavailable, DependencyTimeout, KMSInternal, and what is not known yet.
        _ => KmsErrorKind::Unavailable,
    }
}
