//! What measures over HTTP: servers that run beside, and connections to them from addresses of one's own.

mod child;
mod connection;

pub use child::Child;
pub use connection::{Connection, Reply, post};
