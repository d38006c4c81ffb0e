//! What a failure of the SDK was caused by, however deep it lies.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;

use crate::PlainHttp;

/// Whether the request would have left in clear, and was kept back by [`Transport`](crate::Transport).
#[must_use]
pub fn is_plain_http(error: &(dyn Error + 'static)) -> bool {
    is_any(error, |error| error.is::<PlainHttp>())
}

/// Whether there are no credentials at all. A provider of credentials that fails is an outage; to have none
/// is not.
#[must_use]
pub fn is_unconfigured(error: &(dyn Error + 'static)) -> bool {
    use CredentialsError::{CredentialsNotLoaded, InvalidConfiguration};
    is_any(error, |error| {
        matches!(error.downcast_ref(), Some(CredentialsNotLoaded(_) | InvalidConfiguration(_)))
    })
}

/// Whether it holds for the error or one of its sources.
fn is_any(error: &(dyn Error + 'static), holds: fn(&(dyn Error + 'static)) -> bool) -> bool {
    holds(error) || error.source().is_some_and(|source| is_any(source, holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outside")]
    struct Outside(#[source] Box<dyn Error + Send + Sync>);

    fn twice(cause: impl Error + Send + Sync + 'static) -> Outside {
        Outside(Box::new(Outside(Box::new(cause))))
    }

    #[test]
    fn the_cause_is_found_however_deep_it_lies() {
        assert!(is_plain_http(&twice(PlainHttp)));
        assert!(is_unconfigured(&twice(CredentialsError::not_loaded("none"))));
        let outage = twice(CredentialsError::provider_timed_out(std::time::Duration::ZERO));
        assert!(!is_unconfigured(&outage) && !is_plain_http(&outage));
    }
}
