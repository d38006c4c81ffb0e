//! All that a store in memory holds.

use std::time::SystemTime;

use super::counters::Counters;
use super::credentials::Credentials;
use super::limits::Limits;
use super::sessions::Sessions;
use super::tickets::Tickets;

pub(super) struct State {
    pub(super) credentials: Credentials,
    pub(super) counters: Counters,
    pub(super) tickets: Tickets,
    pub(super) sessions: Sessions,
    /// The time that the last call brought: `put` and `open` bring none.
    pub(super) seen: SystemTime,
}

impl State {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            credentials: Credentials::new(limits.accounts()),
            counters: Counters::new(limits.counters()),
            tickets: Tickets::new(limits.tickets()),
            sessions: Sessions::new(limits.sessions()),
            seen: SystemTime::UNIX_EPOCH,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}
