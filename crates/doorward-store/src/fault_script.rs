//! Which call meets which fault.

use std::collections::HashMap;
use std::hash::Hash;

/// The faults to come and the calls so far, of something whose operations are `O` and whose faults are `F`.
///
/// What a fault injector is made of: it asks [`next`](Self::next) with every call. The rules are those of
/// [`FaultyStore`](crate::FaultyStore): of several that fit, one for a single call comes first, then one for
/// every call of an operation, then what was drawn.
#[derive(Debug)]
pub struct FaultScript<O, F> {
    by_call: HashMap<usize, F>,
    by_nth: HashMap<(O, usize), F>,
    by_operation: HashMap<O, F>,
    chance: Option<Chance<F>>,
    log: Vec<O>,
    counts: HashMap<O, usize>,
}

impl<O: Copy + Eq + Hash, F: Copy> FaultScript<O, F> {
    /// Fails the `n`-th call, over all operations.
    pub fn call(&mut self, n: usize, fault: F) {
        self.by_call.insert(n, fault);
    }

    /// Fails the `n`-th call of one operation.
    pub fn nth(&mut self, operation: O, n: usize, fault: F) {
        self.by_nth.insert((operation, n), fault);
    }

    /// Fails every call of one operation.
    pub fn every(&mut self, operation: O, fault: F) {
        self.by_operation.insert(operation, fault);
    }

    /// Fails `per_mille` of a thousand calls with one of `faults`, drawn from `seed`.
    pub fn seeded(&mut self, seed: u64, per_mille: u32, faults: &[F]) {
        self.chance = Some(Chance { state: seed, per_mille, faults: faults.to_vec() });
    }

    /// Forgets the faults to come. The log stays.
    pub fn heal(&mut self) {
        let log = std::mem::take(&mut self.log);
        let counts = std::mem::take(&mut self.counts);
        *self = Self { log, counts, ..Self::default() };
    }

    /// Every call so far, in the order in which they began.
    #[must_use]
    pub fn log(&self) -> &[O] {
        &self.log
    }

    /// How often an operation was called.
    #[must_use]
    pub fn count(&self, operation: O) -> usize {
        self.counts.get(&operation).copied().unwrap_or(0)
    }

    /// Forgets the calls so far: the next one is number 1.
    pub fn reset_log(&mut self) {
        self.log.clear();
        self.counts.clear();
    }

    /// Logs a call and answers what is to go wrong with it.
    pub fn next(&mut self, operation: O) -> Option<F> {
        self.log.push(operation);
        let nth = self.counts.entry(operation).or_default();
        *nth += 1;
        // Drawn for every call, so that the other rules do not shift the ones to come.
        let drawn = self.chance.as_mut().and_then(|chance| chance.draw());
        let planned = self
            .by_call
            .get(&self.log.len())
            .or_else(|| self.by_nth.get(&(operation, *nth)))
            .or_else(|| self.by_operation.get(&operation));
        planned.copied().or(drawn)
    }
}

// Written out because the derived one would ask for defaults of `O` and `F`.
impl<O, F> Default for FaultScript<O, F> {
    fn default() -> Self {
        Self {
            by_call: HashMap::new(),
            by_nth: HashMap::new(),
            by_operation: HashMap::new(),
            chance: None,
            log: Vec::new(),
            counts: HashMap::new(),
        }
    }
}

/// A share of all calls.
#[derive(Debug)]
struct Chance<F> {
    state: u64,
    per_mille: u32,
    faults: Vec<F>,
}

impl<F: Copy> Chance<F> {
    fn draw(&mut self) -> Option<F> {
        let hit = self.random() % 1000 < u64::from(self.per_mille);
        let which = self.random();
        if !hit || self.faults.is_empty() {
            return None;
        }
        Some(self.faults[(which % self.faults.len() as u64) as usize])
    }

    /// SplitMix64: small, seeded, and good enough to spread faults.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
