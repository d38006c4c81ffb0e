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

    /// Whether credentials are read there in clear, by AWS's own rules: of the instance or of the container, which
    /// know no TLS, or from a helper on this machine.
    pub(crate) fn is_of_metadata(url: &str) -> bool {
        let Some((_, rest)) = url.split_once("://") else { return false };
        let host = host(rest);
        is_loopback(rest) || host == Some("localhost") || METADATA.iter().any(|it| host == Some(it))
    }
}

/// Where instances, ECS and EKS have the credentials of who runs there: link-local addresses.
const METADATA: [&str; 5] =
    ["169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"];

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
    let address = host(rest).and_then(|host| host.parse::<IpAddr>().ok());
    address.is_some_and(|address| address.is_loopback())
}

/// The host of what follows the scheme; none where someone hides it behind a name.
fn host(rest: &str) -> Option<&str> {
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.contains('@') {
        return None;
    }
    match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next(),
        None => authority.split(':').next(),
    }
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

    #[test]
    fn r27_credentials_are_read_in_clear_only_where_aws_has_them_so() {
        for url in [
            "http://169.254.169.254/latest/api/token",
            "http://[fd00:ec2::254]/latest/meta-data",
            "http://169.254.170.2/v2/credentials/x",
            "http://169.254.170.23/v1/credentials",
            "http://127.0.0.1:9911/",
            "http://localhost:9911/",
        ] {
            assert!(Transport::is_of_metadata(url), "{url}");
        }
        for url in [
            "http://169.254.169.253/",
            "http://169.254.169.254.evil.example/",
            "http://169.254.169.254@evil.example/",
            "http://sts.eu-central-1.amazonaws.com/",
            "169.254.169.254",
            "",
        ] {
            assert!(!Transport::is_of_metadata(url), "{url}");
        }
    }
}
