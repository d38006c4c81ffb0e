//! The throttle's rows as this instance knows them, with as few calls and writes to the store as will do.

use std::sync::Arc;
use std::time::SystemTime;

use doorward_fields::MacKey;
use doorward_store::{Store, StoreError};
use doorward_throttle::{Change, Counters, Policy, Scope, ScopeKind, ScopeUpdate};

use crate::counting::{Counting, Write};
use crate::held_back::HeldBack;
use crate::rooms::Rooms;
use crate::site_row::{Due, SiteRow};

/// The rows in the store, and what of them this instance keeps to itself for a while: the row of the whole
/// site, sums that may wait, and room on networks that are calm.
#[derive(Debug)]
pub(crate) struct Ledger {
    rows: Counting,
    site: SiteRow,
    held: HeldBack,
    rooms: Rooms,
}

/// What becomes of an update.
enum Step {
    /// The store need not know. The row, where this instance knows it.
    Known(Counters),
    Read(Read),
    Write(Write, Vec<Change>),
    WriteSite(Write),
}

/// A row that is only to be read, with what is to be added to it.
struct Read {
    scope: Scope,
    beside: Vec<Change>,
    /// The column of the room that was taken here.
    taken: Option<u64>,
}

impl Ledger {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            rows: Counting::new(store),
            site: SiteRow::default(),
            held: HeldBack::default(),
            rooms: Rooms::default(),
        }
    }

    /// Applies all updates, in one call that writes and one that reads beside it, at the most; answers the rows
    /// as they stand after, in order, with what this instance has not told the store yet. Where a network turns out
    /// to be restless, one more call takes room in its row.
    pub(crate) async fn apply(
        &self,
        policy: &Policy,
        key: &MacKey,
        updates: &[ScopeUpdate],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let mut leaving = Vec::new();
        let mut steps: Vec<_> =
            updates.iter().map(|update| self.plan(policy, update, now, &mut leaving)).collect();
        let (writes, reads) = calls(&steps);
        let (written, read) =
            tokio::join!(self.rows.write(key, &writes, now), self.rows.read(key, &reads, now),);
        let (written, read) = match (written, read) {
            (Ok(written), Ok(read)) => (written, read),
            (written, read) => {
                let is_written = written.is_ok();
                self.abandon(key, updates, &steps, is_written, now).await;
                return written.and(read);
            }
        };
        leaving.iter().for_each(|(scope, column)| self.rooms.leave(scope, *column));
        let mut rows = self.answer(policy, &steps, written, read, now);
        if let Err(error) = self.settle_in(policy, key, updates, &mut steps, &mut rows, now).await {
            self.abandon(key, updates, &steps, true, now).await;
            return Err(error);
        }
        Ok(rows)
    }

    /// The row of the whole site as this instance knows it, with an update that is held back for longer
    /// than usual.
    pub(crate) fn hold_site(&self, changes: &[Change]) -> Counters {
        self.site.hold(changes)
    }

    /// Forgets what is held back of the row of the whole site: the next update of it goes to the store.
    pub(crate) fn forget_site(&self) {
        self.site.forget();
    }

    /// The rows of these scopes as they stand, in order.
    pub(crate) async fn read(
        &self,
        policy: &Policy,
        key: &MacKey,
        scopes: &[Scope],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let mut rows = self.rows.read(key, scopes, now).await?;
        for (row, scope) in rows.iter_mut().zip(scopes) {
            row.apply(&self.held.of(policy, scope, now));
        }
        Ok(rows)
    }

    /// Forgets the rows of these scopes.
    pub(crate) async fn clear(&self, key: &MacKey, scopes: &[Scope]) -> Result<(), StoreError> {
        self.rows.clear(key, scopes).await
    }

    fn plan(
        &self,
        policy: &Policy,
        update: &ScopeUpdate,
        now: SystemTime,
        leaving: &mut Vec<(Scope, u64)>,
    ) -> Step {
        let scope = update.scope();
        match (scope.kind(), update.room()) {
            (ScopeKind::Site, _) => match self.site.add(update, now) {
                Due::Later(row) => Step::Known(row),
                Due::Now(changes, _) if changes.is_empty() => {
                    Step::Read(Read { scope: scope.clone(), beside: Vec::new(), taken: None })
                }
                Due::Now(changes, expires_at) => {
                    Step::WriteSite(Write { scope: scope.clone(), changes, expires_at })
                }
            },
            (kind, Some((column, by))) if kind.is_wide() && by > 0 => {
                let Some(room) = self.rooms.take(policy, scope, column, now) else {
                    return self.write(policy, update, now);
                };
                Step::Read(Read { scope: scope.clone(), beside: room, taken: Some(column) })
            }
            (kind, Some((column, _))) if kind.is_wide() => {
                let is_here = self.rooms.begin_to_leave(scope, column);
                if is_here {
                    leaving.push((scope.clone(), column));
                } else if policy.still_counts(kind, column, now) {
                    return self.write(policy, update, now);
                }
                let rest = update.without_room();
                // What only clears away goes with the next write.
                let is_little = |change: &Change| matches!(change, Change::Remove(_));
                if rest.changes().iter().all(is_little) {
                    return Step::Known(Counters::new());
                }
                self.write_or_hold(policy, &rest, now)
            }
            _ if update.changes().is_empty() => {
                Step::Read(Read { scope: scope.clone(), beside: Vec::new(), taken: None })
            }
            _ => self.write_or_hold(policy, update, now),
        }
    }

    fn write_or_hold(&self, policy: &Policy, update: &ScopeUpdate, now: SystemTime) -> Step {
        if !update.may_wait() {
            return self.write(policy, update, now);
        }
        let Some((mut changes, expires_at)) = self.held.add(policy, update, now) else {
            return Step::Known(Counters::new());
        };
        // The sums are among them.
        let is_sum = |change: &&Change| matches!(change, Change::Add(..));
        changes.extend(update.changes().iter().filter(|change| !is_sum(change)).copied());
        Step::Write(Write { scope: update.scope().clone(), changes, expires_at }, Vec::new())
    }

    /// Writes an update, with what was held back of its row.
    fn write(&self, policy: &Policy, update: &ScopeUpdate, now: SystemTime) -> Step {
        let mut write = Write::from(update);
        if let Some((mut changes, expires_at)) = self.held.take(policy, update.scope(), now) {
            changes.append(&mut write.changes);
            write.changes = changes;
            write.expires_at = write.expires_at.max(expires_at);
        }
        let beside = match update.scope().kind().is_wide() {
            true => self.rooms.of(policy, update.scope(), now),
            false => Vec::new(),
        };
        Step::Write(write, beside)
    }

    /// The rows of all steps, from those that came back.
    ///
    /// What is held back is added to a row once that was read: what another attempt has written meanwhile is in
    /// the row, and would else count twice.
    fn answer(
        &self,
        policy: &Policy,
        steps: &[Step],
        written: Vec<Counters>,
        read: Vec<Counters>,
        now: SystemTime,
    ) -> Vec<Counters> {
        let (mut written, mut read) = (written.into_iter(), read.into_iter());
        let row = |step: &Step| match step {
            Step::Known(row) => row.clone(),
            Step::Read(of) => {
                let mut row = read.next().unwrap_or_default();
                if of.scope.kind() == ScopeKind::Site {
                    return self.site.learn(&row, now);
                }
                row.apply(&of.beside);
                row.apply(&self.held.of(policy, &of.scope, now));
                row
            }
            Step::Write(_, beside) => {
                let mut row = written.next().unwrap_or_default();
                row.apply(beside);
                row
            }
            Step::WriteSite(_) => self.site.learn(&written.next().unwrap_or_default(), now),
        };
        steps.iter().map(row).collect()
    }

    /// Takes room in the store on those networks that turned out to be restless, and remembers them.
    async fn settle_in(
        &self,
        policy: &Policy,
        key: &MacKey,
        updates: &[ScopeUpdate],
        steps: &mut [Step],
        rows: &mut [Counters],
        now: SystemTime,
    ) -> Result<(), StoreError> {
        let (mut moving, mut moved) = (Vec::new(), Vec::new());
        for (at, (update, step)) in updates.iter().zip(steps).enumerate() {
            let (scope, kind) = (update.scope(), update.scope().kind());
            let takes = kind.is_wide() && update.room().is_some_and(|(_, by)| by > 0);
            if !takes || !policy.needs_room(kind, &rows[at], now) {
                continue;
            }
            self.rooms.remember(scope, now);
            let Step::Read(read) = step else { continue };
            let Some(column) = read.taken.take() else { continue };
            let mut beside = std::mem::take(&mut read.beside);
            // Its own is in the store from now on.
            beside.push(Change::Add(column, -1));
            let is_here = self.rooms.begin_to_leave(scope, column);
            if is_here { &mut moving } else { &mut moved }.push((at, column, beside));
        }
        let writes: Vec<_> = moving.iter().map(|&(at, ..)| Write::from(&updates[at])).collect();
        let reads: Vec<_> = moved.iter().map(|&(at, ..)| updates[at].scope().clone()).collect();
        let (written, read) =
            tokio::join!(self.rows.write(key, &writes, now), self.rows.read(key, &reads, now),);
        moving.iter().for_each(|&(at, column, _)| self.rooms.leave(updates[at].scope(), column));
        let fresh = written?.into_iter().chain(read?);
        for ((at, _, beside), mut row) in moving.into_iter().chain(moved).zip(fresh) {
            row.apply(&beside);
            row.apply(&self.held.of(policy, updates[at].scope(), now));
            rows[at] = row;
        }
        Ok(())
    }

    /// An attempt that could not be reserved gives back what it took, as far as can be told. What was
    /// held back is lost, for it may be written.
    async fn abandon(
        &self,
        key: &MacKey,
        updates: &[ScopeUpdate],
        steps: &[Step],
        is_written: bool,
        now: SystemTime,
    ) {
        let mut undone = Vec::new();
        for (update, step) in updates.iter().zip(steps) {
            match step {
                Step::Read(Read { scope, taken: Some(column), .. }) => {
                    if self.rooms.begin_to_leave(scope, *column) {
                        self.rooms.leave(scope, *column);
                    } else {
                        undone.push(Write::from(&update.undone()));
                    }
                }
                Step::Read(Read { scope, .. }) if scope.kind() == ScopeKind::Site => {
                    self.site.put_back(Vec::new());
                }
                Step::WriteSite(write) if !is_written => self.site.put_back(write.changes.clone()),
                Step::Write(..) if is_written && update.room().is_some_and(|(_, by)| by > 0) => {
                    undone.push(Write::from(&update.undone()));
                }
                _ => {}
            }
        }
        // What is not given back lapses, or counts as a failure.
        let _ = self.rows.write(key, &undone, now).await;
    }
}

