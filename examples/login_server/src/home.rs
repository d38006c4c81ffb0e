//! The service itself: a home page, and what a program may read of its owner.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use doorward::{AccountId, Owned, Principal};
use doorward_http::{Identity, Problem, SignedIn};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use maud::{DOCTYPE, html};
use serde_json::{Value, json};

use crate::server::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .route("/users/{id}", get(user))
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
}

async fn me(
    State(shared): State<Shared>,
    SignedIn(principal): SignedIn,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&shared, &principal).await?))
}

/// Of its owner alone: somebody else's is as one that is not there.
async fn user(
    State(shared): State<Shared>,
    SignedIn(principal): SignedIn,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Problem> {
    let Path(id) = id.map_err(|_| Problem::not_found())?;
    let account: AccountId = id.parse().map_err(|_| Problem::not_found())?;
    Owned::stored(account, ()).open(&principal).map_err(|_| Problem::not_found())?;
    Ok(Json(shown(&shared, &principal).await?))
}

async fn shown(shared: &Shared, principal: &Principal) -> Result<Value, Problem> {
    let username = shared.auth.identifier(principal).await.map_err(|e| Problem::unavailable(&e))?;
    let username = username.ok_or_else(Problem::unauthenticated)?;
    let left = principal.expires_at().duration_since(shared.auth.now()).unwrap_or_default();
    let mut shown = json!({
        "id": principal.account().to_string(),
        "username": username.as_str(),
        "second_factor": principal.has_second_factor(),
        "expires_in": left.as_secs(),
    });
    if let Some(scopes) = principal.scopes() {
        shown["scope"] = scopes.to_string().into();
    }
    Ok(shown)
}

async fn home(
    State(shared): State<Shared>,
    identity: Identity,
    person: Option<SignedIn>,
) -> Result<Response, Problem> {
    let username = match &person {
        Some(SignedIn(principal)) => {
            shared.auth.identifier(principal).await.map_err(|e| Problem::unavailable(&e))?
        }
        None => None,
    };
    let paths = shared.door.paths();
    let csrf_token = identity.csrf_token()?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Home · doorward" }
                link rel="stylesheet" href={ (paths.assets()) "/doorward.css" };
            }
            body {
                main {
                    @match (username, csrf_token) {
                        (Some(username), Some(token)) => {
                            h1 { "Welcome" }
                            p { "You are signed in as " strong { (username.as_str()) } "." }
                            nav aria-label="Your account" {
                                ul {
                                    li { a href=(paths.sessions()) { "Your sessions" } }
                                    li { a href=(paths.second_factor()) { "Second factor" } }
                                }
                            }
                            form method="post" action=(paths.logout()) {
                                input type="hidden" name="csrf_token" value=(token.as_str());
                                button type="submit" { "Sign out" }
                            }
                        }
                        _ => {
                            h1 { "Welcome" }
                            p { "You are not signed in." }
                            nav aria-label="Account" {
                                ul {
                                    li { a href=(paths.login()) { "Sign in" } }
                                    li { a href=(paths.register()) { "Register" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
    ];
    Ok((headers, page.into_string()).into_response())
}

const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
