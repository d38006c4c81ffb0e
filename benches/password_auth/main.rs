//! `password_auth_server USERS`: each login is hashed in a blocking task of the runtime, as documentation of axum and tokio
//! shows it. How many are hashed at once is left to the runtime.

mod service;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What tokio allows itself, unless told.
    service::serve(512).await
}
