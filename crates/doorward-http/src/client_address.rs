//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

/// Where a request comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClientAddress(pub(crate) Option<IpAddr>);

impl ClientAddress {
    /// The address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.0
    }
}

/// The peer.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub SocketAddr);

pub(crate) fn peer(extensions: &http::Extensions) -> Option<IpAddr> {
    #[cfg(feature = "axum")]
    if let Some(info) = extensions.get::<axum::extract::ConnectInfo<SocketAddr>>() {
        return Some(info.0.ip());
    }
    extensions.get::<PeerAddr>().map(|peer| peer.0.ip())
}
