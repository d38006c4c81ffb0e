//! A request that arrives long after its sender has given it up.

use std::future;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use doorward_aws::Connection;

/// A client that holds the first transaction until the next one comes, and lets it go just before that.
#[derive(Clone, Debug)]
pub struct Late {
    inner: SharedHttpClient,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
enum Held {
    #[default]
    Nothing,
    One(Box<HttpRequest>),
    Released,
}

impl Late {
    pub fn new() -> Self {
        Self { inner: Connection::https(), held: Arc::default() }
    }
}

impl HttpClient for Late {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, held: Arc::clone(&self.held) })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    held: Arc<Mutex<Held>>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if !target.ends_with("TransactWriteItems") {
            return self.inner.call(request);
        }
        let mut held = self.held.lock().unwrap();
        match std::mem::take(&mut *held) {
            Held::Nothing => {
                *held = Held::One(Box::new(request));
                HttpConnectorFuture::new(future::pending())
            }
            Held::One(late) => {
                *held = Held::Released;
                let inner = self.inner.clone();
                HttpConnectorFuture::new(async move {
                    let _nobody_listens = inner.call(*late).await;
                    inner.call(request).await
                })
            }
            Held::Released => {
                *held = Held::Released;
                self.inner.call(request)
            }
        }
    }
}
