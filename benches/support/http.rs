//! What measures over HTTP: servers that run beside, and connections to them from addresses of one's own.

mod child;
mod connection;
mod ending;

pub use child::Child;
pub use connection::{Connection, Reply, post};
pub use ending::unless_told_to_end;
