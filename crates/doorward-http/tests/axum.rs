//! R16: handlers of axum that say whom they are for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use doorward::{AccountId, NewGrant, Outcome, Owned, Scopes};
use doorward_http::{
    AuthLayer, Body, ClientAddress, FreshlySignedIn, Identity, PrincipalForm, Problem, Scope,
    SetCookie, SignedIn, WithScope, WithSecondFactor,
};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::json;
use support::{BEARER, Browser, House, PASSWORD, form, house_with_pages, peer};
use tower::ServiceExt;

struct ReadInvoices;

impl Scope for ReadInvoices {
    const NAME: &str = "invoices:read";
}

#[derive(serde::Deserialize)]
struct Payment {
    amount: u32,
}

fn service(house: &House) -> Router {
    Router::new()
        .route("/me", get(async |SignedIn(person): SignedIn| person.account().to_string()))
        .route("/me", post(async |SignedIn(person): SignedIn| person.account().to_string()))
        .route("/home", get(home))
        .route("/invoices", get(async |_: WithScope<ReadInvoices>| "invoices"))
        .route(
            "/delete",
            post(async |person: FreshlySignedIn| person.fresh().principal().account().to_string()),
        )
        .route("/vault", get(async |WithSecondFactor(_): WithSecondFactor| "vault"))
        .route("/pay", post(pay))
        .route("/address", get(async |address: ClientAddress| format!("{:?}", address.ip())))
        .route("/token", get(token))
        .route("/records/{id}", get(record))
        .route("/out", get(async || (SetCookie::end_session(), "out")))
        .layer(house.door.layer())
        .merge(house.door.router())
}

async fn home(person: Option<SignedIn>) -> &'static str {
    if person.is_some() { "welcome back" } else { "welcome" }
}

async fn pay(PrincipalForm(_, payment): PrincipalForm<Payment>) -> String {
    format!("paid {}", payment.amount)
}

async fn token(identity: Identity) -> Result<String, Problem> {
    Ok(identity.csrf_token()?.map(|token| token.to_string()).unwrap_or_default())
}

/// A record of the account of this id: whoever owns another gets the same as for one that is not there.
async fn record(
    SignedIn(person): SignedIn,
    Path(id): Path<String>,
) -> Result<&'static str, Problem> {
    let id: AccountId = id.parse().map_err(|_| Problem::not_found())?;
    Owned::stored(id, "secret").open(&person).map_err(|_| Problem::not_found())
}

