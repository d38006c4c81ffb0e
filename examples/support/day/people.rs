//! Who has an account, with which password, and from where they log in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::words::{COMMON, FIRST, LAST, WORDS};
use crate::dice::Dice;

pub(super) const PEOPLE: usize = 400;

/// So many of them work in the one office.
const IN_OFFICE: usize = 150;

/// The one address that the office has.
pub(super) const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 20));

/// One person, with one account.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) identifier: String,
    pub(super) password: String,
    pub(super) in_office: bool,
    pub(super) home: IpAddr,
    /// What they keep a device token on; empty when they keep none.
    pub(super) device: &'static str,
}

pub(super) fn make(dice: &mut Dice) -> Vec<Person> {
    let mut people: Vec<_> = (0..PEOPLE).map(|at| person(at, dice)).collect();
    let mut careless: Vec<_> = (0..PEOPLE).collect();
    dice.shuffle(&mut careless);
    let mut careless = careless.into_iter();
    for (password, count) in COMMON {
        for at in careless.by_ref().take(count) {
            people[at].password = password.to_owned();
        }
    }
    people
}

/// A made-up name: `at` names each pair of a first and a last name once.
pub(super) fn name(at: usize) -> String {
    let (first, round) = (at % FIRST.len(), at / FIRST.len());
    let last = (round + 7 * first) % LAST.len();
    format!("{}.{}@example.com", FIRST[first], LAST[last])
}

fn person(at: usize, dice: &mut Dice) -> Person {
    Person {
        identifier: name(at),
        password: password(at, dice),
        in_office: at < IN_OFFICE,
        home: if dice.percent(35) { home_v6(dice) } else { home_v4(dice) },
        device: match dice.below(4) {
            0 => "laptop",
            1 => "phone",
            _ => "",
        },
    }
}

/// Most are plain; every twenty-fifth holds what a careless reader of CSV would spoil.
fn password(at: usize, dice: &mut Dice) -> String {
    let [one, two, three] = [(); 3].map(|()| *dice.pick(&WORDS));
    let number = dice.between(10, 100);
    match at % 100 {
        20 => format!("{one}, {two} and {three}{number}"),
        45 => format!("\"{one}\" {two} {number}"),
        70 => format!("{one} żółć 🐎 {number}"),
        95 => format!(" {one} {two} {number} "),
        _ => format!("{one}-{two}-{number}-{three}"),
    }
}

/// The shared address space of RFC 6598, which nobody has on the internet. Hardly two people share a /24.
fn home_v4(dice: &mut Dice) -> IpAddr {
    let octet = |number: u64| u8::try_from(number).unwrap_or(0);
    let b = octet(dice.between(64, 128));
    let (c, d) = (octet(dice.below(256)), octet(dice.between(1, 255)));
    Ipv4Addr::new(100, b, c, d).into()
}

/// The space for documentation of RFC 3849: a /48 each, and the host that the machine chose.
fn home_v6(dice: &mut Dice) -> IpAddr {
    let mut part = || u16::try_from(dice.below(65_536)).unwrap_or(0);
    // The attackers have 2001:db8:bad::/48.
    let site = 0x1000 | part();
    Ipv6Addr::new(0x2001, 0xdb8, site, 1, part(), part(), part(), part()).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_differ_and_few_passwords_are_shared() {
        let people = make(&mut Dice::new(1));
        let names: HashSet<_> = people.iter().map(|person| &person.identifier).collect();
        assert_eq!(names.len(), PEOPLE);
        let passwords: HashSet<_> = people.iter().map(|person| &person.password).collect();
        let shared: usize = COMMON.iter().map(|(_, count)| count - 1).sum();
        assert_eq!(passwords.len(), PEOPLE - shared);
    }

    #[test]
    fn about_half_have_a_device() {
        let people = make(&mut Dice::new(1));
        let devices = people.iter().filter(|person| !person.device.is_empty()).count();
        assert!((150..250).contains(&devices), "{devices}");
    }
}
