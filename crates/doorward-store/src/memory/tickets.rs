//! The tickets of a store in memory.

use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use crate::{StoreError, StoreErrorKind, Ticket, TicketKey};

pub(super) struct Tickets {
    by_key: HashMap<TicketKey, Ticket>,
    /// The same tickets, the soonest to expire first.
    by_expiry: BTreeSet<(SystemTime, TicketKey)>,
    max: usize,
}

impl Tickets {
    pub(super) fn new(max: usize) -> Self {
        Self { by_key: HashMap::new(), by_expiry: BTreeSet::new(), max }
    }

    /// `seen` is the latest time known.
    pub(super) fn put(
        &mut self,
        key: TicketKey,
        ticket: Ticket,
        seen: SystemTime,
    ) -> Result<(), StoreError> {
        if ticket.value().len() > Ticket::MAX_VALUE_BYTES {
            return Err(StoreError::new(StoreErrorKind::Invalid, "put"));
        }
        if self.by_key.contains_key(&key) {
            return Err(StoreError::new(StoreErrorKind::Conflict, "put"));
        }
        if self.by_key.len() >= self.max {
            self.drop_expired(seen);
        }
        if self.by_key.len() >= self.max {
            return Err(StoreError::new(StoreErrorKind::Full, "put"));
        }
        self.by_expiry.insert((ticket.expires_at(), key));
        self.by_key.insert(key, ticket);
        Ok(())
    }

    pub(super) fn peek(&self, key: TicketKey, now: SystemTime) -> Option<Ticket> {
        self.by_key.get(&key).filter(|ticket| !ticket.is_expired(now)).cloned()
    }

    pub(super) fn take(&mut self, key: TicketKey, now: SystemTime) -> Option<Ticket> {
        let ticket = self.by_key.remove(&key)?;
        self.by_expiry.remove(&(ticket.expires_at(), key));
        (!ticket.is_expired(now)).then_some(ticket)
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// By ascending key.
    pub(super) fn sorted(&self) -> Vec<(&TicketKey, &Ticket)> {
        let mut all: Vec<_> = self.by_key.iter().collect();
        all.sort_unstable_by_key(|(key, _)| **key);
        all
    }

    fn drop_expired(&mut self, now: SystemTime) {
        while let Some((expires_at, key)) = self.by_expiry.first().copied() {
            if now < expires_at {
                return;
            }
            self.by_expiry.remove(&(expires_at, key));
            self.by_key.remove(&key);
        }
    }
}
