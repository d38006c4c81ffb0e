//! R1, R2: what a login is answered, to a program and to a browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward_http::Body;
use http::Request;
use proptest::prelude::*;
use serde_json::json;
use support::{
    BEARER, Bare, Browser, House, OTHER_PASSWORD, PASSWORD, form, house, house_with,
    house_with_pages, peer,
};

#[tokio::test]
async fn a_program_gets_tokens_that_are_good() {
    let house = house().with_account("alice").await;
    let reply = house.login("Alice", PASSWORD).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    assert!(reply.set_cookies().is_empty());
    let tokens = reply.json();
    assert_eq!(tokens["token_type"], "bearer");
    assert!(tokens["expires_in"].as_u64().unwrap() > 0);
    assert!(house.is_good(tokens["access_token"].as_str().unwrap()).await);
    assert!(tokens["device_token"].as_str().unwrap().starts_with("dwd_"));
}

#[tokio::test]
async fn a_browser_gets_cookies_and_goes_to_where_it_was() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    assert_eq!(browser.visit("/login?next=/invoices%3Fpage%3D2").await.page(), "sign in");
    let fields = [("username", "alice"), ("password", PASSWORD), ("next", "/invoices?page=2")];
    let reply = browser.submit("/login", &fields).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/invoices?page=2"));
    assert!(reply.body.is_empty() && browser.is_signed_in().await);
    assert!(browser.cookie("device").is_some() && browser.cookie("form").is_none());
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let house = house_with_pages().with_account("alice").await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nx: y"] {
        let mut browser = Browser::of(&house);
        let fields = [("username", "alice"), ("password", PASSWORD), ("next", next)];
        let reply = browser.submit("/login", &fields).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/"), "{next:?}");
    }
}

#[tokio::test]
async fn a_script_of_a_page_gets_a_cookie_and_json() {
    let house = house_with_pages().with_account("alice").await;
    let login = json!({ "username": "alice", "password": PASSWORD, "cookie": true });
    let reply = house.post("/login", login).await;
    assert_eq!(reply.status, 200);
    let members: Vec<_> = reply.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["csrf_token"], "no token for scripts to lose");
    assert!(reply.set_cookies().iter().any(|(name, _)| name == "__Host-doorward-session"));
    let other = json!({ "username": "alice", "password": PASSWORD, "cookie": "perhaps" });
    assert_eq!(house.post("/login", other).await.error(), "invalid_request");
}

#[tokio::test]
async fn a_form_without_pages_is_answered_too() {
    let house = house().with_account("alice").await;
    let reply = house.send(form("/login", &[("username", "alice"), ("password", PASSWORD)])).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/"));
    let wrong = [("username", "alice"), ("password", "guess 1")];
    let reply = house.send(form("/login", &wrong)).await;
    assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_credentials"));
    // A form of a program, which says that it reads JSON.
    let mut request = form("/login", &[("username", "alice"), ("password", PASSWORD)]);
    request.headers_mut().insert("accept", "application/json".parse().unwrap());
    assert!(house.send(request).await.json()["access_token"].is_string());
}

