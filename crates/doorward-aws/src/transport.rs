//! That nothing leaves in clear.

use std::net::IpAddr;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use thiserror::Error;

/// How requests may travel. Looked at as each is about to be sent, for the endpoint may come from the
/// environment, from a profile, or from code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Transport {
    /// HTTPS, and nothing else.
    Tls,
    /// Plain HTTP too, to an address of the loopback interface.
    PlainOnLoopback,
}

/// The request would have left in clear.
#[derive(Clone, Copy, Debug, Error)]
#[error(
    "the endpoint is not https; look at AWS_ENDPOINT_URL, what is like it for the service, and the profile, or ask for plain_http_on_loopback"
)]
#[non_exhaustive]
pub struct PlainHttp;

impl Transport {
    /// Whether a request to this URL may leave.
    #[must_use]
    pub fn allows(self, url: &str) -> bool {
        let Some((scheme, rest)) = url.split_once("://") else { return false };
        match self {
            _ if scheme.eq_ignore_ascii_case("https") => true,
            Self::PlainOnLoopback if scheme.eq_ignore_ascii_case("http") => is_loopback(rest),
            _ => false,
        }
    }
}

impl Intercept for Transport {
    fn name(&self) -> &'static str {
        "doorward: TLS or loopback"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.allows(context.request().uri()) { Ok(()) } else { Err(PlainHttp.into()) }
    }
}

/// Addresses only: what a name like `localhost` resolves to is not ours to say.
fn is_loopback(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r27_plain_http_needs_a_loopback_address_and_a_request_by_name() {
        for url in
            ["http://127.0.0.1:5000/", "http://127.0.0.1", "http://[::1]:1/x", "HTTP://127.9.9.9"]
        {
            assert!(Transport::PlainOnLoopback.allows(url), "{url}");
            assert!(!Transport::Tls.allows(url), "{url}");
        }
        for url in ["https://kms.eu-central-1.amazonaws.com/", "HTTPS://127.0.0.1/"] {
            assert!(Transport::PlainOnLoopback.allows(url) && Transport::Tls.allows(url), "{url}");
        }
        for url in [
            "http://kms.eu-central-1.amazonaws.com/",
            "http://localhost:5000/",
            "http://127.0.0.1@evil.example/",
            "http://127.0.0.1.evil.example/",
            "http://[::2]/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
            "127.0.0.1",
            "",
        ] {
            assert!(!Transport::PlainOnLoopback.allows(url), "{url}");
        }
    }
}
