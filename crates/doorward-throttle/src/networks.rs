//! Networks that the operator knows: trusted ones, and ones that may not come in.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::address::SourcePrefix;

/// A set of network prefixes, asked by address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Networks {
    prefixes: HashSet<SourcePrefix>,
    /// The lengths that occur: one question to the set for each.
    lengths: Vec<u8>,
}

impl Networks {
    /// Whether one of them contains the address.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.lengths.iter().any(|&length| {
            let prefix = SourcePrefix::around(address, length);
            prefix.length() == length && self.prefixes.contains(&prefix)
        })
    }

    /// The prefixes, sorted.
    pub fn iter(&self) -> impl Iterator<Item = SourcePrefix> + use<> {
        let mut sorted: Vec<_> = self.prefixes.iter().copied().collect();
        sorted.sort_unstable();
        sorted.into_iter()
    }
}

impl FromIterator<SourcePrefix> for Networks {
    fn from_iter<I: IntoIterator<Item = SourcePrefix>>(prefixes: I) -> Self {
        let prefixes: HashSet<_> = prefixes.into_iter().collect();
        let mut lengths: Vec<_> = prefixes.iter().map(SourcePrefix::length).collect();
        lengths.sort_unstable();
        lengths.dedup();
        Self { prefixes, lengths }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_whatever_contains_it() {
        let networks: Networks = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]
            .map(|text| text.parse::<SourcePrefix>().unwrap())
            .into_iter()
            .collect();
        let contain = |text: &str| networks.contain(text.parse().unwrap());
        for inside in ["10.255.0.1", "::ffff:10.1.1.1", "192.0.2.7", "2001:db8:ffff::1"] {
            assert!(contain(inside), "{inside}");
        }
        for outside in ["11.0.0.1", "192.0.2.8", "2001:db9::1", "::a00:1"] {
            assert!(!contain(outside), "{outside}");
        }
        assert!(!Networks::default().contain("::1".parse().unwrap()));
    }
}
