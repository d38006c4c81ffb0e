//! Telling the store what was counted while it did not answer.

use std::time::SystemTime;

use doorward_store::StoreError;
use doorward_throttle::{Reservation, Scope, ScopeUpdate};

use crate::authenticator::Inner;
use crate::outage::{is_outage, is_site};
use crate::owed::Debt;

/// What is owed to the scopes of an attempt.
pub(crate) enum Debts {
    Paid,
    /// Another attempt is just paying them.
    PaidByAnother,
}

impl Inner {
    /// Takes note of what the store will have to be told.
    pub(crate) fn owe(&self, updates: impl Iterator<Item = ScopeUpdate>) {
        let counted = updates.filter(|update| self.is_counted(update) && !is_site(update));
        counted.for_each(|update| self.outages.owed.note(&update));
    }

    /// Tells the store what is owed to it: for the scopes of this attempt, and some others along with
    /// them.
    pub(crate) async fn pay(
        &self,
        reservation: &Reservation,
        now: SystemTime,
    ) -> Result<Debts, StoreError> {
        let owed = &self.outages.owed;
        if !self.outages.is_possible || owed.is_idle() {
            return Ok(Debts::Paid);
        }
        let Ok(_alone) = self.outages.paying.try_lock() else {
            let concerned = owed.concerns(reservation.scopes());
            return Ok(if concerned { Debts::PaidByAnother } else { Debts::Paid });
        };
        let taken = owed.take(reservation.scopes(), now);
        let told = taken.iter().map(|(scope, debt)| debt.told(scope, now));
        let updates: Vec<_> = told.filter(|update| !update.changes().is_empty()).collect();
        if updates.is_empty() {
            owed.paid_but(Vec::new(), now);
            return Ok(Debts::Paid);
        }
        match self.apply(&updates, now).await {
            Ok(_) => owed.paid_but(Vec::new(), now),
            Err(error) if is_outage(&error) => {
                owed.paid_but(taken, now);
                return Err(error);
            }
            Err(_) => self.pay_one_by_one(reservation, taken, now).await?,
        }
        Ok(Debts::Paid)
    }

    /// One of the rows takes no more: it is full, or cannot be read. That concerns nobody but who stands
    /// at that one, and makes room in it.
    async fn pay_one_by_one(
        &self,
        reservation: &Reservation,
        taken: Vec<(Scope, Debt)>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        let mut result = Ok(());
        let mut unpaid = Vec::new();
        for (scope, mut debt) in taken {
            if let Err(error) = self.apply(&[debt.told(&scope, now)], now).await {
                debt.is_stuck = !is_outage(&error);
                if reservation.scopes().any(|own| *own == scope) {
                    result = Err(error);
                }
                unpaid.push((scope, debt));
            }
        }
        self.outages.owed.paid_but(unpaid, now);
        result
    }
}
