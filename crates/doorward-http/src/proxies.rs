//! The proxies in front, and whom they forward for.

use std::net::IpAddr;

use doorward::SourcePrefix;
use http::HeaderMap;

use crate::client_address::{ClientAddress, ToldBy};
use crate::forwarded::{Unnamed, forwarded, x_forwarded_for};

/// Which peers are proxies of yours, and may say whom they forward for.
///
/// A header of anybody else is ignored: anybody can write one. The hops that a trusted proxy names are read from the
/// right, where your own proxies have added theirs, to the left, which the client may have written; the first that is no
/// trusted proxy is the client, and nothing on its left is looked at. Where that hop has no address (`unknown`, a made-up
/// name, no address at all), the request has none: neither a guess nor the proxy's own address takes its place.
///
/// Where both headers are there, both have to say the same, unless told which one to [read](Self::reading): a proxy that
/// adds to one of them passes the other on as the client wrote it. Tell it.
///
/// Quotes in `Forwarded` are paired from the right: those that a client opens and nobody closes do not reach into what a
/// proxy has added. That holds for proxies that escape what they quote. One that copies `Host` into `host="…"` as it came
/// lets a client write elements in its name: have it write `X-Forwarded-For`, and read that.
///
/// ```
/// use doorward_http::Proxies;
/// use http::HeaderMap;
///
/// let proxies = Proxies::trusting(["10.0.0.0/8".parse()?]);
/// let mut headers = HeaderMap::new();
/// headers.insert("x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.0.0.9".parse()?);
/// let client = proxies.client(Some("10.0.0.1".parse()?), &headers);
/// assert_eq!(client.ip(), Some("192.0.2.7".parse()?));
///
/// let direct = proxies.client(Some("192.0.2.66".parse()?), &headers);
/// assert_eq!(direct.ip(), Some("192.0.2.66".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Trusted too much (a prefix that clients are in), everybody says what they like, has as many addresses as they like, and
/// no limit by source holds. Trusted too little, the proxy is the one source that everybody shares, and everybody waits.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Vec<SourcePrefix>,
    header: Option<ProxyHeader>,
    trusts_local_peers: bool,
}

/// Where a proxy says whom it forwards for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ProxyHeader {
    /// `Forwarded`: RFC 7239.
    Forwarded,
    /// `X-Forwarded-For`, which most write.
    XForwardedFor,
}

impl Proxies {
    /// There is none: the peer is the client.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Peers, and hops, with an address of these prefixes.
    #[must_use]
    pub fn trusting(prefixes: impl IntoIterator<Item = SourcePrefix>) -> Self {
        Self { trusted: prefixes.into_iter().collect(), ..Self::default() }
    }

    /// Only this header is read, and the other one is ignored.
    #[must_use]
    pub fn reading(self, header: ProxyHeader) -> Self {
        Self { header: Some(header), ..self }
    }

    /// Peers without an address are proxies too: of a server that listens on a Unix socket.
    #[must_use]
    pub fn trusting_local_peers(self) -> Self {
        Self { trusts_local_peers: true, ..self }
    }

    /// Where a request comes from: by the address of the peer, `None` on a Unix socket, and by what the headers say.
    ///
    /// At most 64 hops and 4,096 bytes are read of a header, from the right: who stands behind more has no address.
    #[must_use]
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> ClientAddress {
        let is_trusted = match peer {
            Some(peer) => self.is_proxy(peer),
            None => self.trusts_local_peers,
        };
        if !is_trusted {
            return ClientAddress::new(peer, ToldBy::Connection);
        }
        let (reads_one, reads_other) = match self.header {
            None => (true, true),
            Some(header) => {
                (header == ProxyHeader::Forwarded, header == ProxyHeader::XForwardedFor)
            }
        };
        let one = forwarded(headers).filter(|_| reads_one).map(|hops| self.behind(hops));
        let other = x_forwarded_for(headers).filter(|_| reads_other).map(|hops| self.behind(hops));
        let ip = match (one, other) {
            (None, None) => return ClientAddress::new(peer, ToldBy::Proxy),
            (Some(ip), None) | (None, Some(ip)) => ip,
            (Some(one), Some(other)) => one.filter(|ip| other == Some(*ip)),
        };
        ClientAddress::new(ip, ToldBy::Header)
    }

    /// The first hop that is no proxy; where all are, the outermost.
    fn behind(&self, hops: impl Iterator<Item = Result<IpAddr, Unnamed>>) -> Option<IpAddr> {
        let mut outermost = None;
        for (number, hop) in hops.enumerate() {
            if number == MOST_HOPS {
                return None;
            }
            let hop = hop.ok()?;
            if !self.is_proxy(hop) {
                return Some(hop);
            }
            outermost = Some(hop);
        }
        outermost
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|prefix| prefix.contains(address))
    }
}

/// Nobody has as many proxies.
const MOST_HOPS: usize = 64;
