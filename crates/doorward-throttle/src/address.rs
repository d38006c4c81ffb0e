//! Source addresses, and the prefixes that one party usually controls.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

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

    /// The prefix of a subscriber: an IPv6 /56, what many providers hand to one household or office (RFC
    /// 6177). `None` for IPv4, where a subscriber has an address.
    pub fn end_site(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => Some(Self::v6(v6, 56)),
        }
    }

    /// The prefix of this length around an address, IPv4-mapped ones taken for IPv4. A length beyond the
    /// family's is its longest.
    pub fn around(address: IpAddr, length: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::v4(v4, length.min(32)),
            IpAddr::V6(v6) => Self::v6(v6, length.min(128)),
        }
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.to_canonical().is_ipv4() == self.network.is_ipv4()
            && Self::around(address, self.length) == *self
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
        let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
        Self { network: Ipv4Addr::from(u32::from(address) & mask).into(), length }
    }

    fn v6(address: Ipv6Addr, length: u8) -> Self {
        let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
        Self { network: Ipv6Addr::from(u128::from(address) & mask).into(), length }
    }
}

impl fmt::Display for SourcePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.length)
    }
}

/// As in `192.0.2.0/24` and `2001:db8::/32`; an address alone is itself.
///
/// ```
/// use doorward_throttle::{PrefixError, SourcePrefix};
///
/// let office: SourcePrefix = "198.51.100.0/24".parse()?;
/// assert!(office.contains("198.51.100.7".parse().unwrap()));
/// assert_eq!("198.51.100.7/24".parse::<SourcePrefix>(), Err(PrefixError::HostBits));
/// # Ok::<(), PrefixError>(())
/// ```
impl FromStr for SourcePrefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| PrefixError::Address)?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| PrefixError::Length { widest })?
            }
            Some(_) => return Err(PrefixError::Length { widest }),
            None => widest,
        };
        if length > widest {
            return Err(PrefixError::Length { widest });
        }
        // A mapped network is one of IPv4, if it is not wider than all of IPv4.
        let mapped = address.is_ipv6() && address.to_canonical().is_ipv4();
        let length = match (mapped, length.checked_sub(96)) {
            (false, _) => length,
            (true, Some(inner)) => inner,
            (true, None) => return Err(PrefixError::Mapped),
        };
        let prefix = Self::around(address, length);
        if prefix.network == address.to_canonical() {
            Ok(prefix)
        } else {
            Err(PrefixError::HostBits)
        }
    }
}

/// The text is no network prefix.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PrefixError {
    /// What stands before the slash.
    #[error("no IP address: write a network like 192.0.2.0/24 or 2001:db8::/32")]
    Address,
    /// Bits behind the prefix are set: a typing error, or a host where a network is meant.
    #[error(
        "the address has bits set behind the prefix: write the network's own address, or no length"
    )]
    HostBits,
    /// What stands behind the slash.
    #[error("no prefix length: write a whole number from 0 to {widest}")]
    Length {
        /// The longest of the family.
        widest: u8,
    },
    /// An IPv4-mapped network that is wider than IPv4.
    #[error("a mapped network has a length from 96 to 128: write it as one of IPv4")]
    Mapped,
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

    #[test]
    fn prefixes_are_read_and_written_alike() {
        for text in ["192.0.2.0/24", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.1.2.3/32"] {
            assert_eq!(text.parse::<SourcePrefix>().unwrap().to_string(), text);
        }
        assert_eq!("::ffff:192.0.2.0/120".parse::<SourcePrefix>(), "192.0.2.0/24".parse());
        assert_eq!("10.1.2.3".parse::<SourcePrefix>(), "10.1.2.3/32".parse());
        let refused = |text: &str| text.parse::<SourcePrefix>().unwrap_err();
        assert_eq!(refused("192.0.2.0/33"), PrefixError::Length { widest: 32 });
        assert_eq!(refused("192.0.2.0/+4"), PrefixError::Length { widest: 32 });
        assert_eq!(refused("::/999"), PrefixError::Length { widest: 128 });
        assert_eq!(refused("example.com/8"), PrefixError::Address);
        assert_eq!(refused("::ffff:0.0.0.0/80"), PrefixError::Mapped);
        assert_eq!(refused("2001:db8::1/32"), PrefixError::HostBits);
    }

    #[test]
    fn a_network_contains_its_own_family_only() {
        let all: SourcePrefix = "::/0".parse().unwrap();
        assert!(all.contains(ip("2001:db8::1")) && !all.contains(ip("192.0.2.1")));
        let v4: SourcePrefix = "0.0.0.0/0".parse().unwrap();
        assert!(v4.contains(ip("::ffff:192.0.2.1")) && !v4.contains(ip("::1")));
    }

    #[test]
    fn an_end_site_is_a_56() {
        let sites = |text| SourcePrefix::end_site(ip(text)).map(|prefix| prefix.to_string());
        assert_eq!(sites("2001:db8:1:2ff::1").as_deref(), Some("2001:db8:1:200::/56"));
        assert_eq!(sites("::ffff:192.0.2.7"), None);
    }
}
