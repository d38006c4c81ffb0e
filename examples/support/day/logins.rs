//! The ordinary logins of a day: a peak in the morning, typing mistakes, forgotten passwords.

use std::net::IpAddr;

use super::people::{OFFICE, Person};
use super::{DAY, HOUR, MINUTE, TENTHS, Try};
use crate::dice::Dice;
use crate::truth::Who;

pub(super) fn make(people: &[Person], dice: &mut Dice) -> Vec<Try> {
    let mut tries = Vec::new();
    let mut forgetful: Vec<_> = (0..people.len()).collect();
    dice.shuffle(&mut forgetful);
    forgetful.truncate(FORGETFUL);
    for (at, person) in people.iter().enumerate() {
        let mut forgets = forgetful.contains(&at);
        for moment in moments(person, dice) {
            let wrong = match dice.percent(4) {
                _ if forgets => dice.between(2, 5),
                true => 1,
                false => 0,
            };
            forgets = false;
            login(person, moment, wrong, dice, &mut tries);
        }
    }
    tries
}

/// So many people forget their password once and try a few.
const FORGETFUL: usize = 8;

/// When a person logs in: in the morning with the others, and now and then.
fn moments(person: &Person, dice: &mut Dice) -> Vec<u64> {
    let mut moments = Vec::new();
    if dice.percent(85) {
        moments.push(dice.around(7 * HOUR, 10 * HOUR));
    }
    for _ in 0..dice.between(1, 4) {
        let evening = !person.in_office || dice.percent(30);
        let to = if evening { 23 * HOUR } else { 18 * HOUR };
        moments.push(dice.between(10 * HOUR, to));
    }
    if dice.percent(8) {
        moments.push(dice.below(6 * HOUR));
    }
    moments.sort_unstable();
    moments
}

/// Wrong passwords first, if any, then the right one; all from one place and device.
fn login(person: &Person, moment: u64, wrong: u64, dice: &mut Dice, tries: &mut Vec<Try>) {
    let borrowed = dice.percent(5);
    let at_work = (8 * HOUR..18 * HOUR).contains(&moment);
    let source = match (borrowed, person.in_office && at_work) {
        (true, _) => on_the_way(dice),
        (false, true) => OFFICE,
        (false, false) => person.home,
    };
    let device = if borrowed { "" } else { person.device };
    let mut at = moment;
    let attempt = |at: u64, password: String, who| Try {
        at: at.min(DAY - 1),
        source,
        identifier: person.identifier.clone(),
        password,
        device,
        who,
    };
    for _ in 0..wrong {
        tries.push(attempt(at, mistyped(&person.password, dice), Who::Typo));
        at += dice.between(4 * TENTHS, MINUTE / 3);
    }
    tries.push(attempt(at, person.password.clone(), Who::Owner));
}

/// Somebody else's machine or a telephone network: RFC 2544's space, used by nobody else here.
fn on_the_way(dice: &mut Dice) -> IpAddr {
    let octet = |number: u64| u8::try_from(number).unwrap_or(0);
    IpAddr::from([198, octet(dice.between(18, 20)), octet(dice.below(256)), octet(dice.below(256))])
}

/// The password with one mistake; never the password itself.
fn mistyped(password: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<_> = password.chars().collect();
    let at = dice.index(letters.len());
    match dice.below(3) {
        0 => {
            letters.remove(at);
        }
        1 => letters.swap(at, (at + 1) % password.chars().count()),
        _ => letters[at] = letters[at].to_uppercase().next().unwrap_or('x'),
    }
    let typed: String = letters.into_iter().collect();
    if typed == password { format!("{typed}q") } else { typed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_password_is_another() {
        let mut dice = Dice::new(1);
        for password in ["a", "aa", "Summer2026!", "żółć 🐎", " x "] {
            for _ in 0..200 {
                assert_ne!(mistyped(password, &mut dice), password);
            }
        }
    }
}
