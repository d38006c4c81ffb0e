//! Source addresses as numbers: each is handed out once.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use crate::dice::Dice;

/// Hands out addresses from one /8, by chance: 65,536 networks of 256 addresses, so that few of a
/// scenario's addresses are neighbours.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    taken: HashSet<u32>,
}

impl Addresses {
    /// One that nobody has yet.
    pub(crate) fn fresh(&mut self, dice: &mut Dice) -> Address {
        loop {
            let host = u32::try_from(dice.below(1 << 24)).unwrap_or(0);
            if self.taken.insert(host) {
                return Address(host);
            }
        }
    }
}

/// A source address.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Address(u32);

impl Address {
    /// As a network has it.
    pub(crate) fn ip(self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(Ipv4Addr::new(11, 0, 0, 0)) | self.0)
    }

    /// The address with this number, for tests of systems.
    #[cfg(test)]
    pub(crate) fn numbered(number: u32) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_handed_out_twice() {
        let (mut dice, mut addresses) = (Dice::new(1), Addresses::default());
        let all: HashSet<_> = (0..100_000).map(|_| addresses.fresh(&mut dice).ip()).collect();
        assert_eq!(all.len(), 100_000);
        let networks: HashSet<_> = all.iter().map(|ip| u32::from(*ip) >> 8).collect();
        assert!(networks.len() > 40_000, "{} networks", networks.len());
    }
}
