//! A client that sends nothing in clear, whoever asks it to.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::{PlainHttp, Transport};

/// The client for everything that a configuration leads to: the service, and whoever has its credentials. Those
/// of the SDK that ask for credentials take endpoints from the environment too, and have no interceptor of ours.
#[derive(Clone, Debug)]
pub(crate) struct Guarded {
    inner: SharedHttpClient,
    transport: Transport,
}

impl Guarded {
    pub(crate) fn new(inner: SharedHttpClient, transport: Transport) -> Self {
        Self { inner, transport }
    }
}

impl HttpClient for Guarded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, transport: self.transport })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    transport: Transport,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // What takes on a role is a POST, and carries a token. Metadata are read, and are near.
        let is_read = request.method() != "POST";
        let (url, transport) = (request.uri(), self.transport);
        if transport.allows(url) || is_read && Transport::is_of_metadata(url) {
            return self.inner.call(request);
        }
        HttpConnectorFuture::ready(Err(ConnectorError::user(PlainHttp.into())))
    }
}
