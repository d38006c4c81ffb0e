//! Attacks that a shared count has to bound.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use doorward::{Authenticator, Login, Outcome, Policy, ScopeKind};
use tokio::task::JoinSet;

/// The account that is attacked.
pub(crate) const OWNER: &str = "owner@example.com";

/// An attack.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "each has a line of the report")]
pub enum Scene {
    /// Guesses at one account, each from a network of its own.
    OneAccount,
    /// Guesses at many accounts, all from one address.
    OneSource,
}

impl Scene {
    /// All of them, in order.
    pub const ALL: [Self; 2] = [Self::OneAccount, Self::OneSource];

    /// As the report calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneAccount => "one account, many sources",
            Self::OneSource => "many accounts, one source",
        }
    }

    /// The most passwords that the policy lets be checked while no time passes.
    pub fn cap(self, policy: &Policy) -> u64 {
        let kind = match self {
            Self::OneAccount => ScopeKind::Account,
            Self::OneSource => ScopeKind::Source,
        };
        policy.rule(kind).most_within(Duration::ZERO)
    }

    /// The guess of this number. No two are alike, for a password that is repeated costs once.
    fn guess(self, number: u64) -> Login {
        let password = format!("guess {number}");
        match self {
            Self::OneAccount => Login::new(OWNER, password).from(network(number)),
            Self::OneSource => {
                Login::new(format!("person-{number}@example.com"), password).from(SPRAYER)
            }
        }
    }
}

const SPRAYER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 66));

/// An address in a /24 of its own.
fn network(number: u64) -> IpAddr {
    let number = u32::try_from(number & 0xff_ffff).unwrap_or_default();
    Ipv4Addr::from(0x0b00_0001_u32.wrapping_add(number << 8)).into()
}

/// What became of attempts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Seen {
    /// Passwords that were checked.
    pub verifications: u64,
    /// Attempts that were told that the password is wrong.
    pub rejected: u64,
    /// Attempts that were told to wait.
    pub waited: u64,
    /// Attempts that could not be decided.
    pub errors: u64,
    /// Attempts that got anything else, which nobody who guesses wrong may get.
    pub others: u64,
}

impl Seen {
    /// How many attempts there were.
    pub fn attempts(&self) -> u64 {
        self.rejected + self.waited + self.errors + self.others
    }
}

impl AddAssign for Seen {
    fn add_assign(&mut self, more: Self) {
        self.verifications += more.verifications;
        self.rejected += more.rejected;
        self.waited += more.waited;
        self.errors += more.errors;
        self.others += more.others;
    }
}

/// The attempts of one instance: every `instances`-th of `attempts`, beginning with the one of number `part`,
/// so many `tasks` at once.
pub async fn attack(
    auth: &Authenticator,
    scene: Scene,
    (part, instances): (u64, u64),
    attempts: u64,
    tasks: usize,
) -> Seen {
    let before = auth.hashing().verifications;
    let next = Arc::new(AtomicU64::new(part));
    let mut crowd = JoinSet::new();
    for _ in 0..tasks {
        let (auth, next) = (auth.clone(), Arc::clone(&next));
        crowd.spawn(async move {
            let mut seen = Seen::default();
            loop {
                let number = next.fetch_add(instances, Ordering::Relaxed);
                if number >= attempts {
                    return seen;
                }
                match auth.authenticate(scene.guess(number)).await {
                    Ok(Outcome::Rejected) => seen.rejected += 1,
                    Ok(Outcome::Wait(_)) => seen.waited += 1,
                    Ok(_) => seen.others += 1,
                    Err(_) => seen.errors += 1,
                }
            }
        });
    }
    let mut sum = Seen::default();
    while let Some(Ok(seen)) = crowd.join_next().await {
        sum += seen;
    }
    sum.verifications = auth.hashing().verifications - before;
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caps_are_what_the_policy_says_of_itself() {
        let policy = Policy::recommended();
        assert_eq!(Scene::ALL.map(|scene| scene.cap(&policy)), [4, 6]);
    }

    #[test]
    fn networks_are_apart() {
        assert_eq!(
            [0, 1, 256].map(network).map(|ip| ip.to_string()),
            ["11.0.0.1", "11.0.1.1", "11.1.0.1"]
        );
    }
}
