//! What the audit events of a replay add up to.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward::{AccountId, Event, EventKind, EventSink, Rule};

use crate::outcomes::Answer;

/// Counts waits and step-ups by their rule, and the accounts that were verified. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    by_rule: BTreeMap<(Answer, Rule), u64>,
    verified: HashSet<AccountId>,
}

impl Tally {
    /// Waits and step-ups per rule.
    pub fn by_rule(&self) -> Vec<(Answer, Rule, u64)> {
        let state = self.state();
        let counts = state.by_rule.iter();
        counts.map(|(&(answer, rule), &count)| (answer, rule, count)).collect()
    }

    /// How many different accounts were verified.
    pub fn accounts_verified(&self) -> usize {
        self.state().verified.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for Tally {
    fn record(&self, event: &Event) {
        let mut state = self.state();
        match event.kind {
            EventKind::Waited(rule) => *state.by_rule.entry((Answer::Wait, rule)).or_default() += 1,
            EventKind::StepUp(rule) => {
                *state.by_rule.entry((Answer::StepUp, rule)).or_default() += 1;
            }
            EventKind::Verified => state.verified.extend(event.account),
            _ => {}
        }
    }
}
