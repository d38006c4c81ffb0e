//! R18, R19: tokens are refreshed, asked about and ended, each by those who may.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use base64ct::{Base64, Encoding};
use doorward::{FrontLimits, Scopes};
use doorward_http::DoorError;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::reply::Reply;
use support::{CLIENT, House, house, house_with, peer};

async fn ask(house: &House, path: &str, authorization: Option<&str>, body: Value) -> Reply {
    let mut request = support::json(path, &body);
    if let Some(authorization) = authorization {
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
    }
    house.send(request).await
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{id}:{secret}").as_bytes()))
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn r18_a_refresh_token_is_good_once_and_its_thief_ends_it() {
    let scopes: Scopes = "invoices:read".parse().unwrap();
    let house = house_with(|auth, _| auth, |door| door.scopes(scopes)).with_account("alice").await;
    let first = house.tokens("alice").await;
    assert_eq!(first["scope"], "invoices:read");
    let refresh = text(&first, "refresh_token");
    let reply = house.post("/refresh", json!({ "refresh_token": refresh })).await;
    assert_eq!(reply.status, 200);
    let second = reply.json();
    assert!(house.is_good(&text(&second, "access_token")).await);
    assert_eq!((&second["scope"], &second["device_token"]), (&first["scope"], &Value::Null));
    // Beyond the grace for lost replies.
    let third = house.post("/refresh", json!({ "refresh_token": second["refresh_token"] })).await;
    house.clock.advance(std::time::Duration::from_secs(600));
    let reply = house.post("/refresh", json!({ "refresh_token": refresh })).await;
    assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_token"));
    assert_eq!(
        reply.header("www-authenticate"),
        r#"Bearer realm="doorward", error="invalid_token""#
    );
    assert!(!house.is_good(&text(&third.json(), "access_token")).await);
    for none in ["", "dwr_x", &"x".repeat(10_000)] {
        let status = house.post("/refresh", json!({ "refresh_token": none })).await.status;
        assert_eq!(status, if none.is_empty() { 400 } else { 401 });
    }
}

#[tokio::test]
async fn r19_a_registered_client_learns_what_a_token_is() {
    let house = house().with_account("alice").await;
    let tokens = house.tokens("alice").await;
    let client = basic(CLIENT.0, CLIENT.1);
    for member in ["access_token", "refresh_token"] {
        let question = json!({ "token": tokens[member], "token_type_hint": "access_token" });
        let reply = ask(&house, "/introspect", Some(&client), question).await;
        assert_eq!((reply.status, &reply.json()["active"]), (200, &Value::Bool(true)));
        assert!(reply.json()["sub"].is_string());
    }
    let question = json!({ "token": "dwa_nonsense" });
    let reply = ask(&house, "/introspect", Some(&client), question).await;
    assert_eq!((reply.status, reply.text()), (200, r#"{"active":false}"#));
}

#[tokio::test]
async fn r19_who_is_nobody_learns_nothing_and_ends_nothing() {
    let house = house().with_account("alice").await;
    let access = text(&house.tokens("alice").await, "access_token");
    for path in ["/introspect", "/revoke"] {
        let mut replies = Vec::new();
        for authorization in [
            None,
            Some(basic("api", "fedcba9876543210fedcba9876543210")),
            Some(basic("other", CLIENT.1)),
            Some(basic("", "")),
        ] {
            let question = json!({ "token": access });
            let reply = ask(&house, path, authorization.as_deref(), question).await;
            assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_client"));
            assert!(reply.header("www-authenticate").starts_with("Basic realm="));
            replies.push(reply);
        }
        assert!(replies.iter().all(|reply| *reply == replies[0]));
        let reply = ask(&house, path, Some("Bearer dwa_x"), json!({ "token": access })).await;
        assert_eq!(reply.error(), "invalid_token");
        // A browser's cookie is no authentication of a client.
        let mut browser = support::Browser::of(&house);
        browser.sign_in("alice").await;
        let mut request = support::json(path, &json!({ "token": access }));
        let cookie = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        assert_eq!(house.send(request).await.error(), "invalid_client");
    }
    assert!(house.is_good(&access).await);
}

#[tokio::test]
async fn r19_an_owner_asks_about_tokens_of_that_account_and_of_no_other() {
    let house = house().with_account("alice").await.with_account("mallory").await;
    let (alice, mallory) = (house.tokens("alice").await, house.tokens("mallory").await);
    let bearer = format!("Bearer {}", text(&mallory, "access_token"));
    let own = json!({ "token": mallory["refresh_token"] });
    let reply = ask(&house, "/introspect", Some(&bearer), own.clone()).await;
    assert_eq!(reply.json()["active"], true);
    let foreign = json!({ "token": alice["access_token"] });
    let reply = ask(&house, "/introspect", Some(&bearer), foreign.clone()).await;
    assert_eq!(reply.text(), r#"{"active":false}"#);
    let reply = ask(&house, "/revoke", Some(&bearer), foreign).await;
    assert_eq!((reply.status, reply.text()), (200, ""));
    assert!(house.is_good(&text(&alice, "access_token")).await);
    assert_eq!(ask(&house, "/revoke", Some(&bearer), own).await.status, 200);
    assert!(!house.is_good(&text(&mallory, "access_token")).await);
}

#[tokio::test]
async fn r19_a_client_ends_a_token_and_everything_of_its_grant() {
    let house = house().with_account("alice").await;
    let tokens = house.tokens("alice").await;
    let client = basic(CLIENT.0, CLIENT.1);
    let end = json!({ "token": tokens["refresh_token"] });
    let reply = ask(&house, "/revoke", Some(&client), end.clone()).await;
    assert_eq!((reply.status, reply.text()), (200, ""));
    assert!(!house.is_good(&text(&tokens, "access_token")).await);
    assert_eq!(ask(&house, "/revoke", Some(&client), end).await, reply, "again is no error");
    assert_eq!(ask(&house, "/revoke", Some(&client), json!({})).await.error(), "invalid_request");
}

#[tokio::test]
async fn r19_questions_are_limited_whoever_asks_them() {
    let number = |number| std::num::NonZeroU32::new(number).unwrap();
    let limits = FrontLimits::default().with_burst(number(5)).with_per_second(number(1));
    let house = house_with(|auth, _| auth, |door| door.introspection_limits(limits));
    let client = basic(CLIENT.0, CLIENT.1);
    for authorization in [None, Some(client.as_str()), None, Some(&client), Some(&client)] {
        let reply = ask(&house, "/introspect", authorization, json!({ "token": "x" })).await;
        assert_ne!(reply.status, 429);
    }
    for path in ["/introspect", "/revoke"] {
        let reply = ask(&house, path, Some(&client), json!({ "token": "x" })).await;
        assert_eq!((reply.status, reply.header("retry-after")), (429, "1"));
    }
    let mut request = support::json("/introspect", &json!({ "token": "x" }));
    request.extensions_mut().insert(peer(90));
    assert_eq!(house.send(request).await.status, 401);
}

#[tokio::test]
async fn a_logout_ends_the_grant_of_a_program() {
    let house = house().with_account("alice").await;
    let tokens = house.tokens("alice").await;
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    assert_eq!(house.post("/logout", body).await.status, 204);
    assert!(!house.is_good(&text(&tokens, "access_token")).await);
}

#[test]
fn a_client_whose_secret_could_be_guessed_is_refused_before_the_first_request() {
    let auth = house().auth;
    let door = |id: &str, secret: &str| {
        let builder = doorward_http::Door::builder(auth.clone());
        builder.client("api", CLIENT.1).client(id, secret).build().err()
    };
    assert_eq!(door("web", CLIENT.1), None);
    assert_eq!(door("web", "hunter2"), Some(DoorError::Client(2)));
    assert_eq!(door("api", CLIENT.1), Some(DoorError::Client(2)));
    assert!(!door("web", "hunter2").unwrap().to_string().contains("hunter2"));
}

proptest! {
    #[test]
    fn r19_no_other_credentials_are_a_clients(line in "(Basic|Bearer|basic) [!-~]{0,80}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let house = house();
        let question = json!({ "token": "dwa_x" });
        let reply = runtime.block_on(ask(&house, "/introspect", Some(&line), question));
        prop_assert_eq!(reply.status, 401);
    }
}
