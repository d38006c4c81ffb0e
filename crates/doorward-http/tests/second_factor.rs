//! R20: the second factor, enrolled and asked for over HTTP, by a browser and by a program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::{Duration, UNIX_EPOCH};

use doorward::Clock as _;
use serde_json::{Value, json};
use support::{Browser, House, PASSWORD, house_with_pages};
use totp_rs::Totp;

/// Who has enrolled an app, and its recovery codes.
struct Owner {
    app: Totp,
    codes: Vec<String>,
}

async fn enrolled(house: &House) -> Owner {
    let mut browser = Browser::of(house);
    browser.sign_in("alice").await;
    assert_eq!(browser.visit("/second-factor").await.page(), "second factor");
    let page = browser.submit("/second-factor/enrol", &[]).await;
    assert_eq!((page.status, page.page().as_str()), (200, "enrol"));
    let app = Totp::from_url(member(page.text(), "uri=")).unwrap();
    let token = page.member_of_page("token").unwrap();
    let wrong =
        browser.submit("/second-factor/confirm", &[("token", &token), ("code", "000000")]).await;
    assert_eq!((wrong.status, wrong.page().as_str()), (401, "enrol again"));
    assert_eq!(wrong.member_of_page("token").unwrap(), token);
    let code = shown(&app, house);
    let page =
        browser.submit("/second-factor/confirm", &[("token", &token), ("code", &code)]).await;
    assert_eq!((page.status, page.page().as_str()), (200, "recovery codes"));
    let codes = member(page.text(), "codes=").split(',').map(str::to_owned).collect();
    // The next code of the app is another one.
    house.clock.advance(Duration::from_secs(30));
    Owner { app, codes }
}

fn member<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap()
}

fn shown(app: &Totp, house: &House) -> String {
    let now = house.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    app.generate(now).to_string()
}

#[tokio::test]
async fn r20_a_browser_is_asked_for_the_code_and_gets_its_session_for_it() {
    let house = house_with_pages().with_account("alice").await;
    let owner = enrolled(&house).await;
    let mut browser = Browser::of(&house);
    browser.visit("/login?next=/invoices").await;
    let fields = [("username", "alice"), ("password", PASSWORD), ("next", "/invoices")];
    let reply = browser.submit("/login", &fields).await;
    assert_eq!(reply.status, 303);
    assert_eq!(reply.header("location"), "/login/second-factor?next=%2Finvoices");
    assert!(!browser.is_signed_in().await && browser.cookie("ticket").is_some());
    let page = browser.visit("/login/second-factor?next=%2Finvoices").await;
    assert_eq!((page.page().as_str(), member(page.text(), "next=")), ("code", "/invoices"));
    let wrong = [("code", "000000"), ("next", "/invoices")];
    let reply = browser.submit("/login/second-factor", &wrong).await;
    assert_eq!((reply.status, reply.page().as_str()), (401, "code"));
    assert_eq!(member(reply.text(), "next="), "/invoices");
    assert_eq!(reply.note(), "refused invalid_code");
    let code = shown(&owner.app, &house);
    let fields = [("code", code.as_str()), ("next", "/invoices")];
    let reply = browser.submit("/login/second-factor", &fields).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/invoices"));
    assert!(browser.is_signed_in().await && browser.cookie("ticket").is_none());
    let page = browser.visit("/second-factor").await;
    assert!(page.text().contains("enrolled=true"));
}

#[tokio::test]
async fn r20_a_program_gets_a_ticket_and_tokens_for_it() {
    let house = house_with_pages().with_account("alice").await;
    let owner = enrolled(&house).await;
    let reply = house.login("alice", PASSWORD).await;
    assert_eq!((reply.status, reply.error().as_str()), (401, "second_factor_required"));
    let ticket = reply.json()["ticket"].as_str().unwrap().to_owned();
    assert_eq!(reply.json()["expires_in"], 600);
    for (ticket, code, error) in [
        (ticket.as_str(), "000000", "invalid_code"),
        ("dwt_x", "000000", "invalid_code"),
        ("", "000000", "invalid_code"),
        (&ticket, "", "invalid_request"),
    ] {
        let reply =
            house.post("/login/second-factor", json!({ "ticket": ticket, "code": code })).await;
        assert_eq!(reply.error(), error);
    }
    let code = shown(&owner.app, &house);
    let redeem = json!({ "ticket": ticket, "code": code });
    let reply = house.post("/login/second-factor", redeem.clone()).await;
    assert_eq!(reply.status, 200);
    assert!(house.is_good(reply.json()["access_token"].as_str().unwrap()).await);
    assert_eq!(house.post("/login/second-factor", redeem).await.error(), "invalid_code");
}

