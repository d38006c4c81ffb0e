//! [doorward] over HTTP: whom a request is from and where it comes from, and ready endpoints for everything that
//! people and programs do at the door.
//!
//! ```
//! # #[cfg(all(feature = "axum", feature = "pages"))]
//! # mod example {
//! use axum::{Router, routing::get};
//! use doorward::Authenticator;
//! use doorward_http::{DefaultPages, Door, DoorError, SignedIn};
//!
//! async fn me(SignedIn(principal): SignedIn) -> String {
//!     format!("hello, {}", principal.account())
//! }
//!
//! fn service(auth: Authenticator) -> Result<Router, DoorError> {
//!     let door = Door::builder(auth).service_name("Example").pages(DefaultPages::default()).build()?;
//!     Ok(Router::new().route("/me", get(me)).layer(door.layer()).merge(door.router()))
//! }
//! # }
//! ```
//!
//! - [`Door`] serves the endpoints, as a service of tower or, under the feature `axum`, as a router. `GET /openapi.json` describes them.
//! - [`AuthLayer`] finds out whom the requests of a service are from; `SignedIn` and its like, or [`Identity`], say whom a
//!   handler is for.
//! - [`Proxies`] say who may say where a request comes from: everything that is throttled by source depends on it.
//! - [`Problem`] is a refusal (RFC 9457), [`SetCookie`] a cookie, [`Pages`] what people see.
//!
//! Nothing is decided here that the facade decides: a session opens with the proof of a login, and with nothing else.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod answer;
mod body;
mod challenge;
mod client;
mod client_address;
#[cfg(feature = "axum")]
mod connect_info;
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

/// The pages of documentation, compiled.
#[cfg(all(doctest, feature = "axum", feature = "pages"))]
mod documentation {
    #[doc = include_str!("../../../README.md")]
    struct Repository;
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/axum.md")]
    struct Axum;
    #[doc = include_str!("../docs/moving.md")]
    struct Moving;
    #[doc = include_str!("../docs/tonic.md")]
    struct Tonic;
    #[doc = include_str!("../docs/tower.md")]
    struct Tower;
}
