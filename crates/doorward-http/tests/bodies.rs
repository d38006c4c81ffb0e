//! What is read of a request, and how it is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use doorward_http::Door;
use http::Request;
use http_body::Frame;
use serde_json::json;
use support::reply::Reply;
use support::{PASSWORD, form, house, house_with};
use tower::ServiceExt;

/// A body in pieces, which may end early or never.
struct Pieces {
    left: usize,
    piece: Bytes,
    then: Then,
}

#[derive(Clone, Copy)]
enum Then {
    BreaksOff,
    Ends,
    Hangs,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        if self.left > 0 {
            self.left -= 1;
            return Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))));
        }
        match self.then {
            Then::BreaksOff => Poll::Ready(Some(Err("broken"))),
            Then::Ends => Poll::Ready(None),
            Then::Hangs => Poll::Pending,
        }
    }
}

async fn send(door: &Door, pieces: usize, then: Then) -> Reply {
    let body = Pieces { left: pieces, piece: Bytes::from_static(&[b'x'; 1_024]), then };
    let request = Request::post("/login").header("content-type", "application/json");
    let answer: Result<_, Infallible> = door.clone().oneshot(request.body(body).unwrap()).await;
    Reply::of(answer.unwrap())
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read_to_its_end() {
    let house = house();
    let reply = send(&house.door, 17, Then::Hangs).await;
    assert_eq!((reply.status, reply.error().as_str()), (413, "too_large"));
    assert_eq!(reply.json()["detail"], "send at most 16384 bytes");
    assert_eq!(send(&house.door, usize::MAX, Then::Ends).await.status, 413);
    assert_eq!(send(&house.door, 16, Then::Ends).await.status, 400);
    let small = house_with(|auth, _| auth, |door| door.body_limit(100));
    let long = json!({ "username": "alice", "password": "x".repeat(100) });
    assert_eq!(small.post("/login", long).await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let house = house();
    for pieces in [0, 3] {
        // Time passes by itself while nobody has anything to do.
        let sent = async {
            tokio::select! {
                reply = send(&house.door, pieces, Then::Hangs) => Some(reply),
                () = tokio::time::sleep(Duration::from_millis(9_990)) => None,
            }
        };
        assert!(sent.await.is_none(), "it was not waited for at all");
        let late =
            tokio::time::timeout(Duration::from_secs(11), send(&house.door, pieces, Then::Hangs));
        let reply = late.await.unwrap();
        assert_eq!((reply.status, reply.error().as_str()), (408, "too_slow"));
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let house = house();
    let reply = send(&house.door, 1, Then::BreaksOff).await;
    assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_request"));
}

#[tokio::test]
async fn other_types_are_refused_and_the_two_are_named() {
    let house = house();
    for media_type in
        ["text/plain", "multipart/form-data; boundary=x", "application/jsonp", "", "json"]
    {
        let mut request = form("/login", &[("username", "alice"), ("password", PASSWORD)]);
        request.headers_mut().insert("content-type", media_type.parse().unwrap());
        let reply = house.send(request).await;
        assert_eq!((reply.status, reply.error().as_str()), (415, "unsupported_media_type"));
        let detail = "send application/json or application/x-www-form-urlencoded";
        assert_eq!(reply.json()["detail"], detail);
    }
    for media_type in
        ["application/x-www-form-urlencoded; charset=utf-8", "APPLICATION/X-WWW-FORM-URLENCODED"]
    {
        let mut request = form("/login", &[("username", "alice"), ("password", "guess 1")]);
        request.headers_mut().insert("content-type", media_type.parse().unwrap());
        assert_eq!(house.send(request).await.status, 401);
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let house = house();
    for (path, body, field) in [
        ("/login", json!({}), "username"),
        ("/login", json!({ "username": "alice" }), "password"),
        ("/login", json!({ "username": "alice", "password": "" }), "password"),
        ("/login", json!({ "username": null, "password": PASSWORD }), "username"),
        ("/register", json!({ "password": PASSWORD }), "username"),
        ("/refresh", json!({ "token": "x" }), "refresh_token"),
        ("/recover", json!({ "email": "x" }), "username"),
        ("/recover/confirm", json!({ "token": "x" }), "password"),
        ("/login/second-factor", json!({ "ticket": "dwt_x" }), "code"),
    ] {
        let reply = house.post(path, body).await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_request"));
        let detail = format!("the field `{field}` is missing or empty");
        assert_eq!(reply.json()["detail"], detail);
    }
    let reply = house.send(form("/login", &[])).await;
    assert_eq!(reply.error(), "invalid_request");
}

/// Also where it could be left out: a logout that ends nothing is none.
#[tokio::test]
async fn what_is_no_text_is_refused_and_not_ignored() {
    let house = house();
    for (path, body, field) in [
        ("/login", json!({ "username": "alice", "password": 12_345_678 }), "password"),
        ("/login", json!({ "username": ["alice"], "password": PASSWORD }), "username"),
        (
            "/login",
            json!({ "username": "alice", "password": PASSWORD, "device_token": 1 }),
            "device_token",
        ),
        ("/logout", json!({ "refresh_token": { "token": "dwr_x" } }), "refresh_token"),
        ("/recover/confirm", json!({ "token": "x", "password": "y", "code": 123_456 }), "code"),
        ("/login/second-factor", json!({ "ticket": true, "code": "123456" }), "ticket"),
    ] {
        let reply = house.post(path, body).await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_request"));
        let detail = format!("the field `{field}` is no text: send a string");
        assert_eq!(reply.json()["detail"], detail);
    }
    let login = json!({ "username": "alice", "password": PASSWORD, "cookie": "perhaps" });
    assert_eq!(house.post("/login", login).await.error(), "invalid_request");
    let login =
        json!({ "username": "alice", "password": PASSWORD, "device_token": null, "x": [1] });
    assert_eq!(house.post("/login", login).await.error(), "invalid_credentials");
}

#[tokio::test]
async fn a_password_is_taken_as_it_was_typed() {
    let house = house();
    for (n, password) in
        ["  leading and trailing spaces  ", "plus+and&and=and%20", "päßwörter und 密码 genug"]
            .iter()
            .enumerate()
    {
        let username = format!("user{n}");
        let account = json!({ "username": username, "password": password });
        assert_eq!(house.post("/register", account).await.status, 201);
        let fields = [("username", username.as_str()), ("password", password)];
        assert_eq!(house.send(form("/login", &fields)).await.status, 303, "{password}");
        assert_eq!(house.login(&username, password).await.status, 200, "{password}");
    }
}
