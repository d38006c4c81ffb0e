//! Another password, for whoever is signed in and knows the current one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::{Duration, UNIX_EPOCH};

use doorward::{Clock as _, Fresh};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use support::{Browser, House, OTHER_PASSWORD, PASSWORD, house_with_pages, peer};
use totp_rs::Totp;

const BOTH: [(&str, &str); 2] = [("current_password", PASSWORD), ("password", OTHER_PASSWORD)];

#[tokio::test]
async fn asvs_6_2_2_an_owner_changes_the_password_and_stays_signed_in_here_alone() {
    let house = house_with_pages().with_account("alice").await;
    let (mut one, mut other) = (Browser::of(&house), Browser::of(&house));
    one.sign_in("alice").await;
    other.sign_in("alice").await;
    let access = house.tokens("alice").await["access_token"].as_str().unwrap().to_owned();
    let page = one.visit("/password").await;
    assert_eq!(
        (page.page().as_str(), page.member_of_page("needs_code").unwrap()),
        ("password", "false".to_owned())
    );
    let (session, device) =
        (one.cookie("session").unwrap().to_owned(), one.cookie("device").unwrap().to_owned());
    let reply = one.submit("/password", &BOTH).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/sessions?changed"));
    assert_ne!(one.cookie("session").unwrap(), session);
    assert_ne!(one.cookie("device").unwrap(), device);
    assert!(
        one.is_signed_in().await && !other.is_signed_in().await && !house.is_good(&access).await
    );
    assert!(house.auth.sessions().check(&session).await.unwrap().is_none());
    let page = one.visit("/sessions?changed").await;
    assert_eq!((page.page().as_str(), page.note().as_str()), ("sessions", "PasswordChanged"));
    assert_eq!(house.login("alice", OTHER_PASSWORD).await.status, 200);
    assert_eq!(house.login("alice", PASSWORD).await.status, 401);
}

/// A script in a browser, with the token in the header.
#[tokio::test]
async fn a_script_gets_the_token_of_its_new_session() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/sessions").await;
    let body = json!({ "current_password": PASSWORD, "password": OTHER_PASSWORD });
    let ask = |token: Option<&str>| {
        let mut request =
            Request::post("/password").header(CONTENT_TYPE, "application/json").extension(peer(7));
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        request.body(body.to_string().into()).unwrap()
    };
    let forged = browser.go(ask(None)).await;
    assert_eq!((forged.status, forged.page().as_str()), (403, "password"));
    assert_eq!(house.login("alice", PASSWORD).await.status, 200, "nothing was changed");
    let token = browser.csrf_token.clone();
    let reply = browser.go(ask(Some(&token))).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let token = reply.json()["csrf_token"].as_str().unwrap().to_owned();
    assert!(browser.is_signed_in().await);
    let body = json!({}).to_string();
    let logout = Request::post("/logout")
        .header(CONTENT_TYPE, "application/json")
        .header("x-csrf-token", token);
    assert_eq!(browser.go(logout.body(body.into()).unwrap()).await.status, 204);
}

#[tokio::test]
async fn asvs_6_2_3_who_does_not_know_the_current_password_changes_nothing_and_is_made_to_wait() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/password").await;
    let mut statuses = Vec::new();
    for turn in 0..12 {
        let guess = format!("guess {turn}");
        let fields = [("current_password", guess.as_str()), ("password", OTHER_PASSWORD)];
        let reply = browser.submit("/password", &fields).await;
        assert_eq!(reply.page(), "password");
        let expected = if reply.status == 403 {
            "refused wrong_password"
        } else {
            "refused too_many_attempts"
        };
        assert_eq!(reply.note(), expected);
        statuses.push(reply.status);
    }
    // Of a known device, which this browser is, eight are free.
    assert_eq!(statuses, [[403; 8].as_slice(), &[429; 4]].concat());
    assert!(browser.is_signed_in().await);
    let mut elsewhere = Browser::of(&house);
    elsewhere.sign_in("alice").await;
    assert!(elsewhere.is_signed_in().await, "the password is what it was");
}

