//! R22: forgotten passwords over HTTP.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use serde_json::json;
use support::{Browser, House, OTHER_PASSWORD, PASSWORD, house_with_pages, peer};

async fn letter(house: &House) -> String {
    let reply = house.post("/recover", json!({ "username": "alice" })).await;
    assert_eq!(reply.status, 202);
    house.mailbox.token().await
}

#[tokio::test]
async fn r22_everybody_is_told_the_same() {
    let house = house_with_pages().with_account("alice").await;
    let reply = house.post("/recover", json!({ "username": "alice" })).await;
    assert_eq!((reply.status, reply.text()), (202, r#"{"accepted":true}"#));
    for other in ["nobody", "not an\u{0}identifier"] {
        assert_eq!(house.post("/recover", json!({ "username": other })).await, reply);
    }
    let mut browser = Browser::of(&house);
    assert_eq!(browser.visit("/recover").await.page(), "recover");
    for username in ["alice", "nobody"] {
        let page = browser.submit("/recover", &[("username", username)]).await;
        assert_eq!(
            (page.status, page.page().as_str(), page.note().as_str()),
            (202, "note", "LetterSent")
        );
    }
}

#[tokio::test]
async fn r22_who_has_the_letter_sets_a_new_password_once() {
    let house = house_with_pages().with_account("alice").await;
    let mut signed_in = Browser::of(&house);
    signed_in.sign_in("alice").await;
    let token = letter(&house).await;
    let mut browser = Browser::of(&house);
    let page = browser.visit(&format!("/recover/confirm?token={token}")).await;
    assert_eq!(
        (page.page().as_str(), page.header("referrer-policy")),
        ("new password", "same-origin")
    );
    assert_eq!(page.member_of_page("token").unwrap(), token);
    let short = [("token", token.as_str()), ("password", "short")];
    let page = browser.submit("/recover/confirm", &short).await;
    assert_eq!((page.status, page.note().as_str()), (422, "refused invalid_password"));
    assert_eq!(page.member_of_page("token").unwrap(), token);
    let new = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    let reply = browser.submit("/recover/confirm", &new).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/login?reset"));
    assert_eq!(browser.visit("/login?reset").await.note(), "PasswordSet");
    assert!(!signed_in.is_signed_in().await);
    browser.visit("/recover").await;
    let page = browser.submit("/recover/confirm", &new).await;
    assert_eq!((page.status, page.page().as_str()), (400, "recover"));
    assert_eq!(house.login("alice", PASSWORD).await.status, 401);
    assert_eq!(house.login("alice", OTHER_PASSWORD).await.status, 200);
}

#[tokio::test]
async fn r22_a_program_resets_too_and_a_token_that_is_none_is_told() {
    let house = house_with_pages().with_account("alice").await;
    let token = letter(&house).await;
    let with = |token: &str| json!({ "token": token, "password": OTHER_PASSWORD });
    for none in ["dwo_x", "x", &token[..token.len() - 1]] {
        let reply = house.post("/recover/confirm", with(none)).await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_token"));
    }
    let reply = house.post("/recover/confirm", with(&token)).await;
    assert_eq!((reply.status, reply.text()), (200, r#"{"reset":true}"#));
}

#[tokio::test]
async fn r22_the_second_factor_is_asked_for_all_the_same() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/second-factor").await;
    let page = browser.submit("/second-factor/enrol", &[]).await;
    let uri = page.text().lines().find_map(|line| line.strip_prefix("uri=")).unwrap();
    let app = totp_rs::Totp::from_url(uri).unwrap();
    let at = |house: &House| {
        let now = doorward::Clock::now(&house.clock);
        let seconds = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        app.generate(seconds).to_string()
    };
    let enrolment = page.member_of_page("token").unwrap();
    let confirm = [("token", enrolment.as_str()), ("code", &at(&house))];
    assert_eq!(browser.submit("/second-factor/confirm", &confirm).await.page(), "recovery codes");
    house.clock.advance(std::time::Duration::from_secs(30));

    let token = letter(&house).await;
    let mut browser = Browser::of(&house);
    browser.visit(&format!("/recover/confirm?token={token}")).await;
    let new = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    let page = browser.submit("/recover/confirm", &new).await;
    assert_eq!((page.status, page.note().as_str()), (401, "refused code_required"));
    assert_eq!(page.member_of_page("needs_code").unwrap(), "true");
    let with = |code: &str| json!({ "token": token, "password": OTHER_PASSWORD, "code": code });
    let reply = house.post("/recover/confirm", with("000000")).await;
    assert_eq!((reply.status, reply.error().as_str()), (401, "invalid_code"));
    let reply = house.post("/recover/confirm", with(&at(&house))).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn r22_who_asks_for_letters_without_end_is_made_to_wait() {
    let house = house_with_pages();
    let mut waited = false;
    for n in 0..20_000 {
        let mut request = support::json("/recover", &json!({ "username": format!("user{n}") }));
        request.extensions_mut().insert(peer(5));
        let reply = house.send(request).await;
        if reply.status == 429 {
            assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
            waited = true;
            break;
        }
        assert_eq!(reply.status, 202);
    }
    assert!(waited);
}
