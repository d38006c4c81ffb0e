//! The real client against a server on loopback that does what KMS should not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::env;
use std::process::Command;
use std::time::Duration;

use aws_sdk_kms::config::Credentials;
use doorward_kms::{AwsKms, AwsKmsBuilder, EncryptionContext, KeyArn, KeyService, KmsErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What the server does with each connection.
#[derive(Clone, Copy)]
enum Manner {
    /// Takes the request and says nothing.
    Silent,
    /// Hangs up.
    Rude,
    /// Answers with this status and body.
    Says(u16, &'static str),
}

async fn server(manner: Manner) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                if matches!(manner, Manner::Rude) {
                    return;
                }
                let _ = stream.read(&mut [0; 8_192]).await;
                let Manner::Says(status, body) = manner else {
                    return std::future::pending().await;
                };
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    url
}

fn builder() -> AwsKmsBuilder {
    AwsKms::builder()
        .region("us-east-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "hush hush", None, None, "tests"))
        .attempts(1)
        .deadlines(Duration::from_millis(300), Duration::from_millis(900))
}

fn arn() -> KeyArn {
    KeyArn::parse("arn:aws:kms:us-east-1:111122223333:key/a").unwrap()
}

fn users() -> EncryptionContext {
    EncryptionContext::fields("acme", "users")
}

async fn kind_of(manner: Manner) -> KmsErrorKind {
    let kms = builder().plain_http_on_loopback(server(manner).await).connect().await.unwrap();
    let error = kms.decrypt(&arn(), b"blob", &users()).await.unwrap_err();
    let printed = format!("{error} {error:?}");
    assert!(error.to_string() == "the key service gave no key" && !printed.contains("hush"));
    error.kind()
}

#[tokio::test]
async fn a_server_that_is_silent_ends_in_a_timeout() {
    assert_eq!(kind_of(Manner::Silent).await, KmsErrorKind::Timeout);
}

#[tokio::test]
async fn a_server_that_hangs_up_is_unreachable() {
    assert_eq!(kind_of(Manner::Rude).await, KmsErrorKind::Unreachable);
}

#[tokio::test]
async fn nobody_at_the_address_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let kms = builder().plain_http_on_loopback(url).connect().await.unwrap();
    let error = kms.generate(&arn(), &users()).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::Unreachable);
    assert!(error.is_retryable());
}

#[tokio::test]
async fn what_kms_says_has_a_kind() {
    use KmsErrorKind::*;
    for (status, body, kind) in [
        (400, r#"{"__type":"ThrottlingException"}"#, Throttled),
        (400, r#"{"__type":"LimitExceededException"}"#, Throttled),
        (400, r#"{"__type":"AccessDeniedException"}"#, Denied),
        (400, r#"{"__type":"ExpiredTokenException"}"#, Denied),
        (400, r#"{"__type":"DisabledException"}"#, Disabled),
        (400, r#"{"__type":"KMSInvalidStateException"}"#, Disabled),
        (400, r#"{"__type":"NotFoundException"}"#, NotFound),
        (400, r#"{"__type":"InvalidCiphertextException"}"#, Invalid),
        (400, r#"{"__type":"IncorrectKeyException"}"#, Invalid),
        (500, r#"{"__type":"KMSInternalException"}"#, Unavailable),
        (500, r#"{"__type":"KeyUnavailableException"}"#, Unavailable),
        (503, "<html>busy</html>", Unavailable),
        (200, "no json", Unavailable),
        (
            200,
            r#"{"Plaintext":"","KeyId":"arn:aws:kms:us-east-1:111122223333:key/a"}"#,
            Unavailable,
        ),
        (
            200,
            r#"{"Plaintext":"AAEC","KeyId":"arn:aws:kms:us-east-1:111122223333:key/a"}"#,
            Unavailable,
        ),
        (
            200,
            r#"{"Plaintext":"AAEC","KeyId":"arn:aws:kms:us-east-1:111122223333:key/b"}"#,
            Untrusted,
        ),
        (200, r#"{"Plaintext":"AAEC"}"#, Untrusted),
    ] {
        assert_eq!(kind_of(Manner::Says(status, body)).await, kind, "{status} {body}");
    }
}

#[tokio::test]
async fn r27_plain_http_is_refused_whoever_named_the_endpoint() {
    // A server is there and would answer: it must not be asked.
    let url = server(Manner::Says(400, r#"{"__type":"ThrottlingException"}"#)).await;
    let error = builder().endpoint(&url).connect().await.unwrap().generate(&arn(), &users()).await;
    assert_eq!(error.unwrap_err().kind(), KmsErrorKind::Insecure);
    let error = builder().plain_http_on_loopback("http://192.0.2.1:80").connect().await.unwrap();
    let error = error.generate(&arn(), &users()).await;
    assert_eq!(error.unwrap_err().kind(), KmsErrorKind::Insecure);

    let profile = concat!(env!("CARGO_TARGET_TMPDIR"), "/r27_profile");
    std::fs::write(profile, format!("[default]\nendpoint_url = {url}\n")).unwrap();
    for (variable, value) in
        [("AWS_CONFIG_FILE", profile), ("AWS_ENDPOINT_URL", &url), ("AWS_ENDPOINT_URL_KMS", &url)]
    {
        let answer = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "r27_in_a_process_of_its_own", "--nocapture"])
            .env(variable, value)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&answer.stdout);
        assert!(text.contains("kind: Insecure"), "{variable}: {text}");
    }
}

/// Neither is an outage, to be tried again: somebody has to set it.
#[tokio::test]
async fn a_missing_region_and_missing_credentials_are_named() {
    for missing in ["region", "credentials"] {
        let answer = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "without_a_part_of_its_configuration", "--nocapture"])
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("MISSING", missing)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&answer.stdout);
        assert!(text.contains("kind: Configuration"), "{missing}: {text}");
    }
}

#[tokio::test]
#[ignore = "run by the test above, with nothing in its environment"]
async fn without_a_part_of_its_configuration() {
    let whole = AwsKms::builder().attempts(1);
    let part = if env::var("MISSING").as_deref() == Ok("region") {
        whole.credentials(Credentials::new("AKIDEXAMPLE", "hush hush", None, None, "tests"))
    } else {
        whole.region("us-east-1")
    };
    let error = match part.connect().await {
        Ok(kms) => kms.generate(&arn(), &users()).await.unwrap_err(),
        Err(error) => error,
    };
    println!("kind: {}", error.kind());
}

#[tokio::test]
#[ignore = "run by the test above, with an endpoint in its environment"]
async fn r27_in_a_process_of_its_own() {
    let error = builder().connect().await.unwrap().generate(&arn(), &users()).await.unwrap_err();
    println!("kind: {}", error.kind());
}
