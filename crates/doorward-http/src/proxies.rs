//! Proxies in front.

use std::net::IpAddr;

use http::HeaderMap;

use crate::client_address::ClientAddress;

/// Proxies in front.
#[derive(Clone, Debug, Default)]
pub struct Proxies;

impl Proxies {
    /// None.
    pub fn none() -> Self {
        Self
    }

    /// The client.
    pub fn client(&self, peer: Option<IpAddr>, _: &HeaderMap) -> ClientAddress {
        ClientAddress(peer)
    }
}
