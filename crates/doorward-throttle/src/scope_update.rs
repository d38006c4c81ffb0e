//! What is to be written to one row.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ahead::Ahead;
use crate::column::{Kind, column, is_in};
use crate::counters::Change;
use crate::scope::Scope;

/// What is to be written to the row of one scope.
#[derive(Clone, Debug)]
pub struct ScopeUpdate {
    pub(crate) scope: Scope,
    pub(crate) changes: Vec<Change>,
    pub(crate) expires_at: SystemTime,
    pub(crate) ahead: Option<Ahead>,
    pub(crate) may_wait: bool,
}

impl ScopeUpdate {
    pub(crate) fn new(scope: Scope, changes: Vec<Change>, expires_at: SystemTime) -> Self {
        Self { scope, changes, expires_at, ahead: None, may_wait: false }
    }

    /// Whose row.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The changes, to be applied at once.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// From when on the row means nothing: a whole minute, so that attempts at about the same time ask the
    /// same of a store, which then has nothing to compare and put in order.
    pub fn expires_at(&self) -> SystemTime {
        let seconds = self.expires_at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let minutes = Duration::from_secs((seconds / 60).saturating_add(1).saturating_mul(60));
        UNIX_EPOCH.checked_add(minutes).unwrap_or(self.expires_at)
    }

    /// Whether other instances should learn of it at once: it flags something.
    pub fn is_urgent(&self) -> bool {
        let claims = column(Kind::Claimed, 0)..column(Kind::Recurrence, 0);
        let urgent = |change: &Change| matches!(change, Change::Add(at, _) if claims.contains(at));
        self.changes.iter().any(urgent)
    }

    /// Whether the sums in it may be written with the next update of the row, and the rest not at all.
    ///
    /// Losing them makes nobody's guesses more: credits make a network more lenient, and room that is not
    /// given back lapses. Until they are written, other instances are that much stricter.
    pub fn may_wait(&self) -> bool {
        self.may_wait
    }

    /// The room that it takes or gives back: the column, and how much.
    pub fn room(&self) -> Option<(u64, i64)> {
        self.changes.iter().find_map(|change| match *change {
            Change::Add(at, by) if is_room(at) => Some((at, by)),
            _ => None,
        })
    }

    /// The same without the room that it takes or gives back: for a row in which that room was not
    /// taken. A failure that was counted ahead elsewhere is counted.
    #[must_use]
    pub fn without_room(&self) -> Self {
        let mut apart = self.without_reservation();
        if let Some(Ahead::Failed(column)) = self.ahead {
            apart.changes.push(Change::Add(column, 1));
        }
        apart
    }

    /// The same for a row in which the room was taken and is not given back: for what the row has to be told
    /// once it can be written to. What was counted ahead stays counted, a failure or not.
    #[must_use]
    pub fn without_reservation(&self) -> Self {
        let counted = |at| self.ahead.is_some() && is_in(Kind::Failed, at);
        let stays = |change: &&Change| !is_room(change.column()) && !counted(change.column());
        let changes = self.changes.iter().filter(stays).copied().collect();
        Self { changes, ahead: None, ..self.clone() }
    }

    /// What gives back what this update took, which has only added: for an attempt that the store has counted and
    /// that does not begin.
    #[must_use]
    pub fn undone(&self) -> Self {
        let undo = |change: &Change| match *change {
            Change::Add(at, by) => Some(Change::Add(at, by.saturating_neg())),
            Change::Set(..) | Change::Remove(_) => None,
        };
        Self { changes: self.changes.iter().filter_map(undo).collect(), ..self.clone() }
    }

    /// Adds what another update of the same row says.
    pub(crate) fn merge(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.expires_at = self.expires_at.max(other.expires_at);
        self.may_wait &= other.may_wait;
    }
}

fn is_room(at: u64) -> bool {
    is_in(Kind::Pending, at)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::counters::Counters;
    use crate::decision::Decision;
    use crate::policy::Policy;
    use crate::scope::{Attempt, ScopeKind};
    use crate::settlement::Settlement;

    /// What an attempt writes to the row of its source: when it begins, and when it ends.
    fn updates(policy: &Policy, settlement: Settlement) -> [ScopeUpdate; 2] {
        let now = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let source = Some("192.0.2.7".parse().unwrap());
        let attempt = Attempt { account: b"a", device: None, source, guess: None };
        let (reservation, begun) = policy.reserve(&attempt, now);
        let mut rows = vec![Counters::new(); 4];
        rows.iter_mut().zip(&begun).for_each(|(row, update)| row.apply(update.changes()));
        let decision = policy.decide(&reservation, &rows, None, now, false);
        let Decision::Admit(admission) = decision else { panic!("{decision:?}") };
        let settled = policy.settle(admission, &reservation, &rows, settlement, now);
        [begun[1].clone(), settled.updates()[1].clone()]
    }

    fn failures(updates: &[&ScopeUpdate]) -> i64 {
        let mut row = Counters::new();
        updates.iter().for_each(|update| row.apply(update.changes()));
        assert!(updates.iter().all(|update| update.scope().kind() == ScopeKind::Source));
        row.slots(Kind::Failed).map(|(_, failed)| failed).sum()
    }

    #[test]
    fn wherever_an_attempt_of_a_source_begins_and_ends_its_failure_counts_once() {
        let policy = Policy::recommended();
        let [begun, failed] = updates(&policy, Settlement::Failed);
        let [_, right] = updates(&policy, Settlement::Verified);
        // Begun and ended in one row.
        assert_eq!(failures(&[&begun, &failed]), 1);
        assert_eq!(failures(&[&begun, &right]), 0);
        // Begun there, and there it cannot be ended: there, and what is told there later.
        assert_eq!(failures(&[&begun, &failed.without_reservation()]), 1);
        assert_eq!(failures(&[&begun, &right.without_reservation()]), 1);
        // The same, as it is counted here; or begun and ended here, as it is told there.
        assert_eq!(failures(&[&failed.without_room()]), 1);
        assert_eq!(failures(&[&right.without_room()]), 0);
        // Begun there, and it does not go on.
        assert_eq!(failures(&[&begun, &begun.undone()]), 0);
        let told = [failed.without_room(), failed.without_reservation(), right.without_room()];
        assert!(told.iter().all(|update| update.room().is_none()));
    }
}
