//! R28: nothing that is logged, or shown by `Debug`, is a secret.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::io;
use std::sync::{Arc, Mutex};

use doorward::store::{Fault, Operation};
use serde_json::json;
use support::{Browser, CLIENT, PASSWORD, house_with_pages};
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
async fn r28_what_fails_is_logged_without_what_was_sent() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let house = house_with_pages().with_account("alice").await;
    let access = house.tokens("alice").await["access_token"].as_str().unwrap().to_owned();
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = browser.cookie("session").unwrap().to_owned();
    let _ = house.store.fail_every(Operation::Session, Fault::Unavailable);
    assert_eq!(browser.visit("/sessions").await.status, 503);
    let mut request = support::json("/introspect", &json!({ "token": access }));
    request.headers_mut().insert("authorization", format!("Bearer {access}").parse().unwrap());
    assert_eq!(house.send(request).await.status, 503);
    house.store.heal();
    let _ = house.store.fail_every(Operation::Find, Fault::Unavailable);
    assert_eq!(house.login("alice", "a guess of hers").await.status, 503);
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        logged.contains("no decision could be reached") && logged.contains("Store"),
        "{logged}"
    );
    let shown = format!("{:?} {:?}", house.door, house.door.layer());
    for secret in [PASSWORD, "a guess of hers", &access, &session, "alice", CLIENT.1] {
        assert!(!logged.contains(secret), "{secret} is logged");
        assert!(!shown.contains(secret), "{secret} is shown: {shown}");
    }
}
