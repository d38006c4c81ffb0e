//! A login service as a careful developer writes it with axum and password-auth, without doorward: passwords are hashed with
//! Argon2id off the runtime's threads, and an unknown name costs a hash, too. Nothing is throttled.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;

#[derive(Clone)]
struct Service {
    users: Arc<HashMap<String, String>>,
    /// How many are hashed at once.
    room: Arc<Semaphore>,
}

#[derive(Deserialize)]
struct Login {
    username: String,
    password: String,
}

/// What is verified for names that nobody has.
static NOBODY: LazyLock<String> = LazyLock::new(|| password_auth::generate_hash("nobody"));

/// Reads `identifier,password` from the file that the first argument names, and listens on a free port of loopback.
pub async fn serve(at_once: usize) -> Result<(), Box<dyn std::error::Error>> {
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
    let service = Service { users: Arc::new(users), room: Arc::new(Semaphore::new(at_once)) };
    let router = Router::new()
        .route("/login", post(login))
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .with_state(service);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn login(State(service): State<Service>, Json(login): Json<Login>) -> Response {
    let found = service.users.get(&login.username);
    let (is_known, hash) = (found.is_some(), found.unwrap_or(&NOBODY).clone());
    let Ok(permit) = service.room.acquire_owned().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let verified = tokio::task::spawn_blocking(move || {
        // Until the hash is done, also where the client has gone away meanwhile.
        let _permit = permit;
        password_auth::verify_password(login.password, &hash)
    });
    match verified.await {
        Ok(Ok(())) if is_known => Json(json!({ "access_token": "made-up" })).into_response(),
        Ok(_) => (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_credentials" })))
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