#[tokio::test]
async fn what_will_not_do_is_said_before_the_current_password_is_looked_at() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/password").await;
    for (current, new, status, error) in [
        (PASSWORD, "short", 422, "invalid_password"),
        ("wrong", "short", 422, "invalid_password"),
        ("", OTHER_PASSWORD, 400, "invalid_request"),
        (PASSWORD, "", 400, "invalid_request"),
    ] {
        let reply =
            browser.submit("/password", &[("current_password", current), ("password", new)]).await;
        assert_eq!((reply.status, reply.note()), (status, format!("refused {error}")));
        assert_eq!(reply.page(), "password");
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_or_of_another_site_changes_nothing() {
    let house = house_with_pages().with_account("alice").await;
    let mut nobody = Browser::of(&house);
    let reply = nobody.visit("/password").await;
    assert_eq!((reply.status, reply.header("location")), (303, "/login?next=/password"));
    let reply = nobody.submit("/password", &BOTH).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/login?next=/password"));
    let access = house.tokens("alice").await["access_token"].as_str().unwrap().to_owned();
    let body = json!({ "current_password": PASSWORD, "password": OTHER_PASSWORD }).to_string();
    let program = Request::post("/password").header(CONTENT_TYPE, "application/json");
    let program = program.header("authorization", format!("Bearer {access}"));
    let reply = house.send(program.body(body.into()).unwrap()).await;
    assert_eq!((reply.status, reply.error().as_str()), (401, "insufficient_user_authentication"));
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/password").await;
    browser.csrf_token.clear();
    assert_eq!(browser.submit("/password", &BOTH).await.status, 403);
    browser.visit("/password").await;
    browser.site = "cross-site";
    assert_eq!(browser.submit("/password", &BOTH).await.status, 403);
    assert_eq!(house.login("alice", PASSWORD).await.status, 200);
}

/// Who has enrolled an app, and a recovery code.
async fn enrolled(house: &House, username: &str) -> (Totp, String) {
    let opened = Browser::of(house).sign_in(username).await;
    let (_, token) =
        opened.set_cookies().into_iter().find(|(name, _)| name.ends_with("session")).unwrap();
    let person = house.auth.sessions().check(&token).await.unwrap().unwrap();
    let fresh: Fresh<'_> = person.fresh().unwrap();
    let factors = house.auth.second_factors();
    let enrolment = factors.enrol(fresh, "Example").await.unwrap().unwrap();
    let app = Totp::from_url(enrolment.expose_uri()).unwrap();
    let code = shown(&app, house);
    let done = factors.confirm(fresh, enrolment.expose_token(), &code).await.unwrap().unwrap();
    let recovery = done.recovery_codes()[0].expose_secret().to_owned();
    house.clock.advance(Duration::from_secs(30));
    (app, recovery)
}

fn shown(app: &Totp, house: &House) -> String {
    let now = house.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    app.generate(now).to_string()
}

fn with(code: &str) -> [(&str, &str); 3] {
    [BOTH[0], BOTH[1], ("code", code)]
}

/// Signed in with the second factor; the next code is another one.
async fn with_code<'a>(house: &'a House, app: &Totp) -> Browser<'a> {
    let mut browser = Browser::of(house);
    browser.sign_in("alice").await;
    browser.visit("/login/second-factor").await;
    browser.submit("/login/second-factor", &[("code", &shown(app, house))]).await;
    assert!(browser.is_signed_in().await);
    house.clock.advance(Duration::from_secs(30));
    browser.visit("/password").await;
    browser
}

#[tokio::test]
async fn r20_with_a_second_factor_the_code_is_asked_for_at_once() {
    let house = house_with_pages().with_account("alice").await;
    let (app, recovery) = enrolled(&house, "alice").await;
    let mut browser = with_code(&house, &app).await;
    assert_eq!(browser.visit("/password").await.member_of_page("needs_code").unwrap(), "true");
    let reply = browser.submit("/password", &with("000000")).await;
    assert_eq!((reply.status, reply.note().as_str()), (401, "refused invalid_code"));
    assert_eq!(reply.member_of_page("needs_code").unwrap(), "true");
    // With a recovery code, the one in its place is shown.
    let reply = browser.submit("/password", &with(&recovery)).await;
    assert_eq!((reply.status, reply.page().as_str()), (200, "recovery codes"), "{}", reply.text());
    assert!(browser.is_signed_in().await);
    let person = house.auth.sessions().check(browser.cookie("session").unwrap()).await.unwrap();
    assert!(person.unwrap().has_second_factor());
    assert_eq!(house.login("alice", OTHER_PASSWORD).await.error(), "second_factor_required");
    assert_eq!(house.login("alice", PASSWORD).await.error(), "invalid_credentials");
}

#[tokio::test]
async fn r20_without_the_code_there_is_a_ticket_to_go_on_with_for_its_owner_alone() {
    let house = house_with_pages().with_account("alice").await.with_account("mallory").await;
    let (app, _) = enrolled(&house, "alice").await;
    let mut browser = with_code(&house, &app).await;
    let reply = browser.submit("/password", &BOTH).await;
    assert_eq!((reply.status, reply.note().as_str()), (401, "refused second_factor_required"));
    let ticket = reply.member_of_page("ticket").unwrap();
    assert!(!ticket.is_empty());
    let mut sent = Vec::new();
    for code in ["000000", &shown(&app, &house)] {
        let fields = [("ticket", ticket.as_str()), ("code", code), ("password", OTHER_PASSWORD)];
        let reply = browser.submit("/password", &fields).await;
        sent.push((reply.status, reply.note(), reply.member_of_page("ticket").unwrap_or_default()));
    }
    assert_eq!(
        sent[0],
        (401, "refused invalid_code".to_owned(), ticket.clone()),
        "it may be tried again"
    );
    assert_eq!((sent[1].0, sent[1].2.as_str()), (303, ""));
    // A ticket of another account, whose password somebody knows, is worth nothing in this one's session.
    house.clock.advance(Duration::from_secs(60));
    let theirs: Value = house.login("alice", OTHER_PASSWORD).await.json();
    let mut mallory = Browser::of(&house);
    mallory.sign_in("mallory").await;
    mallory.visit("/password").await;
    let code = shown(&app, &house);
    let fields = [
        ("ticket", theirs["ticket"].as_str().unwrap()),
        ("code", &code),
        ("password", "nine other herons"),
    ];
    let reply = mallory.submit("/password", &fields).await;
    assert_eq!((reply.status, reply.note().as_str()), (401, "refused invalid_code"));
    assert_eq!(house.login("alice", OTHER_PASSWORD).await.error(), "second_factor_required");
}

#[tokio::test]
async fn r08_when_the_store_is_down_the_password_stays_what_it_is() {
    use doorward::store::{Fault, Operation};
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    browser.visit("/password").await;
    for operation in [Operation::Find, Operation::Replace] {
        let _ = house.store.fail_every(operation, Fault::Unavailable);
        let reply = browser.submit("/password", &BOTH).await;
        assert_eq!(
            (reply.status, reply.note().as_str()),
            (503, "refused unavailable"),
            "{operation:?}"
        );
        house.store.heal();
    }
    assert_eq!(house.login("alice", PASSWORD).await.status, 200);
}
