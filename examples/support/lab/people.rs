//! The accounts of the service, their owners' passwords, and where the owners live.

use super::addresses::{Address, Addresses};
use super::password::Password;
use super::scale::Scale;
use crate::dice::Dice;

/// A name that can be typed where one logs in: below the number of accounts it is an account's,
/// from there on nobody's.
pub(crate) type Name = u32;

/// Everybody who has an account.
#[derive(Debug)]
pub(crate) struct People {
    /// By account.
    pub(crate) passwords: Vec<Password>,
    /// By account: where its owner logs in from.
    pub(crate) homes: Vec<Address>,
    /// Homes that nobody shares: those that an attacker may have got hold of.
    pub(crate) private_homes: Vec<Address>,
    /// The last number of a password that one person alone has.
    pub(crate) unique: u32,
}

impl People {
    /// One person in ten lives behind a proxy that up to a thousand share; everybody else has an
    /// address of their own.
    pub(crate) fn make(scale: Scale, addresses: &mut Addresses, dice: &mut Dice) -> Self {
        let mut people =
            Self { passwords: Vec::new(), homes: Vec::new(), private_homes: Vec::new(), unique: 0 };
        let mut proxy = addresses.fresh(dice);
        let mut behind = 0;
        for _ in 0..scale.accounts {
            people.passwords.push(Password::chosen(dice, &mut people.unique));
            if dice.percent(BEHIND_PROXIES) {
                if behind == CLIENTS_OF_A_PROXY {
                    proxy = addresses.fresh(dice);
                    behind = 0;
                }
                behind += 1;
                people.homes.push(proxy);
            } else {
                let home = addresses.fresh(dice);
                people.homes.push(home);
                people.private_homes.push(home);
            }
        }
        people
    }

    /// The number of accounts.
    pub(crate) fn accounts(&self) -> u32 {
        u32::try_from(self.passwords.len()).unwrap_or(u32::MAX)
    }

    /// The account's password; `None` for a name that nobody has.
    pub(crate) fn password_of(&self, name: Name) -> Option<Password> {
        self.passwords.get(index(name)).copied()
    }
}

/// The place of a name's data in a list.
pub(crate) fn index(name: Name) -> usize {
    usize::try_from(name).unwrap_or(usize::MAX)
}

const BEHIND_PROXIES: u64 = 10;
const CLIENTS_OF_A_PROXY: u32 = 1_000;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn one_in_ten_shares_an_address() {
        let scale = Scale { accounts: 25_000, days: 7 };
        let people = People::make(scale, &mut Addresses::default(), &mut Dice::new(1));
        let mut clients: HashMap<Address, u32> = HashMap::new();
        for &home in &people.homes {
            *clients.entry(home).or_default() += 1;
        }
        let mut shared: Vec<_> = clients.values().copied().filter(|&many| many > 1).collect();
        shared.sort_unstable();
        assert_eq!(shared.len(), 3);
        assert_eq!(shared[1..], [1_000, 1_000]);
        let private = people.private_homes.len();
        assert!((22_000..23_000).contains(&private), "{private}");
        assert_eq!(people.password_of(25_000), None);
    }
}
