//! The examples on DynamoDB, run as functions against an embedded one.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod emulator;
#[path = "../examples/folder.rs"]
#[allow(dead_code, reason = "the other tests use more of it")]
mod folder;
mod import;
mod quickstart;
mod replay;
mod shared_cap;
