//! Which call meets which fault.

use std::collections::HashMap;

use super::{Fault, Operation};

/// The faults to come and the calls so far.
#[derive(Default)]
pub(super) struct Script {
    by_call: HashMap<usize, Fault>,
    by_nth: HashMap<(Operation, usize), Fault>,
    by_operation: HashMap<Operation, Fault>,
    chance: Option<Chance>,
    log: Vec<Operation>,
    counts: HashMap<Operation, usize>,
}

impl Script {
    pub(super) fn call(&mut self, n: usize, fault: Fault) {
        self.by_call.insert(n, fault);
    }

    pub(super) fn nth(&mut self, operation: Operation, n: usize, fault: Fault) {
        self.by_nth.insert((operation, n), fault);
    }

    pub(super) fn every(&mut self, operation: Operation, fault: Fault) {
        self.by_operation.insert(operation, fault);
    }

    pub(super) fn seeded(&mut self, seed: u64, per_mille: u32, faults: &[Fault]) {
        self.chance = Some(Chance { state: seed, per_mille, faults: faults.to_vec() });
    }

    pub(super) fn heal(&mut self) {
        let log = std::mem::take(&mut self.log);
        let counts = std::mem::take(&mut self.counts);
        *self = Self { log, counts, ..Self::default() };
    }

    pub(super) fn log(&self) -> &[Operation] {
        &self.log
    }

    pub(super) fn count(&self, operation: Operation) -> usize {
        self.counts.get(&operation).copied().unwrap_or(0)
    }

    pub(super) fn reset_log(&mut self) {
        self.log.clear();
        self.counts.clear();
    }

    /// Logs a call and answers what is to go wrong with it.
    pub(super) fn next(&mut self, operation: Operation) -> Option<Fault> {
        self.log.push(operation);
        let nth = self.counts.entry(operation).or_default();
        *nth += 1;
        // Drawn for every call, so that the other rules do not shift the ones to come.
        let drawn = self.chance.as_mut().and_then(Chance::draw);
        let planned = self
            .by_call
            .get(&self.log.len())
            .or_else(|| self.by_nth.get(&(operation, *nth)))
            .or_else(|| self.by_operation.get(&operation));
        planned.copied().or(drawn)
    }
}

/// A share of all calls.
struct Chance {
    state: u64,
    per_mille: u32,
    faults: Vec<Fault>,
}

impl Chance {
    fn draw(&mut self) -> Option<Fault> {
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
