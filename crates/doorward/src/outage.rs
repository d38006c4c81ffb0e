//! Attempts that are counted here, because the store of the counters does not answer.

use std::sync::Arc;
use std::time::SystemTime;

use doorward_fields::MacKey;
use doorward_store::{Limits, MemoryStore, StoreError, StoreErrorKind};
use doorward_throttle::{Counters, Outage, Policy, Reservation, Scope, ScopeKind, ScopeUpdate};
use tokio::sync::Mutex;

use crate::authenticator::Inner;
use crate::breaker::Breaker;
use crate::counting::{Counting, Write};
use crate::event::{Event, EventKind};
use crate::owed::{MOST_ROWS, Owed};
use crate::paying::Debts;

/// Where an attempt is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// In the memory of this process.
    Here,
    /// In the store, with those of all other instances.
    Store,
}

/// What is needed to go on without the store's counters, where the policy allows it.
#[derive(Debug)]
pub(crate) struct Outages {
    pub(crate) is_possible: bool,
    /// The share of one instance.
    degraded: Policy,
    breaker: Breaker,
    /// The rows that judge. They outlast the outage: the next one must not begin with a fresh budget.
    rows: Counting,
    pub(crate) owed: Owed,
    /// One attempt pays at a time, or something would be paid twice.
    pub(crate) paying: Mutex<()>,
}

impl Outages {
    pub(crate) fn new(policy: &Policy) -> Self {
        let limits = Limits::default().with_accounts(0).with_counters(MOST_ROWS).with_tickets(0);
        Self {
            is_possible: policy.may_go_on(),
            degraded: policy.degraded(),
            breaker: Breaker::default(),
            rows: Counting::new(Arc::new(MemoryStore::with_limits(limits))),
            owed: Owed::default(),
            paying: Mutex::default(),
        }
    }

    /// An operator lifts the waits of these.
    pub(crate) async fn lift(
        &self,
        key: &MacKey,
        scopes: &[Scope],
        now: SystemTime,
    ) -> Result<(), StoreError> {
        if !self.is_possible {
            return Ok(());
        }
        self.owed.forget(scopes);
        let rows = self.rows.read(key, scopes, now).await?;
        let lifted = scopes.iter().zip(&rows);
        let lifted: Vec<_> =
            lifted.map(|(scope, row)| Write::from(&self.degraded.lift(scope, row, now))).collect();
        self.rows.write(key, &lifted, now).await?;
        Ok(())
    }
}

impl Inner {
    /// The policy that judges there.
    pub(crate) fn policy_at(&self, place: Place) -> &Policy {
        match place {
            Place::Here => &self.outages.degraded,
            Place::Store => &self.policy,
        }
    }

    /// Reserves in the store, or here if it does not answer and every rule that judges the attempt goes
    /// on without it.
    ///
    /// What is owed to the store is paid first. While another attempt pays what is owed to these very
    /// scopes, the store does not know it yet, and this one is counted here.
    pub(crate) async fn reserve(
        &self,
        reservation: &Reservation,
        updates: &[ScopeUpdate],
        now: SystemTime,
    ) -> Result<(Vec<Counters>, Place), StoreError> {
        let goes_on = self.goes_on(reservation);
        // Behind the attempt's own rows comes one that only was to be learned from.
        let own = &updates[..updates.len().min(reservation.scopes().count())];
        if goes_on && !self.outages.breaker.may_try(now) {
            return Ok((self.apply_here(own, now).await?, Place::Here));
        }
        let asked = match self.pay(reservation, now).await {
            Ok(Debts::PaidByAnother) if goes_on => {
                return Ok((self.apply_here(own, now).await?, Place::Here));
            }
            Ok(_) => self.apply(updates, now).await,
            Err(error) => Err(error),
        };
        match asked {
            Ok(rows) => {
                self.note_answer();
                Ok((rows, Place::Store))
            }
            Err(error) if goes_on && is_outage(&error) => {
                self.note_failure();
                Ok((self.apply_here(own, now).await?, Place::Here))
            }
            Err(error) => Err(error),
        }
    }

    /// Settles where the attempt was reserved, or here if the store does not answer any more.
    ///
    /// Room that it holds in the store is not given back then: whether it was cannot be told, and it
    /// lapses by itself, or stays counted as a failure of the source.
    pub(crate) async fn settle_at(
        &self,
        place: Place,
        reservation: &Reservation,
        updates: &[ScopeUpdate],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        if place == Place::Here {
            self.owe(updates.iter().map(ScopeUpdate::without_room));
            return self.apply_here(updates, now).await;
        }
        let goes_on = self.goes_on(reservation);
        let asked = if goes_on && !self.outages.breaker.may_try(now) {
            None
        } else {
            Some(self.apply(updates, now).await)
        };
        match asked {
            Some(Ok(rows)) => {
                self.note_answer();
                Ok(rows)
            }
            Some(Err(error)) if !(goes_on && is_outage(&error)) => Err(error),
            failed => {
                // What the store was asked to count for the site is held back already.
                let holds_site = failed.is_some();
                if holds_site {
                    self.note_failure();
                }
                // What was counted ahead is in the store, and what may wait is held back already.
                let owed = updates.iter().filter(|update| failed.is_none() || !update.may_wait());
                self.owe(owed.map(ScopeUpdate::without_reservation));
                let counted: Vec<_> = updates.iter().map(ScopeUpdate::without_room).collect();
                self.count_here(&counted, holds_site, now).await
            }
        }
    }

    fn goes_on(&self, reservation: &Reservation) -> bool {
        self.outages.is_possible && self.policy.goes_on(reservation)
    }

    /// Applies updates to the rows of this process. A rule that is open has an empty row.
    pub(crate) async fn apply_here(
        &self,
        updates: &[ScopeUpdate],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        self.count_here(updates, false, now).await
    }

    async fn count_here(
        &self,
        updates: &[ScopeUpdate],
        holds_site: bool,
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let mut rows = Vec::with_capacity(updates.len());
        for update in updates {
            if !self.is_counted(update) {
                rows.push(Counters::new());
            } else if is_site(update) {
                // Every instance keeps that row anyway, as the store had it last.
                let changes = if holds_site { &[] } else { update.changes() };
                rows.push(self.ledger.hold_site(changes));
            } else {
                let update = [Write::from(update)];
                rows.extend(self.outages.rows.write(self.vault.counters(), &update, now).await?);
            }
        }
        Ok(rows)
    }

    pub(crate) fn is_counted(&self, update: &ScopeUpdate) -> bool {
        self.policy.rule(update.scope().kind()).outage() != Outage::Open
    }

    fn note_failure(&self) {
        if self.outages.breaker.failed(self.clock.now()) {
            self.emit_outage(EventKind::OutageBegan);
        }
    }

    fn note_answer(&self) {
        if self.outages.is_possible && self.outages.breaker.succeeded() {
            self.emit_outage(EventKind::OutageEnded);
        }
    }

    fn emit_outage(&self, kind: EventKind) {
        self.events.record(&Event {
            at: self.clock.now(),
            kind,
            account: None,
            subject: String::new(),
            source: None,
            known_device: false,
        });
    }
}

/// Whether the store does not answer, rather than that it says no.
pub(crate) fn is_outage(error: &StoreError) -> bool {
    matches!(error.kind(), StoreErrorKind::Throttled | StoreErrorKind::Unavailable)
}

pub(crate) fn is_site(update: &ScopeUpdate) -> bool {
    update.scope().kind() == ScopeKind::Site
}
