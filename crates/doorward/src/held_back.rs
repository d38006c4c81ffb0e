//! What the store is told with the next write to the same row.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use doorward_throttle::{Change, Policy, Scope, ScopeUpdate};

/// Sums that may wait, by scope: see [`ScopeUpdate::may_wait`].
///
/// This instance counts them in every row that it is answered. Others learn of them with the next write to the
/// row, or once there are [`MOST_UPDATES`]; an instance that crashes has told them nothing, which is the
/// stricter way to err.
#[derive(Debug, Default)]
pub(crate) struct HeldBack(Mutex<HashMap<Scope, Held>>);

#[derive(Debug)]
struct Held {
    sums: Vec<(u64, i64)>,
    updates: usize,
    expires_at: SystemTime,
}

impl HeldBack {
    /// Holds an update back, or hands out all that is held of its row, this one included, where that is due.
    pub(crate) fn add(
        &self,
        policy: &Policy,
        update: &ScopeUpdate,
        now: SystemTime,
    ) -> Option<(Vec<Change>, SystemTime)> {
        let mut rows = self.lock();
        if rows.len() >= MOST_ROWS && !rows.contains_key(update.scope()) {
            make_room(&mut rows, now);
        }
        let held = rows.entry(update.scope().clone()).or_insert_with(|| Held {
            sums: Vec::new(),
            updates: 0,
            expires_at: update.expires_at(),
        });
        held.add(update);
        if held.updates < MOST_UPDATES {
            return None;
        }
        rows.remove(update.scope()).map(|held| held.told(policy, update.scope(), now))
    }

    /// What is held of a row, for a copy of the row.
    pub(crate) fn of(&self, policy: &Policy, scope: &Scope, now: SystemTime) -> Vec<Change> {
        self.lock().get(scope).map_or_else(Vec::new, |held| held.told(policy, scope, now).0)
    }

    /// Takes what is held of a row, to be written now, and until when it matters.
    pub(crate) fn take(
        &self,
        policy: &Policy,
        scope: &Scope,
        now: SystemTime,
    ) -> Option<(Vec<Change>, SystemTime)> {
        self.lock().remove(scope).map(|held| held.told(policy, scope, now))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Scope, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn add(&mut self, update: &ScopeUpdate) {
        for change in update.changes() {
            let &Change::Add(column, by) = change else { continue };
            match self.sums.iter_mut().find(|(known, _)| *known == column) {
                Some((_, sum)) => *sum = sum.saturating_add(by),
                None => self.sums.push((column, by)),
            }
        }
        self.updates += 1;
        self.expires_at = self.expires_at.max(update.expires_at());
    }

    fn told(&self, policy: &Policy, scope: &Scope, now: SystemTime) -> (Vec<Change>, SystemTime) {
        let sums = self
            .sums
            .iter()
            .filter(|&&(column, sum)| sum != 0 && policy.still_counts(scope.kind(), column, now));
        (sums.map(|&(column, sum)| Change::Add(column, sum)).collect(), self.expires_at)
    }
}

/// What has expired goes, and if that is not enough a tenth of all: losing it is the stricter way to err.
fn make_room(rows: &mut HashMap<Scope, Held>, now: SystemTime) {
    rows.retain(|_, held| now < held.expires_at);
    let mut excess = (rows.len() + MOST_ROWS / 10).saturating_sub(MOST_ROWS);
    rows.retain(|_, _| {
        let goes = excess > 0;
        excess -= usize::from(goes);
        !goes
    });
}

/// So many updates of a row are not held back any more.
const MOST_UPDATES: usize = 30;
const MOST_ROWS: usize = 65_536;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use doorward_throttle::{Attempt, Counters, Decision, Device, ScopeKind, Settlement};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    /// What a login or a failure of a source has to say of the network of that kind.
    fn settled(
        policy: &Policy,
        source: [u8; 4],
        is_known: bool,
        settlement: Settlement,
        kind: ScopeKind,
    ) -> ScopeUpdate {
        let device = Device { id: b"laptop", issued_at: at(0) };
        let attempt = Attempt {
            account: b"a",
            device: is_known.then_some(device),
            source: Some(source.into()),
            guess: None,
        };
        let (reservation, updates) = policy.reserve(&attempt, at(0));
        let mut rows = vec![Counters::new(); updates.len()];
        rows.iter_mut().zip(&updates).for_each(|(row, update)| row.apply(update.changes()));
        let decision = policy.decide(&reservation, &rows, None, at(0), false);
        let Decision::Admit(admission) = decision else { panic!("{decision:?}") };
        let settled = policy.settle(admission, &reservation, &rows, settlement, at(0));
        let own = settled.updates().iter().find(|update| update.scope().kind() == kind);
        own.unwrap().clone()
    }

    #[test]
    fn credits_add_up_until_they_are_due_or_the_row_is_written() {
        let (policy, held) = (Policy::recommended(), HeldBack::default());
        let credit =
            settled(&policy, [192, 0, 2, 7], true, Settlement::Verified, ScopeKind::Source);
        assert!(credit.may_wait());
        for n in 1..30 {
            assert!(held.add(&policy, &credit, at(0)).is_none(), "{n}");
        }
        let sums = held.of(&policy, credit.scope(), at(0));
        assert!(matches!(sums[..], [Change::Add(_, 29)]), "{sums:?}");
        let (sums, expires_at) = held.add(&policy, &credit, at(0)).unwrap();
        assert!(matches!(sums[..], [Change::Add(_, 30)]), "{sums:?}");
        assert_eq!(expires_at, credit.expires_at());
        assert!(held.take(&policy, credit.scope(), at(0)).is_none());
        // A day later nobody is told any more.
        held.add(&policy, &credit, at(0));
        assert!(held.of(&policy, credit.scope(), at(93_700)).is_empty());
    }

    #[test]
    fn room_that_has_lapsed_meanwhile_is_not_given_back() {
        let (policy, held) = (Policy::recommended(), HeldBack::default());
        let failure =
            settled(&policy, [192, 0, 2, 7], false, Settlement::Failed, ScopeKind::Source);
        assert!(failure.may_wait());
        held.add(&policy, &failure, at(0));
        let at_once = held.of(&policy, failure.scope(), at(1));
        assert!(matches!(at_once[..], [Change::Add(_, -1)]), "{at_once:?}");
        let (late, _) = held.take(&policy, failure.scope(), at(31)).unwrap();
        assert!(late.is_empty(), "{late:?}");
    }

    #[test]
    fn a_flood_of_networks_stays_within_bounds() {
        let (policy, held) = (Policy::recommended(), HeldBack::default());
        let credit =
            |source| settled(&policy, source, true, Settlement::Verified, ScopeKind::Source);
        for n in 0..70_000_u32 {
            let [_, a, b, c] = n.to_be_bytes();
            held.add(&policy, &credit([11, a, b, c]), at(0));
        }
        assert!(held.lock().len() <= MOST_ROWS);
        held.add(&policy, &credit([12, 0, 0, 1]), at(200_000));
    }
}
