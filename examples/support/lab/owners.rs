//! What owners do: log in, now and then with a mistake.

use super::event::{Actor, Event, Login, Slip};
use super::password::Password;
use super::people::{People, index};
use super::scale::{SECOND, Scale};
use crate::dice::Dice;

/// The logins of all owners, and what their forgotten programs try; in order of time.
pub(crate) fn make(people: &People, scale: Scale, dice: &mut Dice) -> Vec<Event> {
    let mut unique = people.unique;
    let mut events = Vec::new();
    for name in 0..people.accounts() {
        let source = people.homes[index(name)];
        for _ in 0..scale.per_account() {
            let at = moment(scale, dice);
            let actor = Actor::Owner(login(people, &mut unique, dice));
            events.push(Event { at, source, name, actor });
        }
    }
    for _ in 0..people.accounts().div_ceil(ACCOUNTS_PER_ROBOT) {
        unique += 1;
        let name = u32::try_from(dice.below(u64::from(people.accounts()))).unwrap_or(0);
        let (source, old) = (people.homes[index(name)], Password::unique(unique));
        let first = u32::try_from(dice.below(u64::from(ROBOT_PAUSE))).unwrap_or(0);
        let times = (first..scale.length()).step_by(ROBOT_PAUSE as usize);
        events.extend(times.map(|at| Event { at, source, name, actor: Actor::Robot(old) }));
    }
    // Stable: what happens at the same moment keeps its order.
    events.sort_by_key(|event| event.at);
    events
}

fn login(people: &People, unique: &mut u32, dice: &mut Dice) -> Login {
    let known_device = dice.percent(ON_A_KNOWN_DEVICE);
    let pause = u16::try_from(dice.between(3, 120)).unwrap_or(3);
    let again = |dice: &mut Dice, chances, of| 1 + u8::from(dice.below(of) < chances);
    let (slips, slip) = match dice.below(100) {
        0..2 => {
            *unique += 1;
            (again(dice, 2, 3), Slip::Typo(Password::unique(*unique)))
        }
        2..4 => (again(dice, 1, 3), Slip::OtherSite(Password::chosen(dice, unique))),
        4..6 => {
            let other = u32::try_from(dice.below(u64::from(people.accounts()))).unwrap_or(0);
            (again(dice, 1, 5), Slip::OtherName(other))
        }
        _ => (0, Slip::OtherName(0)),
    };
    Login { known_device, slips, slip, pause }
}

fn moment(scale: Scale, dice: &mut Dice) -> u32 {
    u32::try_from(dice.below(u64::from(scale.length()))).unwrap_or(0)
}

const ON_A_KNOWN_DEVICE: u64 = 90;
const ACCOUNTS_PER_ROBOT: u32 = 2_500;
const ROBOT_PAUSE: u32 = 600 * SECOND;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::addresses::Addresses;

    #[test]
    fn owners_err_as_often_as_the_scenario_says() {
        let scale = Scale { accounts: 2_500, days: 7 };
        let mut dice = Dice::new(1);
        let people = People::make(scale, &mut Addresses::default(), &mut dice);
        let events = make(&people, scale, &mut dice);
        assert!(events.is_sorted_by_key(|event| event.at));
        let mut logins = Vec::new();
        let mut robots = 0;
        for event in &events {
            match event.actor {
                Actor::Owner(login) => logins.push(login),
                Actor::Robot(_) => robots += 1,
                Actor::Guesser(_) => panic!("a guesser among owners"),
            }
        }
        assert_eq!((logins.len(), robots), (250_000, 1_008));
        let count = |wanted: &dyn Fn(&Login) -> bool| {
            logins.iter().filter(|login| wanted(login)).count() as f64 / 250_000.0
        };
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 0.002, "{found} instead of {expected}");
        };
        let typo = |login: &Login| matches!(login.slip, Slip::Typo(_));
        let site = |login: &Login| matches!(login.slip, Slip::OtherSite(_));
        let name = |login: &Login| login.slips > 0 && matches!(login.slip, Slip::OtherName(_));
        near(count(&typo), 0.02);
        near(count(&site), 0.02);
        near(count(&name), 0.02);
        near(count(&|login| login.slips == 2 && typo(login)), 0.02 * 2.0 / 3.0);
        near(count(&|login| login.slips == 2 && site(login)), 0.02 / 3.0);
        near(count(&|login| login.slips == 2 && name(login)), 0.02 / 5.0);
        near(count(&|login| login.known_device), 0.9);
    }
}