/// Everything but the `date`, which the server adds.
#[tokio::test]
async fn r01_every_refusal_is_the_same_bytes() {
    let house = house().with_account("alice").await.with_account("shut").await;
    let _ = house.auth.disable("shut").await.unwrap();
    let long = "x".repeat(5_000);
    let mut replies = Vec::new();
    for (number, (username, password)) in [
        ("alice", "guess 1"),
        ("nobody", "guess 2"),
        ("shut", PASSWORD),
        ("shut", "guess 3"),
        ("not an\u{0}identifier", "guess 4"),
        (&long, "guess 5"),
        ("alice", &long),
    ]
    .into_iter()
    .enumerate()
    {
        let mut request =
            support::json("/login", &json!({ "username": username, "password": password }));
        request.extensions_mut().insert(peer(u32::try_from(number).unwrap() + 100));
        replies.push(house.send(request).await);
    }
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:#?}");
    assert_eq!(
        replies[0].text(),
        r#"{"error":"invalid_credentials","status":401,"title":"The username or the password is wrong","type":"about:blank"}"#
    );
    assert_eq!(replies[0].header("www-authenticate"), BEARER);
    assert_eq!(replies[0].header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn r01_the_page_of_a_refusal_is_the_same_for_everybody() {
    let house = house_with_pages().with_account("alice").await;
    let mut pages = Vec::new();
    for username in ["alice", "nobody"] {
        let mut browser = Browser::of(&house);
        browser.visit("/login").await;
        let fields = [("username", username), ("password", "guess 1")];
        let reply = browser.submit("/login", &fields).await;
        assert_eq!((reply.status, reply.header("www-authenticate")), (401, BEARER));
        let is_token = |line: &&str| !line.starts_with("csrf=");
        let text: Vec<_> = reply.text().lines().filter(is_token).map(str::to_owned).collect();
        assert_eq!(reply.note(), "refused invalid_credentials");
        pages.push((text, reply.headers, reply.body.len()));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn r02_who_guesses_on_is_told_when_to_come_back() {
    let house = house().with_account("alice").await;
    let mut waited = None;
    for guess in 0..40 {
        let login = json!({ "username": "alice", "password": format!("guess {guess}") });
        let mut request = support::json("/login", &login);
        request.extensions_mut().insert(peer(guess));
        let reply = house.send(request).await;
        if reply.status == 429 {
            waited = Some(reply);
            break;
        }
    }
    let reply = waited.expect("nobody guesses forty times");
    assert_eq!(reply.error(), "too_many_attempts");
    let seconds: u64 = reply.header("retry-after").parse().unwrap();
    assert_eq!(reply.header("ratelimit"), format!(r#""attempts";r=0;t={seconds}"#));
    assert_eq!(reply.header("ratelimit-policy"), format!(r#""attempts";q=1;w={seconds}"#));
    // It says nothing of whether there is such an account.
    assert!(!reply.text().contains("alice"));
    house.clock.advance(std::time::Duration::from_secs(seconds));
    assert_eq!(house.login("alice", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn r04_a_known_device_gets_in_while_strangers_are_made_to_wait() {
    let house = house().with_account("alice").await;
    let device = house.tokens("alice").await["device_token"].as_str().unwrap().to_owned();
    for guess in 0..40 {
        let login = json!({ "username": "alice", "password": format!("guess {guess}") });
        let mut request = support::json("/login", &login);
        request.extensions_mut().insert(peer(guess + 10));
        house.send(request).await;
    }
    assert_eq!(house.login("alice", PASSWORD).await.status, 429);
    let login = json!({ "username": "alice", "password": PASSWORD, "device_token": device });
    assert_eq!(house.post("/login", login.clone()).await.status, 200);
    // In a browser it is in the cookie.
    let mut request = form("/login", &[("username", "alice"), ("password", PASSWORD)]);
    let cookie = format!("__Host-doorward-device={device}");
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    assert_eq!(house.send(request).await.status, 303);
}

#[tokio::test]
async fn a_name_is_registered_or_taken_in_the_same_words() {
    let house = house_with_pages();
    let account = json!({ "username": "alice", "password": PASSWORD });
    let made = house.post("/register", account).await;
    assert_eq!((made.status, made.text()), (201, r#"{"registered":true}"#));
    let other = json!({ "username": "alice", "password": OTHER_PASSWORD });
    assert_eq!(house.post("/register", other).await, made);
    assert_eq!(house.login("alice", OTHER_PASSWORD).await.status, 401);
    assert_eq!(house.login("alice", PASSWORD).await.status, 200);

    let mut browser = Browser::of(&house);
    assert_eq!(browser.visit("/register").await.page(), "register");
    for username in ["bob", "alice"] {
        let fields = [("username", username), ("password", PASSWORD)];
        let reply = browser.submit("/register", &fields).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/login?registered"));
    }
    assert_eq!(browser.visit("/login?registered").await.note(), "Registered");
}

#[tokio::test]
async fn r21_who_is_refused_an_account_is_told_why() {
    let house = house_with_pages();
    for (username, password, error) in [
        ("alice", "short", "invalid_password"),
        ("", PASSWORD, "invalid_request"),
        ("\u{0}", PASSWORD, "invalid_username"),
    ] {
        let account = json!({ "username": username, "password": password });
        let reply = house.post("/register", account).await;
        assert_eq!(reply.error(), error);
        assert!(reply.json()["detail"].is_string());
    }
    let mut browser = Browser::of(&house);
    browser.visit("/register").await;
    let reply = browser.submit("/register", &[("username", "alice"), ("password", "short")]).await;
    assert_eq!((reply.status, reply.page().as_str()), (422, "register"));
    assert_eq!(reply.note(), "refused invalid_password");
}

#[tokio::test]
async fn a_flood_of_registrations_is_made_to_wait_before_it_costs_a_hash() {
    let number = |number| std::num::NonZeroU32::new(number).unwrap();
    let limits = doorward::FrontLimits::default().with_burst(number(3)).with_per_second(number(1));
    let house = house_with(|auth, _| auth, |door| door.registration_limits(limits));
    let account =
        |n: u32| json!({ "username": format!("user{n}"), "password": "seven quiet herons" });
    for n in 0..3 {
        assert_eq!(house.post("/register", account(n)).await.status, 201);
    }
    let hashes = house.auth.hashing();
    let reply = house.post("/register", account(3)).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "1"));
    assert_eq!(format!("{:?}", house.auth.hashing()), format!("{hashes:?}"));
    let mut request = support::json("/register", &account(4));
    request.extensions_mut().insert(peer(70));
    assert_eq!(house.send(request).await.status, 201, "others are none of its business");
}

#[tokio::test]
async fn without_registration_there_is_none() {
    let house = house_with(|auth, _| auth, |door| door.pages(Bare).without_registration());
    let account = json!({ "username": "alice", "password": PASSWORD });
    assert_eq!(house.post("/register", account).await.status, 404);
    assert_eq!(house.get("/register").await.status, 404);
    assert!(!house.door.serves("/register") && house.door.serves("/login"));
}

#[tokio::test]
async fn methods_and_paths_that_are_not_served_are_said_to_be_so() {
    let house = house_with_pages();
    let reply = house.send(Request::delete("/login").body(Body::default()).unwrap()).await;
    assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD, POST"));
    for path in ["/", "/logins", "/login/", "//login", "/login/second", "/assets/", "/assets/a/b"] {
        assert_eq!(house.get(path).await.status, 404, "{path}");
    }
    let programs = support::house();
    assert_eq!(programs.get("/login").await.header("allow"), "POST");
    assert_eq!(programs.get("/assets/door.css").await.status, 404);
}

#[tokio::test]
async fn behind_a_prefix_everything_moves() {
    let house = house_with(
        |auth, mailbox| auth.notifier(mailbox.clone()),
        |door| door.pages(Bare).mounted_at("/auth").home("/start"),
    )
    .with_account("alice")
    .await;
    let mut browser = Browser::of(&house);
    assert_eq!(browser.visit("/login").await.status, 404);
    assert_eq!(
        browser.visit("/auth/sessions").await.header("location"),
        "/auth/login?next=/auth/sessions"
    );
    browser.visit("/auth/login").await;
    let fields = [("username", "alice"), ("password", PASSWORD)];
    assert_eq!(browser.submit("/auth/login", &fields).await.header("location"), "/start");
    assert_eq!(browser.visit("/auth/sessions").await.page(), "sessions");
}

#[tokio::test]
async fn pages_come_with_a_strict_policy_and_their_files_without_cookies() {
    let house = house_with_pages();
    let page = house.get("/login").await;
    let policy = page.header("content-security-policy");
    for directive in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
    {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let file = house.get("/assets/door.css").await;
    assert_eq!((file.header("content-type"), file.text()), ("text/css", "body{}"));
    assert_eq!(file.header("cache-control"), "public, max-age=3600");
    assert!(file.set_cookies().is_empty());
}

#[tokio::test]
async fn r08_when_the_store_is_down_nobody_is_let_in_and_every_answer_is_the_same() {
    use doorward::store::{Fault, Operation};
    let house = house().with_account("alice").await;
    let mut replies = Vec::new();
    for (username, password) in [("alice", PASSWORD), ("alice", "guess 1"), ("nobody", "guess 2")] {
        let _ = house.store.fail_every(Operation::Find, Fault::Unavailable);
        replies.push(house.login(username, password).await);
        house.store.heal();
    }
    assert_eq!((replies[0].status, replies[0].error().as_str()), (503, "unavailable"));
    assert_eq!(replies[0].header("retry-after"), "1");
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:#?}");
}

fn refusal(house: &House, username: &str, password: &str) -> support::reply::Reply {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let login = json!({ "username": username, "password": password });
    runtime.block_on(house.send(support::json("/login", &login)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn r01_whatever_is_typed_a_stranger_gets_the_same_bytes(
        username in "\\PC{1,40}",
        password in "\\PC{1,40}",
    ) {
        let house = house();
        let first = refusal(&house, "nobody", "guess");
        let reply = refusal(&house, &username, &password);
        prop_assert_eq!(reply, first);
    }
}
