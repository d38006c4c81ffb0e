//! Requests as they leave the store, and answers made up for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use doorward_aws::Connection;
use doorward_dynamodb::DynamoStore;
use serde_json::{Value, json};

use super::policy::Policies;

/// A request, by the name of its operation.
#[derive(Clone, Debug)]
pub struct Request {
    pub api: String,
    pub body: Value,
}

/// A client that keeps what is sent through it. A clone keeps it in the same place.
#[derive(Clone, Debug)]
pub struct Recorder {
    requests: Arc<Mutex<Vec<Request>>>,
    answers: Answers,
}

#[derive(Clone, Debug)]
enum Answers {
    /// Those of the engine.
    Engine(SharedHttpClient),
    /// Those of the engine to what the policies allow; the rest is denied.
    Guarded(SharedHttpClient, Arc<Policies>),
    /// These, by operation; of others nothing is known.
    Canned(Arc<BTreeMap<&'static str, (u16, Value)>>),
}

impl Recorder {
    pub fn engine() -> Self {
        Self::new(Answers::Engine(Connection::https()))
    }

    /// As IAM would do.
    pub fn guarded(policies: Policies) -> Self {
        Self::new(Answers::Guarded(Connection::https(), Arc::new(policies)))
    }

    pub fn canned(answers: impl IntoIterator<Item = (&'static str, (u16, Value))>) -> Self {
        Self::new(Answers::Canned(Arc::new(answers.into_iter().collect())))
    }

    /// All that was sent.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// A store that has nothing but this client.
    pub async fn store(&self) -> DynamoStore {
        DynamoStore::builder("doorward")
            .region("eu-central-1")
            .credentials(Credentials::new("AKIDEXAMPLE", "not a secret", None, None, "tests"))
            .http_client(self.clone())
            .connect()
            .await
            .unwrap()
    }

    fn new(answers: Answers) -> Self {
        Self { requests: Arc::default(), answers }
    }
}

/// An error as DynamoDB sends it.
pub fn error(code: &str) -> (u16, Value) {
    (400, json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}") }))
}

impl HttpClient for Recorder {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let engine = match &self.answers {
            Answers::Engine(client) | Answers::Guarded(client, _) => {
                Some(client.http_connector(settings, components))
            }
            Answers::Canned(_) => None,
        };
        SharedHttpConnector::new(Recording { recorder: self.clone(), engine })
    }
}

#[derive(Debug)]
struct Recording {
    recorder: Recorder,
    engine: Option<SharedHttpConnector>,
}

impl HttpConnector for Recording {
    fn call(&self, sent: HttpRequest) -> HttpConnectorFuture {
        let target = sent.headers().get("x-amz-target").unwrap();
        let (_, api) = target.split_once('.').unwrap();
        let body = serde_json::from_slice(sent.body().bytes().unwrap()).unwrap();
        let request = Request { api: api.to_owned(), body };
        let answer = match &self.recorder.answers {
            Answers::Engine(_) => None,
            Answers::Guarded(_, policies) => {
                (!policies.allow(&request)).then(|| error("AccessDeniedException"))
            }
            Answers::Canned(answers) => {
                let known = answers.get(api).cloned();
                Some(known.unwrap_or_else(|| error("UnknownOperationException")))
            }
        };
        self.recorder.requests.lock().unwrap().push(request);
        match (answer, &self.engine) {
            (None, Some(engine)) => engine.call(sent),
            (answer, _) => {
                let (status, body) = answer.unwrap();
                let body = SdkBody::from(body.to_string());
                let response = HttpResponse::new(status.try_into().unwrap(), body);
                HttpConnectorFuture::ready(Ok(response))
            }
        }
    }
}
