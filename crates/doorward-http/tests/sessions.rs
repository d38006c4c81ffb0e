//! R15: sessions in cookies, from the login to the logout.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward_http::Body;
use http::Request;
use serde_json::json;
use support::{BEARER, Browser, House, PASSWORD, form, house_with_pages};

#[tokio::test]
async fn r15_a_login_gives_a_new_session_and_ends_the_one_that_was_there() {
    let house = house_with_pages().with_account("alice").await.with_account("mallory").await;
    let mut mallory = Browser::of(&house);
    mallory.sign_in("mallory").await;
    let planted = mallory.cookie("session").unwrap().to_owned();
    let mut browser = Browser::of(&house);
    browser.cookies.push(("__Host-doorward-session".to_owned(), planted.clone()));
    browser.sign_in("alice").await;
    assert!(browser.is_signed_in().await && browser.cookie("session") != Some(&planted));
    assert!(!mallory.is_signed_in().await);
}

#[tokio::test]
async fn r15_a_logout_ends_the_session_on_the_server() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let token = browser.cookie("session").unwrap().to_owned();
    browser.visit("/sessions").await;
    let reply = browser.submit("/logout", &[]).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/login?signed-out"));
    assert!(browser.cookie("session").is_none() && browser.cookie("device").is_some());
    assert!(house.auth.sessions().check(&token).await.unwrap().is_none());
    assert_eq!(browser.visit("/login?signed-out").await.note(), "SignedOut");
    assert_eq!(browser.submit("/logout", &[]).await.status, 303, "once more is no error");
}

#[tokio::test]
async fn r15_a_logout_that_fails_says_so_and_keeps_the_cookie() {
    use doorward::store::{Fault, Operation};
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/sessions").await;
    let _ = house.store.fail_every(Operation::End, Fault::Unavailable);
    let reply = browser.submit("/logout", &[]).await;
    assert_eq!((reply.status, reply.page().as_str()), (503, "problem unavailable"));
    house.store.heal();
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.submit("/logout", &[]).await.status, 303);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_the_login_and_back() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    for path in ["/sessions", "/second-factor"] {
        let reply = browser.visit(path).await;
        assert_eq!(reply.status, 303);
        assert_eq!(reply.header("location"), format!("/login?next={path}"));
        // A program is told.
        let reply = house.get(path).await;
        assert_eq!((reply.status, reply.error().as_str()), (401, "unauthenticated"));
        assert_eq!(reply.header("www-authenticate"), BEARER);
    }
}

#[tokio::test]
async fn r15_an_owner_sees_all_sessions_and_ends_one_of_them() {
    let house = house_with_pages().with_account("alice").await;
    let (mut one, mut other) = (Browser::of(&house), Browser::of(&house));
    // The oldest is listed first.
    one.sign_in("alice").await;
    house.clock.advance(Duration::from_secs(1));
    other.sign_in("alice").await;
    house.clock.advance(Duration::from_secs(1));
    house.tokens("alice").await;
    let listed = listed(&house, &one).await;
    assert_eq!(listed.len(), 3);
    assert_eq!(listed.iter().filter(|session| session["is_current"] == true).count(), 1);
    assert_eq!(listed[0]["label"], "Firefox on Linux");
    assert_eq!(listed[0]["amr"], json!(["pwd"]));
    let theirs = listed.iter().find(|session| session["is_current"] == false).unwrap();
    one.visit("/sessions").await;
    let reply = one.submit("/sessions/end", &[("session", theirs["id"].as_str().unwrap())]).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/sessions"));
    assert!(one.is_signed_in().await && !other.is_signed_in().await);
    one.submit("/sessions/end-others", &[]).await;
    assert_eq!(self::listed(&house, &one).await.len(), 1);
    one.visit("/sessions").await;
    let reply = one.submit("/sessions/end", &[("session", "1 or 1=1")]).await;
    assert_eq!((reply.status, reply.page().as_str()), (400, "problem invalid_request"));
}

#[tokio::test]
async fn r16_nobody_ends_anybody_elses_session() {
    let house = house_with_pages().with_account("alice").await.with_account("mallory").await;
    let (mut alice, mut mallory) = (Browser::of(&house), Browser::of(&house));
    alice.sign_in("alice").await;
    mallory.sign_in("mallory").await;
    let id = listed(&house, &alice).await[0]["id"].as_str().unwrap().to_owned();
    mallory.visit("/sessions").await;
    assert_eq!(mallory.submit("/sessions/end", &[("session", &id)]).await.status, 303);
    assert!(alice.is_signed_in().await, "the same answer, and nothing ended");
}

#[tokio::test]
async fn what_changes_an_account_needs_a_fresh_login() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    house.clock.advance(house.auth.sessions().policy().freshness() + Duration::from_secs(1));
    browser.visit("/sessions").await;
    for (path, back) in [
        ("/sessions/end-others", "/sessions"),
        ("/sessions/end", "/sessions"),
        ("/second-factor/enrol", "/second-factor"),
        ("/second-factor/remove", "/second-factor"),
        ("/second-factor/recovery-codes", "/second-factor"),
        ("/second-factor/confirm", "/second-factor"),
    ] {
        let reply = browser.submit(path, &[]).await;
        assert_eq!(reply.status, 303, "{path}");
        assert_eq!(reply.header("location"), format!("/login?next={back}&again"));
        let mut request = support::json(path, &json!({ "csrf_token": browser.csrf_token }));
        let cookie = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        let reply = house.send(request).await;
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (401, "insufficient_user_authentication")
        );
        let challenge = reply.header("www-authenticate");
        assert!(challenge.starts_with(
            r#"Bearer realm="doorward", error="insufficient_user_authentication", max_age="#
        ));
    }
    assert_eq!(browser.visit("/login?next=/sessions&again").await.note(), "SignInAgain");
}

