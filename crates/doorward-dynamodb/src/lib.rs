#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod api;
mod batch;
mod builder;
mod cause;
mod clock;
mod counters;
mod credentials;
mod expression;
mod iam;
mod item;
mod metrics;
mod requests;
mod schema;
mod sessions;
mod store;
mod table;
mod tickets;
mod time;
mod transaction;

#[cfg(feature = "testing")]
mod faulty_connector;

// The store
pub use builder::{ConnectError, DynamoStoreBuilder};
pub use store::DynamoStore;

// Its table
pub use table::{Encryption, TableCreated, TableOptions, TableProblem, TableReport, UnusableTable};

// Who may do what to it
pub use iam::Role;

// What it did
pub use api::Api;
pub use cause::Cause;
pub use metrics::{ApiMetrics, Metrics};

// For tests: a connector that fails on demand
#[cfg(feature = "testing")]
pub use faulty_connector::{FaultyConnector, RequestFault};
