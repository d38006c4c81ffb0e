//! doorward over HTTP.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod body;
mod challenge;
mod client_address;
mod cookie;
mod csrf;
mod fields;
mod identity;
mod layer;
mod page;
mod paths;
mod problem;
mod proxies;
mod received;
mod require;

// Whom a request is from
pub use identity::Identity;
pub use layer::{AuthLayer, AuthService};
pub use require::{RequireBody, RequireLayer, RequireService};

// Where it comes from
pub use client_address::{ClientAddress, PeerAddr};
pub use proxies::Proxies;

// What is answered
pub use body::Body;
pub use cookie::SetCookie;
pub use problem::Problem;

// What people see
pub use page::{Note, Page, Pages, View};
pub use paths::Paths;
