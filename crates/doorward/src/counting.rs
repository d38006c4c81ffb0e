//! The throttle's rows in the store: reserve, settle, release.

use std::sync::Arc;
use std::time::SystemTime;

use doorward_fields::MacKey;
use doorward_store::{
    Change as StoreChange, Column, CounterKey, CounterRow, CounterUpdate, Store, StoreError,
};
use doorward_throttle::{Change, Counters, Scope, ScopeUpdate};

/// Applies the policy's updates to a store. Scopes name addresses and accounts in clear, so their
/// keys in the store are keyed digests.
#[derive(Debug)]
pub(crate) struct Counting {
    store: Arc<dyn Store>,
}

/// What one row is told.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) scope: Scope,
    pub(crate) changes: Vec<Change>,
    pub(crate) expires_at: SystemTime,
}

impl From<&ScopeUpdate> for Write {
    fn from(update: &ScopeUpdate) -> Self {
        Self {
            scope: update.scope().clone(),
            changes: update.changes().to_vec(),
            expires_at: update.expires_at(),
        }
    }
}

impl Counting {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Writes to all of these rows in one call, or in none where there are none; answers them as they
    /// stand after, in order.
    pub(crate) async fn write(
        &self,
        key: &MacKey,
        writes: &[Write],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let updates: Vec<_> = writes.iter().map(|write| to_store(key, write)).collect();
        Ok(self.store.update(&updates, now).await?.iter().map(to_counters).collect())
    }

    /// The rows of these scopes as they stand, in order; likewise.
    pub(crate) async fn read(
        &self,
        key: &MacKey,
        scopes: &[Scope],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = scopes.iter().map(|scope| counter_key(key, scope)).collect();
        Ok(self.store.read(&keys, now).await?.iter().map(to_counters).collect())
    }

    /// Forgets the rows of these scopes.
    pub(crate) async fn clear(&self, key: &MacKey, scopes: &[Scope]) -> Result<(), StoreError> {
        let keys: Vec<_> = scopes.iter().map(|scope| counter_key(key, scope)).collect();
        self.store.clear(&keys).await
    }
}

fn counter_key(key: &MacKey, scope: &Scope) -> CounterKey {
    CounterKey::new(*key.tag("scope", &[scope.key()]).as_bytes())
}

fn to_store(key: &MacKey, write: &Write) -> CounterUpdate {
    let change = |change: &Change| match *change {
        Change::Add(column, by) => StoreChange::Add(Column::new(column), by),
        Change::Set(column, to) => StoreChange::Set(Column::new(column), to),
        Change::Remove(column) => StoreChange::Remove(Column::new(column)),
    };
    let changes = write.changes.iter().map(change).collect();
    CounterUpdate::new(counter_key(key, &write.scope), changes, write.expires_at)
}

fn to_counters(row: &CounterRow) -> Counters {
    row.iter().map(|(column, value)| (column.get(), value)).collect()
}
