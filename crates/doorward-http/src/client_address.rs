//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use http::Extensions;

/// Where a request comes from: in its extensions, once the [`AuthLayer`](crate::AuthLayer) has seen it.
///
/// Without an [`ip`](Self::ip), nobody who could be believed has said. What is throttled by address has one strict budget
/// for all such requests together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClientAddress {
    ip: Option<IpAddr>,
    told_by: ToldBy,
}

/// Who says so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ToldBy {
    /// The connection, which is no proxy's.
    Connection,
    /// A header that a trusted proxy has written.
    Header,
    /// The connection of a trusted proxy that has written no header: it asks for itself, or was made to drop it.
    Proxy,
}

impl ClientAddress {
    pub(crate) fn new(ip: Option<IpAddr>, told_by: ToldBy) -> Self {
        Self { ip: ip.map(|ip| ip.to_canonical()), told_by }
    }

    /// The address, an IPv4-mapped one as IPv4.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// Whether it was taken from a header of a trusted proxy.
    #[must_use]
    pub fn is_forwarded(&self) -> bool {
        self.told_by == ToldBy::Header
    }

    /// Whether it is the address of a trusted proxy, which did not say whom it forwards for. Whatever is granted by
    /// address alone must not be granted then: a client can make some proxies drop their header, by naming it in
    /// `Connection`.
    #[must_use]
    pub fn is_proxy(&self) -> bool {
        self.told_by == ToldBy::Proxy
    }
}

/// The peer of the connection that a request came by: a server puts it into the extensions of each. Under the feature
/// `axum`, the `ConnectInfo<SocketAddr>` of axum serves as well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "it is made of an address by whoever serves")]
pub struct PeerAddr(pub SocketAddr);

impl PeerAddr {
    fn read(extensions: &Extensions) -> Option<IpAddr> {
        extensions.get::<Self>().map(|peer| peer.0.ip())
    }
}

/// The address of the peer of a request, by whichever has told it.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    READERS.iter().find_map(|read| read(extensions))
}

/// Where it may have been told, the first one first.
const READERS: &[fn(&Extensions) -> Option<IpAddr>] = &[
    PeerAddr::read,
    #[cfg(feature = "axum")]
    crate::connect_info::read,
];
