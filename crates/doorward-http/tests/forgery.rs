//! Requests that another site makes a browser send change nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward_http::Body;
use http::Request;
use serde_json::json;
use support::{Browser, PASSWORD, form, house_with_pages};

/// What only whoever is signed in can do, as a form.
const CHANGES: [&str; 6] = [
    "/logout",
    "/sessions/end-others",
    "/sessions/end",
    "/second-factor/enrol",
    "/second-factor/remove",
    "/second-factor/recovery-codes",
];

#[tokio::test]
async fn r15_another_site_ends_no_session_and_changes_no_account() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/sessions").await;
    for site in ["cross-site", "same-site"] {
        browser.site = site;
        for path in CHANGES {
            // With the very token of the page, which no other site can read.
            let reply = browser.submit(path, &[("session", "x")]).await;
            assert_eq!(
                (reply.status, reply.page().as_str()),
                (403, "problem cross_site"),
                "{path}"
            );
        }
    }
    assert!(browser.is_signed_in().await);
}

/// `SameSite` keeps the session's cookie away from it, and the answer would take it away.
#[tokio::test]
async fn r15_another_site_makes_no_browser_forget_its_session() {
    let house = house_with_pages().with_account("alice").await;
    for site in ["cross-site", "same-site"] {
        let mut browser = Browser::of(&house);
        browser.site = site;
        let reply = browser.submit("/logout", &[]).await;
        assert_eq!(reply.status, 403);
        let cookies = reply.set_cookies();
        assert!(cookies.iter().all(|(name, _)| name == "__Host-doorward-form"), "{cookies:?}");
    }
    let mut request = support::json("/logout", &json!({ "refresh_token": "dwr_x" }));
    request.headers_mut().insert("origin", "https://app.example".parse().unwrap());
    let reply = house.send(request).await;
    assert_eq!((reply.status, reply.set_cookies().len()), (204, 0));
}

#[tokio::test]
async fn r15_a_request_without_the_token_of_a_page_changes_nothing() {
    let house = house_with_pages().with_account("alice").await.with_account("mallory").await;
    let mut mallory = Browser::of(&house);
    mallory.sign_in("mallory").await;
    mallory.visit("/sessions").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/sessions").await;
    for token in ["", "x", &mallory.csrf_token] {
        token.clone_into(&mut browser.csrf_token);
        for path in CHANGES {
            let reply = browser.submit(path, &[("session", "x")]).await;
            assert_eq!(
                (reply.status, reply.page().as_str()),
                (403, "problem csrf_token"),
                "{path}"
            );
            token.clone_into(&mut browser.csrf_token);
        }
    }
    assert!(browser.is_signed_in().await);
    // The page that it was answered with has a token that is good.
    browser.submit("/logout", &[]).await;
    assert_eq!(browser.submit("/logout", &[]).await.status, 303);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn another_site_signs_nobody_in_as_somebody_else() {
    let house = house_with_pages().with_account("mallory").await;
    let mut browser = Browser::of(&house);
    browser.visit("/login").await;
    let fields = [("username", "mallory"), ("password", PASSWORD)];
    for path in ["/login", "/login/second-factor", "/register", "/recover", "/recover/confirm"] {
        browser.site = "cross-site";
        let reply = browser.submit(path, &fields).await;
        assert_eq!((reply.status, reply.note().as_str()), (403, "refused cross_site"), "{path}");
        browser.site = "same-origin";
        browser.csrf_token.clear();
        let reply = browser.submit(path, &fields).await;
        assert_eq!((reply.status, reply.note().as_str()), (403, "refused csrf_token"), "{path}");
    }
    let mut request = support::json(
        "/login",
        &json!({ "username": "mallory", "password": PASSWORD, "cookie": true }),
    );
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(house.send(request).await.error(), "cross_site");
    // What forms of other sites can send is not read as JSON.
    let mut request =
        support::json("/login", &json!({ "username": "mallory", "password": PASSWORD }));
    request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(house.send(request).await.error(), "unsupported_media_type");
}

/// It says neither that it comes from a page of ours nor that it does not: no browser of today is like that.
#[tokio::test]
async fn a_program_needs_no_token_and_a_wrong_one_is_refused() {
    let house = house_with_pages().with_account("alice").await;
    let fields = [("username", "alice"), ("password", PASSWORD)];
    assert_eq!(house.send(form("/login", &fields)).await.status, 303);
    // With the cookie of a page that it has loaded, as tools do.
    let mut browser = Browser::of(&house);
    browser.visit("/login").await;
    let cookie = format!("__Host-doorward-form={}", browser.cookie("form").unwrap());
    let send = async |fields: &[(&str, &str)], headers: &[(&'static str, &str)]| {
        let mut request = form("/login", fields);
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        house.send(request).await
    };
    assert_eq!(send(&fields, &[]).await.status, 303);
    let forged = [fields[0], fields[1], ("csrf_token", "x")];
    assert_eq!(send(&forged, &[]).await.error(), "csrf_token");
    assert_eq!(send(&fields, &[("sec-fetch-site", "same-origin")]).await.error(), "csrf_token");
    let own = [("host", "door.example"), ("origin", "https://door.example")];
    assert_eq!(send(&fields, &own).await.error(), "csrf_token");
}

#[tokio::test]
async fn a_script_gets_a_token_and_sends_it_in_a_header() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let token =
        browser.visit("/csrf-token").await.json()["csrf_token"].as_str().unwrap().to_owned();
    let with = |token: &str| {
        let request = Request::post("/sessions/end-others").header("x-csrf-token", token);
        request.body(Body::default()).unwrap()
    };
    assert_eq!(browser.go(with("x")).await.status, 403);
    assert_eq!(browser.go(with(&token)).await.status, 303);
    // Before there is a session, it is bound to a cookie of its own.
    let mut browser = Browser::of(&house);
    let token =
        browser.visit("/csrf-token").await.json()["csrf_token"].as_str().unwrap().to_owned();
    browser.csrf_token = token;
    let fields = [("username", "alice"), ("password", PASSWORD)];
    assert_eq!(browser.submit("/login", &fields).await.status, 303);
}

#[tokio::test]
async fn a_bearer_token_needs_no_other_and_a_cookie_beside_it_does_not_count() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = browser.cookie("session").unwrap().to_owned();
    let access = house.tokens("alice").await["access_token"].as_str().unwrap().to_owned();
    let logout = |authorization: &str| {
        let request = Request::post("/logout").header("authorization", authorization);
        request
            .header("cookie", format!("__Host-doorward-session={session}"))
            .header("accept", "application/json")
            .header("sec-fetch-site", "cross-site")
            .body(Body::default())
            .unwrap()
    };
    assert_eq!(house.send(logout("Bearer dwa_x")).await.error(), "invalid_token");
    assert_eq!(house.send(logout("Basic eDp5")).await.error(), "cross_site");
    assert_eq!(house.send(logout(&format!("Bearer {access}"))).await.status, 204);
    assert!(!house.is_good(&access).await && browser.is_signed_in().await);
}
