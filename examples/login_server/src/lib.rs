//! What the login server is made of; its `main` is `login_server.rs`.

#![forbid(unsafe_code)]

pub mod arguments;
pub mod logging;
pub mod server;
pub mod signals;

mod chart;
mod connections;
mod events;
mod history;
mod home;
mod metrics;
mod operator;
mod operators;
mod outbox;
