//! What is to be written to one row.

use std::time::SystemTime;

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

    /// From when on the row means nothing.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
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
