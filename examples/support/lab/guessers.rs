//! What guessers do: the strategies, and the addresses that they guess from.

use std::collections::HashSet;

use super::addresses::{Address, Addresses};
use super::event::{Actor, Event};
use super::password::Password;
use super::people::{Name, People, index};
use super::scale::{DAY, Scale};
use super::scenario::{Attack, Strategy};
use crate::dice::Dice;

/// All guesses of an attack, in order of time: spread evenly, each at a random moment of its share.
pub(crate) fn make(
    attack: Attack,
    people: &People,
    scale: Scale,
    addresses: &mut Addresses,
    dice: &mut Dice,
) -> Vec<Event> {
    let total = attack.guesses(scale);
    let (guesses, sources) = match attack {
        Attack::None => return Vec::new(),
        Attack::Botnet { strategy, overlap_percent } => {
            let guesses = guesses(strategy, total, people, dice);
            (guesses, botnet(overlap_percent, people, scale, addresses, dice))
        }
        Attack::Spray => {
            let guesses = guesses(Strategy::BreadthFirst, total, people, dice);
            (guesses, fresh(total, addresses, dice))
        }
        Attack::Stuffing => (pairs(total, people, dice), fresh(total, addresses, dice)),
    };
    let spaced = guesses.into_iter().zip(sources).zip(0_u64..);
    let event = |(((name, password), source), number): (((Name, Password), Address), u64)| {
        // The first day is calm: what tells an attack from the usual has seen the usual before.
        let (calm, length) = (u64::from(DAY), u64::from(scale.length()));
        let begin = calm.min(length / 2);
        let share = |number| begin + number * (length - begin) / u64::from(total);
        let at = dice.between(share(number), share(number + 1).max(share(number) + 1));
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        Event { at, source, name, actor: Actor::Guesser(password) }
    };
    spaced.map(event).collect()
}

/// Guesses from a list of names, of which one in ten is nobody's.
fn guesses(
    strategy: Strategy,
    total: u32,
    people: &People,
    dice: &mut Dice,
) -> Vec<(Name, Password)> {
    let names = names(people, dice);
    let guess = |number: u32| match strategy {
        Strategy::BreadthFirst => {
            let round = index(number) / names.len();
            let rank = u32::try_from(round).unwrap_or(u32::MAX).saturating_add(1);
            (names[index(number) % names.len()], Password::at_rank(rank))
        }
        Strategy::Weighted => (*dice.pick(&names), Password::guessed(dice)),
        Strategy::AvoidPopular => {
            (*dice.pick(&names), Password::at_rank(1 + number / GUESSES_PER_PASSWORD))
        }
    };
    (0..total).map(guess).collect()
}

/// Pairs of name and password from somebody else's leak: one in a hundred is right here, and one in
/// ten names nobody. The others are of people who chose another password there.
fn pairs(total: u32, people: &People, dice: &mut Dice) -> Vec<(Name, Password)> {
    let accounts = people.accounts();
    let mut unique = people.unique + u32::MAX / 2;
    let mut owners: Vec<Name> = (0..accounts).collect();
    dice.shuffle(&mut owners);
    let right = owners.iter().take(index(total / 100).min(owners.len()));
    let mut pairs: Vec<_> = right.map(|&name| (name, people.passwords[index(name)])).collect();
    let mut seen: HashSet<_> = pairs.iter().copied().collect();
    while pairs.len() < index(total) {
        let name = match dice.percent(UNKNOWN_NAMES) {
            true => accounts + u32::try_from(pairs.len()).unwrap_or(0),
            false => *dice.pick(&owners),
        };
        let password = Password::chosen(dice, &mut unique);
        let is_right = people.password_of(name) == Some(password);
        if !is_right && seen.insert((name, password)) {
            pairs.push((name, password));
        }
    }
    dice.shuffle(&mut pairs);
    pairs
}

fn names(people: &People, dice: &mut Dice) -> Vec<Name> {
    let known = people.accounts();
    let unknown = u64::from(known) * UNKNOWN_NAMES / (100 - UNKNOWN_NAMES);
    let mut names: Vec<Name> = (0..known + u32::try_from(unknown).unwrap_or(0)).collect();
    dice.shuffle(&mut names);
    names
}