/// An access token acts for its owner within its scopes: it is no person.
#[tokio::test]
async fn r15_an_access_token_sees_no_sessions_and_changes_no_account() {
    let house = house_with_pages().with_account("alice").await;
    let access = house.tokens("alice").await["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {access}");
    for path in ["/sessions", "/second-factor"] {
        let request = Request::get(path).header("authorization", &bearer);
        let reply = house.send(request.body(Body::default()).unwrap()).await;
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (401, "insufficient_user_authentication")
        );
    }
    for path in ["/sessions/end-others", "/second-factor/enrol", "/second-factor/remove"] {
        let mut request = support::json(path, &json!({}));
        request.headers_mut().insert("authorization", bearer.parse().unwrap());
        assert_eq!(house.send(request).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn r15_a_session_that_is_over_is_no_session() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    house.clock.advance(Duration::from_secs(400 * 24 * 60 * 60));
    assert_eq!(browser.visit("/sessions").await.status, 303);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn r17_no_answer_shows_more_than_its_endpoint_is_for() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = browser.cookie("session").unwrap().to_owned();
    let device = browser.cookie("device").unwrap().to_owned();
    for path in ["/sessions", "/second-factor", "/csrf-token", "/openapi.json", "/login"] {
        for accept in ["text/html", "application/json"] {
            let request = Request::get(path)
                .header(
                    "cookie",
                    format!("__Host-doorward-session={session}; __Host-doorward-device={device}"),
                )
                .header("accept", accept);
            let reply = house.send(request.body(Body::default()).unwrap()).await;
            for secret in [session.as_str(), &device, PASSWORD, "$argon2"] {
                assert!(!reply.text().contains(secret), "{path}: {}", reply.text());
            }
        }
    }
}

async fn listed(house: &House, browser: &Browser<'_>) -> Vec<serde_json::Value> {
    let cookie = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
    let request = Request::get("/sessions").header("cookie", cookie);
    let reply = house.send(request.body(Body::default()).unwrap()).await;
    assert_eq!(reply.status, 200);
    reply.json()["sessions"].as_array().unwrap().clone()
}

/// Other software on the host, and on those beside it, sets cookies as it likes.
#[tokio::test]
async fn bytes_in_the_cookies_of_others_cost_nobody_the_session() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = browser.cookie("session").unwrap();
    for others in [b"theme=gr\xc3\xbcn; ".as_slice(), b"x=\xff; ", b"\xff; "] {
        let line = [others, b"__Host-doorward-session=", session.as_bytes()].concat();
        let request = Request::get("/sessions").header("cookie", line.as_slice());
        assert_eq!(house.send(request.body(Body::default()).unwrap()).await.status, 200);
    }
}

/// HTTP/2 has no `Host`; and the target of a request goes before it.
#[tokio::test]
async fn the_host_is_that_of_the_target_where_it_names_one() {
    let house = house_with_pages().with_account("alice").await;
    for (target, host, status) in [
        ("https://example.com/login", None, 401),
        ("https://example.com/login", Some("evil.example"), 401),
        ("https://other.example/login", Some("example.com"), 403),
        ("/login", Some("example.com"), 401),
        ("/login", Some("other.example"), 403),
    ] {
        let mut request = form(target, &[("username", "alice"), ("password", "wrong")]);
        let headers = request.headers_mut();
        headers.insert("origin", "https://example.com".parse().unwrap());
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        if let Some(host) = host {
            headers.insert("host", host.parse().unwrap());
        }
        assert_eq!(house.send(request).await.status, status, "{target} {host:?}");
    }
}

/// A program that sends no body, and a script.
#[tokio::test]
async fn without_a_body_whoever_reads_no_pages_gets_none() {
    let house = house_with_pages().with_account("alice").await;
    let access = house.tokens("alice").await["access_token"].as_str().unwrap().to_owned();
    let logout = Request::post("/logout").header("authorization", format!("Bearer {access}"));
    assert_eq!(house.send(logout.body(Body::default()).unwrap()).await.status, 204);
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/sessions").await;
    let cookie = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
    for (path, status) in [
        ("/second-factor/enrol", 200),
        ("/second-factor/remove", 204),
        ("/sessions/end-others", 204),
    ] {
        let script = Request::post(path).header("cookie", &cookie).header("accept", "*/*");
        let script = script.header("sec-fetch-site", "same-origin");
        let script = script.header("x-csrf-token", browser.csrf_token.as_str());
        let reply = house.send(script.body(Body::default()).unwrap()).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        assert_ne!(reply.header("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn a_session_that_has_ended_is_in_nobodys_way() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.visit("/login").await;
    browser.cookies.push(("__Host-doorward-session".to_owned(), "dws_dead".to_owned()));
    let token =
        browser.visit("/csrf-token").await.json()["csrf_token"].as_str().unwrap().to_owned();
    browser.csrf_token = token;
    let fields = [("username", "alice"), ("password", PASSWORD)];
    assert_eq!(browser.submit("/login", &fields).await.status, 303);
}