struct Answered {
    status: u16,
    headers: http::HeaderMap,
    text: String,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn answered(answer: Response<axum::body::Body>) -> Answered {
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Answered { status: parts.status.as_u16(), headers: parts.headers, text }
}

async fn send(house: &House, request: Request<Body>) -> Answered {
    let request = request.map(axum::body::Body::new);
    answered(service(house).oneshot(request).await.unwrap()).await
}

async fn with(house: &House, path: &str, name: &'static str, value: &str) -> Answered {
    send(house, Request::get(path).header(name, value).body(Body::default()).unwrap()).await
}

async fn bearer(house: &House, path: &str, token: &str) -> Answered {
    with(house, path, "authorization", &format!("Bearer {token}")).await
}

/// A token of this scope.
async fn token_for(house: &House, scope: &str) -> String {
    let login = doorward::Login::new("alice", PASSWORD).from([192, 0, 2, 1]);
    let Outcome::Verified(proof) = house.auth.authenticate(login).await.unwrap() else { panic!() };
    let scopes: Scopes = scope.parse().unwrap();
    let pair = house.auth.tokens().grant(NewGrant::new(proof, scopes)).await.unwrap().unwrap();
    pair.access().to_owned()
}

#[tokio::test]
async fn a_handler_is_called_for_whom_it_says_and_for_nobody_else() {
    let house = house_with_pages().with_account("alice").await;
    let access = token_for(&house, "invoices:read").await;
    let none = with(&house, "/me", "accept", "*/*").await;
    assert_eq!((none.status, none.header("www-authenticate")), (401, BEARER));
    assert!(none.text.starts_with(r#"{"error":"unauthenticated""#));
    let wrong = bearer(&house, "/me", "dwa_x").await;
    assert_eq!(
        wrong.headers["www-authenticate"],
        r#"Bearer realm="doorward", error="invalid_token""#
    );
    let right = bearer(&house, "/me", &access).await;
    assert_eq!((right.status, right.header("cache-control")), (200, "no-store"));
    assert_eq!(bearer(&house, "/invoices", &access).await.text, "invoices");
    let other = token_for(&house, "profile").await;
    let refused = bearer(&house, "/invoices", &other).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.headers["www-authenticate"],
        r#"Bearer realm="doorward", error="insufficient_scope", scope="invoices:read""#
    );
    assert_eq!(bearer(&house, "/vault", &access).await.status, 401);
}

#[tokio::test]
async fn a_page_for_everybody_knows_who_is_signed_in() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
    assert_eq!(with(&house, "/home", "cookie", &session).await.text, "welcome back");
    let nobody = with(&house, "/home", "cookie", "__Host-doorward-session=dws_x").await;
    assert_eq!(nobody.text, "welcome", "a session that is over is nobody's");
    let nobody = with(&house, "/home", "accept", "*/*").await;
    assert!(nobody.text == "welcome" && !nobody.headers.contains_key("cache-control"));
    let wrong = with(&house, "/home", "authorization", "Bearer dwa_x").await;
    assert_eq!(wrong.status, 401, "a program would not learn that its token is over");
    for odd in ["Bearer", "bearer ", "Bearer a b", "Negotiate x", ""] {
        let answer = with(&house, "/me", "authorization", odd).await;
        assert_eq!(answer.status, 401, "{odd:?}");
    }
    let twice = Request::get("/home")
        .header("authorization", "Bearer a")
        .header("authorization", "Bearer b");
    assert_eq!(send(&house, twice.body(Body::default()).unwrap()).await.status, 401);
}

#[tokio::test]
async fn r08_where_it_cannot_be_decided_nobody_is_let_in_or_taken_for_a_stranger() {
    use doorward::store::{Fault, Operation};
    let house = house_with_pages().with_account("alice").await;
    let access = token_for(&house, "invoices:read").await;
    let _ = house.store.fail_every(Operation::Session, Fault::Unavailable);
    for path in ["/me", "/home", "/invoices"] {
        let answer = bearer(&house, path, &access).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{path}");
        assert!(answer.text.starts_with(r#"{"error":"unavailable""#));
    }
    // A route that was left outside of the layer is shut, not open.
    let bare: Router = Router::new().route("/me", get(async |_: SignedIn| "me"));
    let request = Request::get("/me").body(axum::body::Body::empty()).unwrap();
    assert_eq!(bare.oneshot(request).await.unwrap().status(), 503);
}

#[tokio::test]
async fn r15_a_form_of_another_site_is_not_heard() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
    let token = with(&house, "/token", "cookie", &session).await.text;
    let pay = async |fields: &[(&str, &str)], headers: &[(&'static str, &str)]| {
        let mut request = form("/pay", fields);
        request.headers_mut().insert("cookie", session.parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        send(&house, request).await
    };
    let paid = pay(&[("amount", "5"), ("csrf_token", &token)], &[]).await;
    assert_eq!((paid.status, paid.text.as_str()), (200, "paid 5"));
    assert_eq!(pay(&[("amount", "5")], &[("x-csrf-token", &token)]).await.text, "paid 5");
    for (fields, headers, error) in [
        (vec![("amount", "5")], vec![], "csrf_token"),
        (vec![("amount", "5"), ("csrf_token", "x")], vec![], "csrf_token"),
        (
            vec![("amount", "5"), ("csrf_token", &token)],
            vec![("sec-fetch-site", "cross-site")],
            "cross_site",
        ),
        (
            vec![("amount", "5"), ("csrf_token", &token)],
            vec![("origin", "https://evil.example")],
            "cross_site",
        ),
        (vec![("amount", "five"), ("csrf_token", &token)], vec![], "invalid_request"),
    ] {
        let refused = pay(&fields, &headers).await;
        assert!(refused.text.starts_with(&format!(r#"{{"error":"{error}""#)), "{}", refused.text);
    }
    // Handlers that read no form want the header.
    let me = |token: Option<&str>| {
        let mut request = Request::post("/me").header("cookie", &session);
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        request.body(Body::default()).unwrap()
    };
    assert_eq!(send(&house, me(None)).await.status, 403);
    assert_eq!(send(&house, me(Some("x"))).await.status, 403);
    assert_eq!(send(&house, me(Some(&token))).await.status, 200);
    // Nobody's form is read at all.
    assert_eq!(send(&house, form("/pay", &[("amount", "5")])).await.status, 401);
}

#[tokio::test]
async fn a_handler_for_fresh_logins_sends_others_back_to_the_login() {
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
    let token = with(&house, "/token", "cookie", &session).await.text;
    let delete = || {
        let request = Request::post("/delete").header("cookie", &session);
        request.header("x-csrf-token", &token).body(Body::default()).unwrap()
    };
    assert_eq!(send(&house, delete()).await.status, 200);
    house.clock.advance(house.auth.sessions().policy().freshness() * 2);
    let answer = send(&house, delete()).await;
    assert_eq!(answer.status, 401);
    assert!(answer.text.starts_with(r#"{"error":"insufficient_user_authentication""#));
}

#[tokio::test]
async fn r16_a_record_of_somebody_else_is_as_one_that_is_not_there() {
    let house = house_with_pages().with_account("alice").await.with_account("mallory").await;
    let alice = token_for(&house, "").await;
    let id = bearer(&house, "/me", &alice).await.text;
    let path = format!("/records/{id}");
    assert_eq!(bearer(&house, &path, &alice).await.text, "secret");
    let mallory = house.tokens("mallory").await["access_token"].as_str().unwrap().to_owned();
    let foreign = bearer(&house, &path, &mallory).await;
    for path in ["/records/00000000000000000000000000000000", "/records/x"] {
        let none = bearer(&house, path, &mallory).await;
        assert_eq!((none.status, &none.text), (404, &foreign.text));
    }
    assert_eq!(with(&house, &path, "accept", "*/*").await.status, 401);
}

#[tokio::test]
async fn the_router_serves_every_endpoint_beside_the_routes_of_the_service() {
    let house = house_with_pages().with_account("alice").await;
    let login = support::json("/login", &json!({ "username": "alice", "password": PASSWORD }));
    let answer = send(&house, login).await;
    let tokens: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(bearer(&house, "/me", tokens["access_token"].as_str().unwrap()).await.status, 200);
    for path in ["/login", "/recover/confirm", "/openapi.json", "/assets/door.css"] {
        assert_eq!(with(&house, path, "accept", "*/*").await.status, 200, "{path}");
    }
    let out = with(&house, "/out", "accept", "*/*").await;
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn the_address_of_the_peer_reaches_the_handler() {
    let house = house_with_pages();
    let request = Request::get("/address").extension(peer(3)).body(Body::default()).unwrap();
    assert_eq!(send(&house, request).await.text, "Some(11.0.3.1)");
    let request = Request::get("/address")
        .extension(axum::extract::ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 9], 1))));
    assert_eq!(send(&house, request.body(Body::default()).unwrap()).await.text, "Some(192.0.2.9)");
    assert_eq!(with(&house, "/address", "accept", "*/*").await.text, "None");
}

/// A door that is called from inside of its own layer looks at the credentials once.
#[tokio::test]
async fn what_the_layer_has_found_is_not_looked_for_again() {
    use doorward::store::Operation;
    let house = house_with_pages().with_account("alice").await;
    let mut browser = Browser::of(&house);
    browser.sign_in("alice").await;
    let session = format!("__Host-doorward-session={}", browser.cookie("session").unwrap());
    let layer: AuthLayer = house.door.layer();
    let router: Router = house.door.router().layer(layer);
    house.store.reset_log();
    let request = Request::get("/second-factor").header("cookie", session);
    let answer = router.oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(house.store.count(Operation::Session), 1);
}
