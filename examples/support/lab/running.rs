//! Runs systems through scenarios, two at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use indicatif::ProgressBar;

use super::addresses::Addresses;
use super::event::Event;
use super::people::People;
use super::play::play;
use super::scale::Scale;
use super::scenario::Scenario;
use super::score::Score;
use super::systems::Entrant;
use super::{guessers, owners};
use crate::dice::Dice;

/// The owners and the systems; attacks are made up one after the other.
pub(crate) struct Lab<'a> {
    seed: u64,
    scale: Scale,
    people: People,
    addresses: Addresses,
    logins: Vec<Event>,
    systems: &'a [Entrant],
    progress: &'a ProgressBar,
}

impl<'a> Lab<'a> {
    pub(crate) fn new(
        seed: u64,
        scale: Scale,
        systems: &'a [Entrant],
        progress: &'a ProgressBar,
    ) -> Self {
        let mut dice = Dice::new(seed);
        let mut addresses = Addresses::default();
        let people = People::make(scale, &mut addresses, &mut dice);
        let logins = owners::make(&people, scale, &mut dice);
        Self { seed, scale, people, addresses, logins, systems, progress }
    }

    /// The score of each system, in their order. No system's depends on which thread ran it, nor a
    /// scenario's on those before.
    pub(crate) fn scores(&self, scenario: &Scenario) -> Vec<Score> {
        let mut dice = Dice::new(self.seed.wrapping_add(ATTACKS));
        let mut addresses = self.addresses.clone();
        let (people, scale) = (&self.people, self.scale);
        let guesses = guessers::make(scenario.attack, people, scale, &mut addresses, &mut dice);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(entrant) = self.systems.get(at) else { return done };
                let mut system = entrant.make();
                let score = play(system.as_mut(), people, &self.logins, &guesses);
                self.progress.inc(score.logins + score.guesses);
                done.push((at, score));
            }
        };
        let mut scores: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            let joined = workers.into_iter().map(|worker| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            joined.flatten().collect()
        });
        scores.sort_by_key(|&(at, _)| at);
        scores.into_iter().map(|(_, score)| score).collect()
    }
}

const THREADS: usize = 2;

/// Attacks have chance of their own, so that the same owners meet all of them.
const ATTACKS: u64 = 1 << 32;
