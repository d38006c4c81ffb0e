//! The spray: a few common passwords on every account, slowly, from many addresses of few networks.

use std::net::{IpAddr, Ipv6Addr};

use super::people::{PEOPLE, Person, name};
use super::words::COMMON;
use super::{HOUR, TENTHS, Try};
use crate::dice::Dice;
use crate::truth::Who;

/// It runs through the working day, so that it hides in the traffic of owners.
const FROM: u64 = 10 * HOUR;

/// One try each 14.4 seconds: 1,500 in six hours.
const PACE: u64 = 144;

/// Names that the attackers made up; nobody has them.
const UNKNOWN: usize = 100;

/// The hosts of 203.0.113.0/24 that they have.
const HOSTS: [u8; 6] = [11, 57, 90, 130, 201, 240];

pub(super) fn make(people: &[Person], dice: &mut Dice) -> Vec<Try> {
    let mut tries = Vec::new();
    let mut at = FROM;
    for (password, _) in COMMON {
        let known = people.iter().map(|person| person.identifier.clone());
        let mut targets: Vec<_> = known.chain((PEOPLE..PEOPLE + UNKNOWN).map(name)).collect();
        dice.shuffle(&mut targets);
        for identifier in targets {
            tries.push(Try {
                at: at + dice.below(9 * TENTHS),
                source: source(dice),
                identifier,
                password: password.to_owned(),
                device: "",
                who: Who::Attacker,
            });
            at += PACE;
        }
    }
    tries
}

/// One try in seven comes from their /64, each time from another host of it.
fn source(dice: &mut Dice) -> IpAddr {
    match HOSTS.get(dice.index(HOSTS.len() + 1)) {
        Some(&host) => IpAddr::from([203, 0, 113, host]),
        None => {
            let mut part = || u16::try_from(dice.below(65_536)).unwrap_or(0);
            Ipv6Addr::new(0x2001, 0xdb8, 0xbad, 1, part(), part(), part(), part()).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::day::people;

    #[test]
    fn every_account_is_tried_with_every_common_password() {
        let mut dice = Dice::new(1);
        let people = people::make(&mut dice);
        let tries = make(&people, &mut dice);
        let pairs: HashSet<_> =
            tries.iter().map(|tried| (&tried.identifier, &tried.password)).collect();
        assert_eq!(pairs.len(), COMMON.len() * (PEOPLE + UNKNOWN));
        let sources: HashSet<_> = tries.iter().map(|tried| tried.source).collect();
        assert!(sources.len() > 100, "{}", sources.len());
    }
}
