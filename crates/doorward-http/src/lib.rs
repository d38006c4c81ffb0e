//! doorward over HTTP.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod answer;
mod body;
mod challenge;
mod client;
mod client_address;
mod cookie;
mod csrf;
mod door;
mod door_builder;
mod endpoints;
#[cfg(feature = "axum")]
mod extract;
mod fields;
mod forwarded;
mod identity;
mod layer;
mod local_path;
mod openapi;
mod page;
#[cfg(feature = "pages")]
mod pages;
mod paths;
mod problem;
mod proxies;
mod received;
mod require;
mod user_agent;

// The endpoints
pub use door::Door;
pub use door_builder::{DoorBuilder, DoorError};

// Whom a request is from
#[cfg(feature = "axum")]
pub use extract::{FreshlySignedIn, PrincipalForm, Scope, SignedIn, WithScope, WithSecondFactor};
pub use identity::Identity;
pub use layer::{AuthLayer, AuthService};
pub use require::{RequireBody, RequireLayer, RequireService};

// Where it comes from
pub use client_address::{ClientAddress, PeerAddr};
pub use proxies::{Proxies, ProxyHeader};

// What is answered
pub use body::Body;
pub use cookie::SetCookie;
pub use problem::Problem;

// What people see
pub use page::{Note, Page, Pages, View};
#[cfg(feature = "pages")]
pub use pages::DefaultPages;
pub use paths::Paths;
