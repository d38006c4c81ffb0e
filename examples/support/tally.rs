//! What the audit events of a replay tell.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward::{AccountId, Alarm, Event, EventKind, EventSink};

use crate::ruling::Ruling;

/// Keeps what was told of the attempt under way, and the accounts that were verified. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    told: Told,
    verified: HashSet<AccountId>,
}

/// What the events of one attempt tell.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) ruling: Option<Ruling>,
    pub(crate) alarms: Vec<Alarm>,
}

impl Tally {
    /// What was told since the last call: of one attempt, if they come one after the other.
    pub(crate) fn take(&self) -> Told {
        std::mem::take(&mut self.state().told)
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
            EventKind::Alarm(alarm) => state.told.alarms.push(alarm),
            EventKind::Verified => state.verified.extend(event.account),
            kind => state.told.ruling = Ruling::of(kind).or(state.told.ruling),
        }
    }
}
