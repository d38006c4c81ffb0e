//! Source addresses, and the prefixes that one party usually controls.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network prefix: what one subscriber, or one provider's customer, usually controls.
///
/// An IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) counts as its IPv4 address. An IPv6
/// subscriber is handed a whole /64 (RFC 6177 recommends more), so a single IPv6 address never
/// stands for a party: counting it would give one subscriber 2^64 budgets.
///
/// ```
/// use doorward_throttle::SourcePrefix;
///
/// let one = SourcePrefix::party("2001:db8:7:1::1".parse().unwrap());
/// let two = SourcePrefix::party("2001:db8:7:1:ffff::9".parse().unwrap());
/// assert_eq!(one, two);
/// assert_eq!(one.to_string(), "2001:db8:7:1::/64");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SourcePrefix {
    network: IpAddr,
    length: u8,
}

impl SourcePrefix {
    /// The prefix of one party: an IPv4 address (/32) or an IPv6 /64.
    pub fn party(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::v4(v4, 32),
            IpAddr::V6(v6) => Self::v6(v6, 64),
        }
    }

    /// The prefix around a party: an IPv4 /24 or an IPv6 /48.
    pub fn neighbourhood(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::v4(v4, 24),
            IpAddr::V6(v6) => Self::v6(v6, 48),
        }
    }

    /// The network address, host bits zero.
    pub fn network(&self) -> IpAddr {
        self.network
    }

    /// The number of leading bits that count.
    pub fn length(&self) -> u8 {
        self.length
    }

    /// Writes family, length and network: equal prefixes give equal bytes, others differ.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self.network {
            IpAddr::V4(v4) => {
                out.extend_from_slice(&[4, self.length]);
                out.extend_from_slice(&v4.octets());
            }
            IpAddr::V6(v6) => {
                out.extend_from_slice(&[6, self.length]);
                out.extend_from_slice(&v6.octets());
            }
        }
    }

    fn v4(address: Ipv4Addr, length: u8) -> Self {
        let mask = u32::MAX << (32 - u32::from(length));
        Self { network: Ipv4Addr::from(u32::from(address) & mask).into(), length }
    }

    fn v6(address: Ipv6Addr, length: u8) -> Self {
        let mask = u128::MAX << (128 - u32::from(length));
        Self { network: Ipv6Addr::from(u128::from(address) & mask).into(), length }
    }
}

impl fmt::Display for SourcePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_mapped_address_counts_as_its_ipv4_address() {
        assert_eq!(
            SourcePrefix::party(ip("::ffff:192.0.2.7")),
            SourcePrefix::party(ip("192.0.2.7"))
        );
        assert_eq!(SourcePrefix::neighbourhood(ip("::ffff:192.0.2.7")).to_string(), "192.0.2.0/24");
    }

    #[test]
    fn a_hundred_thousand_addresses_of_one_64_are_one_party() {
        let base = u128::from("2001:db8:1:2::".parse::<Ipv6Addr>().unwrap());
        let first = SourcePrefix::party(Ipv6Addr::from(base).into());
        for host in 0..100_000_u128 {
            assert_eq!(SourcePrefix::party(Ipv6Addr::from(base + host * 77_777).into()), first);
        }
    }

    #[test]
    fn neighbours_share_a_48_and_not_a_64() {
        let (a, b) = (ip("2001:db8:1:2::1"), ip("2001:db8:1:3::1"));
        assert_ne!(SourcePrefix::party(a), SourcePrefix::party(b));
        assert_eq!(SourcePrefix::neighbourhood(a), SourcePrefix::neighbourhood(b));
    }
}
