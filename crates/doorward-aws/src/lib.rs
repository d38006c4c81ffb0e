#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod cause;
mod connection;
mod guarded;
mod transport;

// How to connect
pub use connection::Connection;
pub use transport::{PlainHttp, Transport};

// Why it failed
pub use cause::{is_plain_http, is_unconfigured};
