//! A login service as a careful developer writes it with axum and password-auth, without doorward: passwords are hashed with
//! Argon2id off the runtime's threads, and an unknown name costs a hash, too. Nothing is throttled.
//!
//! `password_auth_server USERS` reads `identifier,password`, and listens on a free port of loopback.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

type Users = Arc<HashMap<String, String>>;

#[derive(Deserialize)]
struct Login {
    username: String,
    password: String,
}

/// What is verified for names that nobody has.
static NOBODY: LazyLock<String> = LazyLock::new(|| password_auth::generate_hash("nobody"));

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("say which file of users")?;
    let text = std::fs::read_to_string(file)?;
    let mut hashing = tokio::task::JoinSet::new();
    let mut users = HashMap::new();
    for line in text.lines().skip(1) {
        let (name, password) = line.split_once(',').ok_or("a line is not identifier,password")?;
        let (name, password) = (name.to_owned(), password.to_owned());
        hashing.spawn_blocking(move || (name, password_auth::generate_hash(password)));
        if hashing.len() >= 4 {
            users.extend(hashing.join_next().await.transpose()?);
        }
    }
    users.extend(hashing.join_all().await);
    let _ = LazyLock::force(&NOBODY);
    let router = Router::new()
        .route("/login", post(login))
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .with_state(Arc::new(users));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn login(State(users): State<Users>, Json(login): Json<Login>) -> Response {
    let hash = users.get(&login.username).cloned().unwrap_or_else(|| NOBODY.clone());
    let is_known = users.contains_key(&login.username);
    let verified =
        tokio::task::spawn_blocking(move || password_auth::verify_password(login.password, &hash));
    match verified.await {
        Ok(Ok(())) if is_known => Json(json!({ "access_token": "made-up" })).into_response(),
        Ok(_) => (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_credentials" }))).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