/// Addresses that guess in rounds, each once a round, in another order every time: as slowly, and as
/// evenly, as can be. Some of them are people's homes as well, but for those that many people share.
fn botnet(
    overlap_percent: u32,
    people: &People,
    scale: Scale,
    addresses: &mut Addresses,
    dice: &mut Dice,
) -> Vec<Address> {
    let mut homes = people.private_homes.clone();
    dice.shuffle(&mut homes);
    homes.truncate(index(scale.accounts * overlap_percent / 100));
    let others = scale.accounts - u32::try_from(homes.len()).unwrap_or(0);
    let mut all = homes;
    all.extend(fresh(others, addresses, dice));
    let mut sources = Vec::with_capacity(index(scale.guesses()));
    for _ in 0..scale.per_account() {
        dice.shuffle(&mut all);
        sources.extend_from_slice(&all);
    }
    sources
}

fn fresh(many: u32, addresses: &mut Addresses, dice: &mut Dice) -> Vec<Address> {
    (0..many).map(|_| addresses.fresh(dice)).collect()
}

const UNKNOWN_NAMES: u64 = 10;
const GUESSES_PER_PASSWORD: u32 = 25;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const SCALE: Scale = Scale { accounts: 1_000, days: 7 };

    fn made(attack: Attack) -> (People, Vec<Event>) {
        let (mut dice, mut addresses) = (Dice::new(1), Addresses::default());
        let people = People::make(SCALE, &mut addresses, &mut dice);
        let events = make(attack, &people, SCALE, &mut addresses, &mut dice);
        assert!(events.is_sorted_by_key(|event| event.at));
        (people, events)
    }

    fn password(event: &Event) -> Password {
        match event.actor {
            Actor::Guesser(password) => password,
            ref other => panic!("{other:?} among guessers"),
        }
    }

    fn counts<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> HashMap<K, u32> {
        let mut counts = HashMap::new();
        keys.for_each(|key| *counts.entry(key).or_default() += 1);
        counts
    }

    #[test]
    fn a_botnet_guesses_a_hundred_times_from_each_address() {
        for overlap_percent in [1, 10] {
            let strategy = Strategy::Weighted;
            let (people, events) = made(Attack::Botnet { strategy, overlap_percent });
            assert_eq!(events.len(), 100_000);
            let sources = counts(events.iter().map(|event| event.source));
            assert_eq!(sources.len(), 1_000);
            assert!(sources.values().all(|&many| many == 100));
            let homes = people.homes.iter().filter(|home| sources.contains_key(home)).count();
            assert_eq!(homes, 10 * overlap_percent as usize);
            let unknown = events.iter().filter(|event| event.name >= 1_000).count();
            assert!((9_500..10_500).contains(&unknown), "{unknown}");
        }
    }

    #[test]
    fn strategies_differ_in_what_they_guess() {
        let guessed = |strategy| {
            let (_, events) = made(Attack::Botnet { strategy, overlap_percent: 1 });
            let counts = counts(events.iter().map(password));
            (counts.len(), counts.values().copied().max().unwrap())
        };
        // 1,111 names are tried with each of 91 passwords.
        assert_eq!(guessed(Strategy::BreadthFirst), (91, 1_111));
        assert_eq!(guessed(Strategy::AvoidPopular), (4_000, 25));
        let (passwords, most) = guessed(Strategy::Weighted);
        assert!(passwords > 20_000 && most > 500, "{passwords}, {most}");
    }

    #[test]
    fn each_leaked_pair_is_tried_once_and_one_in_a_hundred_is_right() {
        let (people, events) = made(Attack::Stuffing);
        let pairs = counts(events.iter().map(|event| (event.name, password(event))));
        assert_eq!((events.len(), pairs.len()), (4_000, 4_000));
        assert_eq!(counts(events.iter().map(|event| event.source)).len(), 4_000);
        let right = |event: &&Event| people.password_of(event.name) == Some(password(event));
        let right = counts(events.iter().filter(right).map(|event| event.name));
        assert_eq!(right.len(), 40);
    }
}