/// What the store is told and asked.
fn calls(steps: &[Step]) -> (Vec<Write>, Vec<Scope>) {
    let (mut writes, mut reads) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Known(_) => {}
            Step::Read(read) => reads.push(read.scope.clone()),
            Step::Write(write, _) | Step::WriteSite(write) => writes.push(write.clone()),
        }
    }
    (writes, reads)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use doorward_fields::{KeyId, RootKey};
    use doorward_store::{Fault, FaultyStore, MemoryStore, Operation};
    use doorward_throttle::{Attempt, Decision, Device, Reservation, Settlement};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    fn reserve(policy: &Policy, is_known: bool) -> (Reservation, Vec<ScopeUpdate>) {
        let device = Device { id: b"laptop", issued_at: at(0) };
        let source = Some([192, 0, 2, 7].into());
        let device = is_known.then_some(device);
        policy.reserve(&Attempt { account: b"a", device, source, guess: None }, at(0))
    }

    fn of_network(updates: &[ScopeUpdate]) -> Vec<ScopeUpdate> {
        let own = |update: &&ScopeUpdate| update.scope().kind() == ScopeKind::Prefix;
        updates.iter().filter(own).cloned().collect()
    }

    /// What a login from a known device gives its network.
    fn credit(policy: &Policy) -> Vec<ScopeUpdate> {
        let (reservation, updates) = reserve(policy, true);
        let rows = vec![Counters::new(); updates.len()];
        let decision = policy.decide(&reservation, &rows, None, at(0), false);
        let Decision::Admit(admission) = decision else { panic!("{decision:?}") };
        let settled = policy.settle(admission, &reservation, &rows, Settlement::Verified, at(0));
        of_network(settled.updates())
    }

    /// Thirty of them are due. Whoever reads the row while they are written sees them once, or not yet.
    #[tokio::test]
    async fn what_is_written_while_a_row_is_read_counts_once() {
        let policy = Policy::recommended();
        let key = RootKey::new(KeyId::new(1), [7; 32]).derive_mac_key("tests");
        let credit = credit(&policy);
        assert!(credit[0].may_wait());
        for pauses in 0..20 {
            let store = FaultyStore::new(MemoryStore::new());
            let ledger = Ledger::new(Arc::new(store.clone()));
            for _ in 1..30 {
                ledger.apply(&policy, &key, &credit, at(0)).await.unwrap();
            }
            store.fail_every(Operation::Read, Fault::Yield(pauses));
            store.fail_every(Operation::Update, Fault::Yield(5));
            let (_, attempt) = reserve(&policy, false);
            let attempt = of_network(&attempt);
            let (rows, told) = tokio::join!(
                ledger.apply(&policy, &key, &attempt, at(0)),
                ledger.apply(&policy, &key, &credit, at(0)),
            );
            told.unwrap();
            let credits = rows.unwrap()[0].iter().map(|(_, sum)| sum).max().unwrap();
            assert!(credits <= 30, "{pauses}: {credits} credits of 30");
        }
    }
}
