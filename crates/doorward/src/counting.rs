//! The throttle's rows in the store: reserve, settle, release.

use std::sync::Arc;
use std::time::SystemTime;

use doorward_fields::MacKey;
use doorward_store::{
    Change as StoreChange, Column, CounterKey, CounterRow, CounterUpdate, Store, StoreError,
};
use doorward_throttle::{Change, Counters, Scope, ScopeKind, ScopeUpdate};

use crate::site_row::{Due, SiteRow};

/// Applies the policy's updates to the store. Scopes name addresses and accounts in clear, so their
/// keys in the store are keyed digests.
#[derive(Debug)]
pub(crate) struct Counting {
    store: Arc<dyn Store>,
    site: SiteRow,
}

impl Counting {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, site: SiteRow::default() }
    }

    /// Applies all updates in one round trip; answers the rows as they stand after, in order.
    ///
    /// The row of the whole site, which everybody writes to, goes to the store once in a while only.
    pub(crate) async fn apply(
        &self,
        key: &MacKey,
        updates: &[ScopeUpdate],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let mut sent = Vec::with_capacity(updates.len());
        let mut held = None;
        let mut site = None;
        for (at, update) in updates.iter().enumerate() {
            if update.scope().kind() != ScopeKind::Site {
                sent.push(to_store(key, update.scope(), update.changes(), update.expires_at()));
                continue;
            }
            match self.site.add(update, now) {
                Due::Later(row) => held = Some((at, row)),
                Due::Now(changes) => {
                    sent.push(to_store(key, update.scope(), &changes, update.expires_at()));
                    site = Some((at, changes));
                }
            }
        }
        let rows = self.store.update(&sent, now).await;
        let mut rows: Vec<_> = match rows {
            Ok(rows) => rows.iter().map(to_counters).collect(),
            Err(error) => {
                if let Some((_, changes)) = site {
                    self.site.put_back(changes);
                }
                return Err(error);
            }
        };
        if let Some((at, row)) = held {
            rows.insert(at.min(rows.len()), row);
        } else if let Some((at, _)) = site
            && let Some(row) = rows.get_mut(at)
        {
            *row = self.site.learn(row, now);
        }
        Ok(rows)
    }

    /// The row of the whole site as this instance knows it, with an update that is held back for longer
    /// than usual.
    pub(crate) fn hold_site(&self, changes: &[Change]) -> Counters {
        self.site.hold(changes)
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

    /// Forgets what is held back of the row of the whole site: the next update of it goes to the store.
    pub(crate) fn forget_site(&self) {
        self.site.forget();
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

fn to_store(
    key: &MacKey,
    scope: &Scope,
    changes: &[Change],
    expires_at: SystemTime,
) -> CounterUpdate {
    let change = |change: &Change| match *change {
        Change::Add(column, by) => StoreChange::Add(Column::new(column), by),
        Change::Set(column, to) => StoreChange::Set(Column::new(column), to),
        Change::Remove(column) => StoreChange::Remove(Column::new(column)),
    };
    CounterUpdate::new(counter_key(key, scope), changes.iter().map(change).collect(), expires_at)
}

fn to_counters(row: &CounterRow) -> Counters {
    row.iter().map(|(column, value)| (column.get(), value)).collect()
}
