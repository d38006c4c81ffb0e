//! What DynamoDB, or the way to it, had against a request.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;
use doorward_aws::{is_plain_http, is_unconfigured};
use doorward_store::StoreErrorKind;
use thiserror::Error;

use crate::Api;

/// What DynamoDB, or the way to it, had against a request: the source of a
/// [`StoreError`](doorward_store::StoreError).
///
/// It holds the operation, the code and the message, and nothing of the request or of any item.
#[derive(Clone, Debug, Error)]
#[error("{api}: {code}{}{}", .message.as_deref().map(|m| format!(": {m}")).unwrap_or_default(), .request_id.as_deref().map(|id| format!(" (request {id})")).unwrap_or_default())]
pub struct Cause {
    api: Api,
    code: String,
    message: Option<String>,
    request_id: Option<String>,
    kind: StoreErrorKind,
    is_undone: bool,
}

impl Cause {
    /// The operation that failed.
    #[must_use]
    pub fn api(&self) -> Api {
        self.api
    }

    /// The code of DynamoDB's error, such as `ThrottlingException`; `Timeout`, `Unreachable`,
    /// `Garbled`, `PlainHttp` or `NoCredentials` where there was no answer.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What AWS support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// What it is to a store.
    pub(crate) fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether it is sure that nothing was done.
    pub(crate) fn is_undone(&self) -> bool {
        self.is_undone
    }

    /// Whether this service may not ask it, or this engine does not know it: no word on the table.
    pub(crate) fn is_unanswerable(&self) -> bool {
        matches!(
            self.code.as_str(),
            "AccessDenied" | "AccessDeniedException" | "UnknownOperationException"
        )
    }

    /// Whether the same request may succeed in a moment. A condition that does not hold is an answer.
    pub(crate) fn is_passing(&self) -> bool {
        match self.kind {
            StoreErrorKind::Throttled | StoreErrorKind::Unavailable => true,
            StoreErrorKind::Conflict => self.code.starts_with("TransactionConflict"),
            _ => false,
        }
    }

    /// There was no answer in time.
    pub(crate) fn timeout(api: Api) -> Self {
        Self::new(api, "Timeout", StoreErrorKind::Unavailable, false)
    }

    /// The answer makes no sense.
    pub(crate) fn garbled(api: Api) -> Self {
        Self::new(api, "Garbled", StoreErrorKind::Unavailable, false)
    }

    /// A reason for which a transaction was cancelled.
    pub(crate) fn cancelled(api: Api, code: &str) -> Self {
        Self::new(api, code, kind_of(code).unwrap_or(StoreErrorKind::Unavailable), true)
    }

    /// What the SDK says.
    pub(crate) fn of<E, R>(api: Api, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
        SdkError<E, R>: Error + 'static,
    {
        use StoreErrorKind::{Misconfigured, Unavailable};
        match error {
            error if is_plain_http(error) => Self::new(api, "PlainHttp", Misconfigured, true)
                .saying("the endpoint is not https; give an https endpoint, or ask for plain_http_on_loopback"),
            error if is_unconfigured(error) => Self::new(api, "NoCredentials", Misconfigured, true)
                .saying("there are no credentials; look at the standard AWS chain, or give them to the builder"),
            SdkError::TimeoutError(_) => Self::timeout(api),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::timeout(api),
            SdkError::ServiceError(failure) => {
                let code = failure.err().code().unwrap_or("Unknown");
                let kind = kind_of(code);
                Self {
                    message: failure.err().message().map(ToOwned::to_owned),
                    request_id: failure.err().meta().request_id().map(ToOwned::to_owned),
                    ..Self::new(api, code, kind.unwrap_or(Unavailable), kind.is_some())
                }
            }
            SdkError::ConstructionFailure(_) => Self::new(api, "Unsendable", Unavailable, true),
            SdkError::ResponseError(_) => Self::garbled(api),
            _ => Self::new(api, "Unreachable", Unavailable, false),
        }
    }

    fn new(api: Api, code: &str, kind: StoreErrorKind, is_undone: bool) -> Self {
        let code = code.to_owned();
        Self { api, code, message: None, request_id: None, kind, is_undone }
    }

    fn saying(self, message: &str) -> Self {
        Self { message: Some(message.to_owned()), ..self }
    }
}

/// What a code of the API reference means to a store; all of these say that nothing was done. `None` for
/// those that leave it open.
fn kind_of(code: &str) -> Option<StoreErrorKind> {
    use StoreErrorKind::{Conflict, Full, Invalid, Misconfigured, Throttled};
    Some(match code {
        "LimitExceededException"
        | "ProvisionedThroughputExceeded"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "ThrottlingError"
        | "ThrottlingException"
        | "TooManyRequestsException" => Throttled,
        // The same token is just being carried out: whether it will be is not known yet.
        "TransactionInProgressException" => return None,
        "ConditionalCheckFailed"
        | "ConditionalCheckFailedException"
        | "DuplicateItem"
        | "ResourceInUseException"
        | "TransactionCanceledException"
        | "TransactionConflict"
        | "TransactionConflictException" => Conflict,
        "ItemCollectionSizeLimitExceeded" | "ItemCollectionSizeLimitExceededException" => Full,
        "IdempotentParameterMismatchException" | "ValidationError" | "ValidationException" => {
            Invalid
        }
        "AccessDenied"
        | "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired"
        | "ResourceNotFoundException"
        | "TableNotFoundException"
        // Not DynamoDB: an engine that does not have all of it.
        | "UnknownOperationException"
        | "UnrecognizedClientException" => Misconfigured,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_operation_code_and_request() {
        let cause = Cause {
            request_id: Some("R1".into()),
            ..Cause::new(Api::GetItem, "ThrottlingException", StoreErrorKind::Throttled, true)
                .saying("slow down")
        };
        assert_eq!(cause.to_string(), "GetItem: ThrottlingException: slow down (request R1)");
        assert_eq!(Cause::timeout(Api::PutItem).to_string(), "PutItem: Timeout");
    }

    #[test]
    fn what_leaves_it_open_is_not_taken_for_undone() {
        for code in ["InternalServerError", "ServiceUnavailable", "TransactionInProgressException"]
        {
            assert_eq!(kind_of(code), None, "{code}");
        }
    }
}
