//! R28: nothing that is logged is a secret.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use support::{PASSWORD, house};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Alone in this file: the log is the whole process's.
#[tokio::test]
async fn r28_no_password_token_code_or_name_is_logged() {
    let log = Log::default();
    let subscriber =
        doorward_login_server::logging::subscriber(EnvFilter::new("trace"), log.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let house = house().await;
    house.register("alice@example.com").await;
    let login = json!({ "username": "alice@example.com", "password": PASSWORD });
    let tokens = house.post("/login", login).await.json();
    let (access, refresh) =
        (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    house.me(access, "/me").await;
    house.post("/refresh", json!({ "refresh_token": refresh })).await;
    house
        .post("/login", json!({ "username": "alice@example.com", "password": "a guess of hers" }))
        .await;
    house
        .post("/login", json!({ "username": "mallory@example.com", "password": "another guess" }))
        .await;
    house.post("/recover", json!({ "username": "alice@example.com" })).await;
    house
        .post(
            "/recover/confirm",
            json!({ "token": "dwo_made_up", "password": "eight louder herons" }),
        )
        .await;
    house.post("/login/second-factor", json!({ "ticket": "dwt_made_up", "code": "123456" })).await;
    house.get("/operator").await;
    house.get("/metrics").await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains(r#""event":"verified""#) && logged.contains(r#""event":"rejected""#));
    let device = tokens["device_token"].as_str().unwrap();
    for secret in [
        PASSWORD,
        "a guess of hers",
        "another guess",
        "eight louder herons",
        access,
        refresh,
        device,
        "dwo_made_up",
        "dwt_made_up",
        "123456",
        "alice@example.com",
        "mallory@example.com",
        "alice",
    ] {
        assert!(!logged.contains(secret), "{secret} is logged");
    }
    for line in logged.lines() {
        let _: serde_json::Value = serde_json::from_str(line).unwrap();
    }
}
