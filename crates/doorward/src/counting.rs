//! The throttle's rows in the store: reserve, settle, release.

use std::sync::Arc;
use std::time::SystemTime;

use doorward_fields::MacKey;
use doorward_store::{
    Change as StoreChange, Column, CounterKey, CounterRow, CounterUpdate, Store, StoreError,
};
use doorward_throttle::{Change, Counters, Scope, ScopeUpdate};

/// Applies the policy's updates to the store. Scopes name addresses and accounts in clear, so their
/// keys in the store are keyed digests.
#[derive(Debug)]
pub(crate) struct Counting {
    store: Arc<dyn Store>,
}

impl Counting {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Applies all updates in one round trip; answers the rows as they stand after, in order.
    pub(crate) async fn apply(
        &self,
        key: &MacKey,
        updates: &[ScopeUpdate],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let updates: Vec<_> = updates.iter().map(|update| to_store(key, update)).collect();
        let rows = self.store.update(&updates, now).await?;
        Ok(rows.iter().map(to_counters).collect())
    }

    /// The rows of these scopes as they stand, in order.
    pub(crate) async fn read(
        &self,
        key: &MacKey,
        scopes: &[Scope],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let keys: Vec<_> = scopes.iter().map(|scope| counter_key(key, scope)).collect();
        Ok(self.store.read(&keys, now).await?.iter().map(to_counters).collect())
    }
}

fn counter_key(key: &MacKey, scope: &Scope) -> CounterKey {
    CounterKey::new(*key.tag("scope", &[scope.key()]).as_bytes())
}

fn to_store(key: &MacKey, update: &ScopeUpdate) -> CounterUpdate {
    let change = |change: &Change| match *change {
        Change::Add(column, by) => StoreChange::Add(Column::new(column), by),
        Change::Set(column, to) => StoreChange::Set(Column::new(column), to),
        Change::Remove(column) => StoreChange::Remove(Column::new(column)),
    };
    let changes = update.changes().iter().map(change).collect();
    CounterUpdate::new(counter_key(key, update.scope()), changes, update.expires_at())
}

fn to_counters(row: &CounterRow) -> Counters {
    row.iter().map(|(column, value)| (column.get(), value)).collect()
}
