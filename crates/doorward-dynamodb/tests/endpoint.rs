//! The real client against a server on loopback that does what DynamoDB should not, and where it does not go.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::env;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::Credentials;
use doorward_dynamodb::{Cause, ConnectError, DynamoStore, DynamoStoreBuilder};
use doorward_store::{AccountId, CredentialStore, StoreError, StoreErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What the server says to everything: a status and a body, or nothing at all.
async fn server(says: Option<(u16, &'static str)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 8_192]).await;
                let Some((status, body)) = says else { return std::future::pending().await };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\n\
                     x-amzn-requestid: R1\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    url
}

/// A server that counts who comes.
async fn counting_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    (url, asked)
}

fn builder() -> DynamoStoreBuilder {
    DynamoStore::builder("doorward-tests")
        .region("us-east-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "hush hush", None, None, "tests"))
        .attempts(1)
        // Who answers, answers within this also on a machine that is busy with other things.
        .deadlines(Duration::from_secs(10), Duration::from_secs(30))
}

/// The same, for where nobody answers.
fn impatient() -> DynamoStoreBuilder {
    builder().deadlines(Duration::from_millis(300), Duration::from_millis(900))
}

async fn error_of(store: DynamoStore) -> StoreError {
    let error = store.fetch(AccountId::from_bytes([1; 16])).await.unwrap_err();
    assert!(!format!("{error:?}").contains("hush"));
    error
}

fn code(error: &StoreError) -> String {
    let source = std::error::Error::source(error).unwrap();
    source.downcast_ref::<Cause>().unwrap().code().to_owned()
}

#[tokio::test]
async fn what_dynamodb_says_has_a_kind() {
    use StoreErrorKind::*;
    for (status, body, kind) in [
        (400, r#"{"__type":"com.amazon.coral.availability#ThrottlingException"}"#, Throttled),
        (400, r#"{"__type":"x#ProvisionedThroughputExceededException"}"#, Throttled),
        (400, r#"{"__type":"x#RequestLimitExceeded"}"#, Throttled),
        (400, r#"{"__type":"x#AccessDeniedException"}"#, Misconfigured),
        (400, r#"{"__type":"x#ExpiredTokenException"}"#, Misconfigured),
        (400, r#"{"__type":"x#ResourceNotFoundException"}"#, Misconfigured),
        (400, r#"{"__type":"x#UnrecognizedClientException"}"#, Misconfigured),
        (400, r#"{"__type":"x#ValidationException"}"#, Invalid),
        (500, r#"{"__type":"x#InternalServerError"}"#, Unavailable),
        (503, "<html>busy</html>", Unavailable),
        (200, "no json", Unavailable),
        (200, r#"{"Item":{"account":{"S":"no bytes"}}}"#, Corrupt),
    ] {
        let url = server(Some((status, body))).await;
        let store = builder().plain_http_on_loopback(url).connect().await.unwrap();
        assert_eq!(error_of(store).await.kind(), kind, "{status} {body}");
    }
}

#[tokio::test]
async fn the_operator_is_told_code_and_request() {
    let body = r#"{"__type":"x#AccessDeniedException","message":"not you"}"#;
    let url = server(Some((400, body))).await;
    let error = error_of(builder().plain_http_on_loopback(url).connect().await.unwrap()).await;
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "GetItem: AccessDeniedException: not you (request R1)");
}

#[tokio::test]
async fn silence_and_nobody_at_the_address_are_unavailable() {
    let silent = server(None).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for (url, expected) in [(silent, "Timeout"), (nobody, "Unreachable")] {
        let store = impatient().plain_http_on_loopback(url).connect().await.unwrap();
        let error = error_of(store).await;
        assert_eq!((error.kind(), code(&error).as_str()), (StoreErrorKind::Unavailable, expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r27_plain_http_is_refused_whoever_named_the_endpoint() {
    // A server is there and would answer: it must not be asked.
    let url = server(Some((400, r#"{"__type":"x#ThrottlingException"}"#))).await;
    for store in [
        builder().endpoint(&url).connect().await.unwrap(),
        builder().plain_http_on_loopback("http://192.0.2.1:80").connect().await.unwrap(),
        builder().plain_http_on_loopback("http://localhost:80").connect().await.unwrap(),
    ] {
        let error = error_of(store).await;
        assert_eq!(
            (error.kind(), code(&error).as_str()),
            (StoreErrorKind::Misconfigured, "PlainHttp")
        );
    }
    let profile = concat!(env!("CARGO_TARGET_TMPDIR"), "/r27_profile_of_dynamodb");
    std::fs::write(profile, format!("[default]\nendpoint_url = {url}\n")).unwrap();
    for (variable, value) in [
        ("AWS_CONFIG_FILE", profile),
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_ENDPOINT_URL_DYNAMODB", &url),
    ] {
        let text = alone("r27_in_a_process_of_its_own", &[(variable, value)]);
        assert!(text.contains("told: PlainHttp"), "{variable}: {text}");
    }
}

/// The token with which a role is taken on is as good as credentials.
#[tokio::test(flavor = "multi_thread")]
async fn r27_the_token_of_a_role_does_not_leave_in_clear() {
    let (url, asked) = counting_server().await;
    let token = concat!(env!("CARGO_TARGET_TMPDIR"), "/r27_token_of_a_role");
    std::fs::write(token, "a token that must not leave in clear").unwrap();
    let role = "arn:aws:iam::111122223333:role/login-service";
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"] {
        let text = alone(
            "r27_as_a_role_in_a_process_of_its_own",
            &[("AWS_ROLE_ARN", role), ("AWS_WEB_IDENTITY_TOKEN_FILE", token), (variable, &url)],
        );
        assert!(text.contains("told: PlainHttp"), "{variable}: {text}");
        assert_eq!(asked.load(Ordering::Relaxed), 0, "{variable}");
    }
}

#[tokio::test]
async fn r27_no_redirect_is_followed() {
    let (elsewhere, asked) = counting_server().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 8_192]).await;
            let answer = format!(
                "HTTP/1.1 307 X\r\nlocation: {elsewhere}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let error = error_of(builder().plain_http_on_loopback(url).connect().await.unwrap()).await;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn r27_no_proxy_is_taken_from_the_environment() {
    let (proxy, asked) = counting_server().await;
    let url = server(Some((400, r#"{"__type":"x#ValidationException"}"#))).await;
    let mut environment = vec![("SERVER", url.as_str())];
    let names =
        ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "http_proxy", "https_proxy"];
    environment.extend(names.map(|name| (name, proxy.as_str())));
    let text = alone("r27_with_a_proxy_in_its_environment", &environment);
    assert!(text.contains("told: ValidationException"), "{text}");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

/// None is an outage, to be tried again: somebody has to set it.
#[tokio::test]
async fn what_is_missing_of_the_configuration_is_named() {
    let text = alone("without_a_part_of_its_configuration", &[("MISSING", "region")]);
    assert!(text.contains("told: no region"), "{text}");
    let text = alone("without_a_part_of_its_configuration", &[("MISSING", "credentials")]);
    assert!(text.contains("told: NoCredentials"), "{text}");
    let table = DynamoStore::builder("no table has this name").connect().await;
    assert_eq!(table.unwrap_err(), ConnectError::TableName);
}

/// What an ignored test says in a process with nothing else in its environment. It holds up the thread: a server
/// that the process asks needs another one.
fn alone(test: &str, environment: &[(&str, &str)]) -> String {
    let answer = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", test, "--nocapture"])
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

#[tokio::test]
#[ignore = "run by a test above, with nothing in its environment"]
async fn without_a_part_of_its_configuration() {
    let whole = DynamoStore::builder("doorward-tests").attempts(1);
    let part = if env::var("MISSING").as_deref() == Ok("region") {
        whole.credentials(Credentials::new("AKIDEXAMPLE", "hush hush", None, None, "tests"))
    } else {
        whole.region("us-east-1")
    };
    match part.connect().await {
        Ok(store) => println!("told: {}", code(&error_of(store).await)),
        Err(error) => println!("told: {error}"),
    }
}

#[tokio::test]
#[ignore = "run by a test above, with a role in its environment"]
async fn r27_as_a_role_in_a_process_of_its_own() {
    let store = DynamoStore::builder("doorward-tests").region("us-east-1").attempts(1);
    println!("told: {}", code(&error_of(store.connect().await.unwrap()).await));
}

#[tokio::test]
#[ignore = "run by a test above, with an endpoint in its environment"]
async fn r27_in_a_process_of_its_own() {
    println!("told: {}", code(&error_of(builder().connect().await.unwrap()).await));
}

#[tokio::test]
#[ignore = "run by a test above, with proxies in its environment"]
async fn r27_with_a_proxy_in_its_environment() {
    let near = builder().plain_http_on_loopback(env::var("SERVER").unwrap());
    let near = error_of(near.connect().await.unwrap()).await;
    // Nobody is there, and nobody says so.
    let far = error_of(impatient().endpoint("https://192.0.2.1").connect().await.unwrap()).await;
    assert_eq!(far.kind(), StoreErrorKind::Unavailable);
    println!("told: {}", code(&near));
}