#[tokio::test]
async fn r20_a_recovery_code_opens_once_and_the_one_in_its_place_is_shown() {
    let house = house_with_pages().with_account("alice").await;
    let owner = enrolled(&house).await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/login/second-factor").await;
    let page = browser.submit("/login/second-factor", &[("code", &owner.codes[0])]).await;
    assert_eq!((page.status, page.page().as_str()), (200, "recovery codes"));
    assert!(browser.is_signed_in().await);
    let replacement = member(page.text(), "codes=").to_owned();
    // A program is told in its answer.
    let ticket = house.login("alice", PASSWORD).await.json()["ticket"].clone();
    let with = |code: &str| json!({ "ticket": ticket, "code": code });
    assert_eq!(house.post("/login/second-factor", with(&owner.codes[0])).await.status, 401);
    let reply = house.post("/login/second-factor", with(&replacement)).await;
    assert!(reply.json()["recovery_code"].is_string(), "{}", reply.text());
}

#[tokio::test]
async fn r20_only_who_was_authenticated_with_it_removes_it() {
    let house = house_with_pages().with_account("alice").await;
    // Signed in before there was one.
    let mut before = Browser::of(&house);
    before.sign_in("alice").await;
    let owner = enrolled(&house).await;
    before.visit("/second-factor").await;
    for path in ["/second-factor/remove", "/second-factor/recovery-codes", "/second-factor/enrol"] {
        let reply = before.submit(path, &[]).await;
        assert_eq!(reply.status, 303, "{path}");
        assert!(reply.header("location").starts_with("/login?next=/second-factor"));
    }
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/login/second-factor").await;
    let code = shown(&owner.app, &house);
    browser.submit("/login/second-factor", &[("code", &code)]).await;
    browser.visit("/second-factor").await;
    let page = browser.submit("/second-factor/recovery-codes", &[]).await;
    assert_eq!(page.page(), "recovery codes");
    assert_ne!(member(page.text(), "codes="), owner.codes.join(","));
    let reply = browser.submit("/second-factor/remove", &[]).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/second-factor?removed"));
    let page = browser.visit("/second-factor?removed").await;
    assert_eq!(page.note(), "SecondFactorRemoved");
    assert!(page.text().contains("enrolled=false"));
    assert_eq!(house.login("alice", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_script_enrols_with_its_cookie_and_reads_json() {
    let house = house_with_pages().with_account("alice").await;
    let login = json!({ "username": "alice", "password": PASSWORD, "cookie": true });
    let reply = house.post("/login", login).await;
    let csrf_token = reply.json()["csrf_token"].as_str().unwrap().to_owned();
    let cookies = reply.set_cookies();
    let (_, session) = cookies.iter().find(|(name, _)| name.ends_with("session")).unwrap();
    let send = async |path: &str, body: Value| {
        let mut request = support::json(path, &body);
        let cookie = format!("__Host-doorward-session={session}");
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        request.headers_mut().insert("x-csrf-token", csrf_token.parse().unwrap());
        house.send(request).await
    };
    let begun = send("/second-factor/enrol", json!({})).await.json();
    assert!(begun["svg"].as_str().unwrap().contains("<svg"));
    let app = Totp::from_url(begun["uri"].as_str().unwrap()).unwrap();
    let code = shown(&app, &house);
    let confirm = json!({ "token": begun["token"], "code": code });
    let reply = send("/second-factor/confirm", confirm).await;
    assert!(!reply.json()["recovery_codes"].as_array().unwrap().is_empty());
    let shown = send("/second-factor/recovery-codes", json!({})).await;
    // The session is from before: it was without the second factor.
    assert_eq!(shown.error(), "insufficient_user_authentication");
    assert!(shown.header("www-authenticate").contains("acr_values"));
}

#[tokio::test]
async fn r20_guessed_codes_are_made_to_wait_like_passwords() {
    let house = house_with_pages().with_account("alice").await;
    enrolled(&house).await;
    let mut refused = 0;
    for guess in 0..40 {
        let reply = house.login("alice", PASSWORD).await;
        let Some(ticket) = reply.json().get("ticket").cloned() else {
            refused += 1;
            continue;
        };
        let code = format!("{guess:06}");
        let reply =
            house.post("/login/second-factor", json!({ "ticket": ticket, "code": code })).await;
        if reply.status == 429 {
            assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
            refused += 1;
        }
    }
    assert!(refused > 20, "{refused} of 40");
}
