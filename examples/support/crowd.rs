//! People who log in and register all the while, at two instances in turn.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use doorward::{Authenticator, Login, Outcome, Registered, Registration};
use tokio::task::JoinSet;

use crate::failure::Failure;

/// The password of everybody: the hashes differ all the same.
pub(crate) const PASSWORD: &str = "seven quiet herons";

/// The instances of a service, and those who stand in front of it.
pub(crate) struct Crowd {
    street: Arc<Street>,
    tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Street {
    /// Each is exchanged for one with other keys while the other serves.
    instances: RwLock<[Authenticator; 2]>,
    people: AtomicUsize,
    served: AtomicUsize,
    turned_away: AtomicUsize,
    is_over: AtomicBool,
}

impl Crowd {
    /// Registers so many people, then lets them log in without end.
    pub(crate) async fn gather(
        instances: [Authenticator; 2],
        people: usize,
    ) -> Result<Self, Failure> {
        let street = Arc::new(Street {
            instances: RwLock::new(instances),
            people: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            turned_away: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        for _ in 0..people {
            if !street.register(0).await {
                return Err(Failure::of_run("registration", "an account was not made"));
            }
        }
        let mut tasks = JoinSet::new();
        for lane in 0..LANES {
            tasks.spawn(Arc::clone(&street).walk(lane));
        }
        Ok(Self { street, tasks })
    }

    /// Exchanges one instance while the other serves.
    pub(crate) fn exchange(&self, number: usize, instance: Authenticator) {
        let mut instances = self.street.instances.write().unwrap_or_else(PoisonError::into_inner);
        instances[number] = instance;
    }

    /// Waits until so many more were served, or one was turned away.
    pub(crate) async fn wait_for(&self, more: usize) {
        let (served, turned_away) = self.counts();
        while self.counts().0 < served + more && self.counts().1 == turned_away {
            tokio::task::yield_now().await;
        }
    }

    /// How many logins were verified so far, and how many were not.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (count(&self.street.served), count(&self.street.turned_away))
    }

    /// How many people have an account.
    pub(crate) fn people(&self) -> usize {
        self.street.people.load(Ordering::Relaxed)
    }

    /// Lets everybody finish, and then each log in once more.
    ///
    /// Answers with how many were let in.
    pub(crate) async fn call_the_roll(mut self) -> usize {
        self.street.is_over.store(true, Ordering::Relaxed);
        while self.tasks.join_next().await.is_some() {}
        let mut let_in = 0;
        for number in 0..self.people() {
            let_in += usize::from(log_in(&self.street.instance(number), number).await);
        }
        let_in
    }
}

impl Street {
    async fn walk(self: Arc<Self>, lane: usize) {
        let mut number = lane;
        while !self.is_over.load(Ordering::Relaxed) {
            // Everybody comes by in turn, and now and then somebody new.
            let is_done = if number % 61 == lane {
                self.register(number).await
            } else {
                let person = number % self.people.load(Ordering::Relaxed);
                log_in(&self.instance(number), person).await
            };
            let count = if is_done { &self.served } else { &self.turned_away };
            count.fetch_add(1, Ordering::Relaxed);
            number += LANES;
        }
    }

    async fn register(&self, turn: usize) -> bool {
        let number = self.people.load(Ordering::Relaxed);
        let registration = Registration::new(name(number), PASSWORD);
        let registered = self.instance(turn).register(registration).await;
        // Two who register at once may want one name: whoever has it is somebody.
        self.people.fetch_max(number + 1, Ordering::Relaxed);
        matches!(registered, Ok(Registered::Created(_) | Registered::Taken))
    }

    fn instance(&self, turn: usize) -> Authenticator {
        let instances = self.instances.read().unwrap_or_else(PoisonError::into_inner);
        instances[turn % instances.len()].clone()
    }
}

/// Whether a person is let in.
pub(crate) async fn log_in(instance: &Authenticator, number: usize) -> bool {
    let login = Login::new(name(number), PASSWORD).from(home(number));
    matches!(instance.authenticate(login).await, Ok(Outcome::Verified(_)))
}

/// So many people are at the door at once.
const LANES: usize = 6;

fn name(number: usize) -> String {
    format!("person-{number}@example.com")
}

/// An address of their own.
fn home(number: usize) -> IpAddr {
    let number = u32::try_from(number).unwrap_or(u32::MAX / 2);
    Ipv4Addr::from(0x0b00_0001 + (number << 8)).into()
}
