//! Room that attempts under way hold on networks.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_throttle::{Change, Policy, Scope};

/// The room that attempts of this process hold on networks of many sources.
///
/// While a network is calm its room is held here and nowhere else, which saves two writes an attempt. Once half of
/// what it may fail is used up it is *restless*, and room is taken in the store, where all instances see it:
/// [`Policy::needs_room`]. Room is given back where some of it is held: only the sum matters.
#[derive(Debug, Default)]
pub(crate) struct Rooms(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    held: HashMap<Scope, Vec<Cell>>,
    restless: HashMap<Scope, SystemTime>,
}

/// Room by column. What is leaving counts until the store has what became of the attempt.
#[derive(Clone, Copy, Debug)]
struct Cell {
    column: u64,
    staying: i64,
    leaving: i64,
}

impl Rooms {
    /// Takes room here; answers all that is held here now, for a copy of the row that is read after. None where
    /// it is to be taken in the store.
    pub(crate) fn take(
        &self,
        policy: &Policy,
        scope: &Scope,
        column: u64,
        now: SystemTime,
    ) -> Option<Vec<Change>> {
        let mut state = self.lock();
        if state.is_restless(scope, now) {
            return None;
        }
        if state.held.len() >= MOST && !state.held.contains_key(scope) {
            state.forget_lapsed(policy, now);
            if state.held.len() >= MOST {
                return None;
            }
        }
        let cells = state.held.entry(scope.clone()).or_default();
        cells.retain(|cell| policy.still_counts(scope.kind(), cell.column, now));
        match cells.iter_mut().find(|cell| cell.column == column) {
            Some(cell) => cell.staying += 1,
            None => cells.push(Cell { column, staying: 1, leaving: 0 }),
        }
        Some(cells.iter().map(Cell::as_change).collect())
    }

    /// All that is held here.
    pub(crate) fn of(&self, policy: &Policy, scope: &Scope, now: SystemTime) -> Vec<Change> {
        let state = self.lock();
        let cells = state.held.get(scope).into_iter().flatten();
        let live = cells.filter(|cell| policy.still_counts(scope.kind(), cell.column, now));
        live.map(Cell::as_change).collect()
    }

    /// Whether room is held here that an attempt can give back, once the store knows what became of it. Where none
    /// is, another attempt has given it back instead of its own, which is in the store.
    pub(crate) fn begin_to_leave(&self, scope: &Scope, column: u64) -> bool {
        let mut state = self.lock();
        let mut leaves = false;
        state.change(scope, column, |cell| {
            leaves = cell.staying > 0;
            cell.staying -= i64::from(leaves);
            cell.leaving += i64::from(leaves);
        });
        leaves
    }

    /// The store knows, or nothing became of it.
    pub(crate) fn leave(&self, scope: &Scope, column: u64) {
        self.lock().change(scope, column, |cell| cell.leaving -= 1);
    }

    /// The network was seen to be restless.
    pub(crate) fn remember(&self, scope: &Scope, now: SystemTime) {
        let mut state = self.lock();
        if state.restless.len() >= MOST {
            state.restless.retain(|_, until| now < *until);
        }
        // Whoever is not remembered is found restless again when its row is read.
        if state.restless.len() < MOST || state.restless.contains_key(scope) {
            state.restless.insert(scope.clone(), now + RESTLESS);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_restless(&self, scope: &Scope, now: SystemTime) -> bool {
        // A clock that was set back must not make it last.
        let is_near = |until: &SystemTime| now < *until && *until <= now + RESTLESS;
        self.restless.get(scope).is_some_and(is_near)
    }

    fn change(&mut self, scope: &Scope, column: u64, change: impl FnOnce(&mut Cell)) {
        let Some(cells) = self.held.get_mut(scope) else { return };
        if let Some(cell) = cells.iter_mut().find(|cell| cell.column == column) {
            change(cell);
        }
        cells.retain(|cell| cell.staying > 0 || cell.leaving > 0);
        if cells.is_empty() {
            self.held.remove(scope);
        }
    }

    fn forget_lapsed(&mut self, policy: &Policy, now: SystemTime) {
        self.held.retain(|scope, cells| {
            cells.retain(|cell| policy.still_counts(scope.kind(), cell.column, now));
            !cells.is_empty()
        });
    }
}

impl Cell {
    fn as_change(&self) -> Change {
        Change::Add(self.column, self.staying.saturating_add(self.leaving))
    }
}

/// For so long after it was seen to be, a network is taken for restless without being read first.
const RESTLESS: Duration = Duration::from_secs(300);
/// More networks are not remembered: their room is taken in the store.
const MOST: usize = 65_536;

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use doorward_throttle::{Attempt, ScopeKind};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    /// A network, and the column of the room that an attempt takes there.
    fn network(policy: &Policy, now: SystemTime) -> (Scope, u64) {
        let source = Some([192, 0, 2, 7].into());
        let attempt = Attempt { account: b"a", device: None, source, guess: None };
        let (_, updates) = policy.reserve(&attempt, now);
        let own = updates.iter().find(|update| update.scope().kind() == ScopeKind::Prefix).unwrap();
        (own.scope().clone(), own.room().unwrap().0)
    }

    fn sum(changes: &[Change]) -> i64 {
        let by = |change: &Change| match change {
            Change::Add(_, by) => *by,
            _ => 0,
        };
        changes.iter().map(by).sum()
    }

    #[test]
    fn room_counts_until_the_store_knows_how_the_attempt_ended() {
        let (policy, rooms) = (Policy::recommended(), Rooms::default());
        let (scope, column) = network(&policy, at(0));
        assert_eq!(sum(&rooms.take(&policy, &scope, column, at(0)).unwrap()), 1);
        assert_eq!(sum(&rooms.take(&policy, &scope, column, at(0)).unwrap()), 2);
        assert!(rooms.begin_to_leave(&scope, column) && rooms.begin_to_leave(&scope, column));
        assert!(!rooms.begin_to_leave(&scope, column), "a third one holds room elsewhere");
        assert_eq!(sum(&rooms.of(&policy, &scope, at(1))), 2);
        rooms.leave(&scope, column);
        rooms.leave(&scope, column);
        assert!(rooms.lock().held.is_empty());
    }

    #[test]
    fn room_that_nobody_gives_back_lapses() {
        let (policy, rooms) = (Policy::recommended(), Rooms::default());
        let (scope, column) = network(&policy, at(0));
        rooms.take(&policy, &scope, column, at(0));
        assert_eq!(sum(&rooms.of(&policy, &scope, at(119))), 1);
        assert_eq!(sum(&rooms.of(&policy, &scope, at(151))), 0);
        rooms.lock().forget_lapsed(&policy, at(151));
        assert!(rooms.lock().held.is_empty());
    }

    #[test]
    fn a_restless_network_is_one_for_minutes_and_takes_its_room_in_the_store() {
        let (policy, rooms) = (Policy::recommended(), Rooms::default());
        let (scope, column) = network(&policy, at(0));
        rooms.remember(&scope, at(0));
        assert!(rooms.take(&policy, &scope, column, at(299)).is_none());
        assert!(rooms.take(&policy, &scope, column, at(300)).is_some());
    }
}
