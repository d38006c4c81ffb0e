//! Lifting waits and flags, for operators.

use std::time::{Duration, SystemTime};

use crate::column::{Kind, column, is_in};
use crate::counters::{Change, Counters, millis};
use crate::flagged::{FLAG, LONGEST_HOLD};
use crate::policy::Policy;
use crate::scope::{Scope, ScopeKind};
use crate::scope_update::ScopeUpdate;

impl Policy {
    /// Lifts a scope's waits and its flag: its failures are forgotten. Room that attempts under way hold
    /// stays theirs, so that lifting a wait gives nobody more room than the policy does.
    pub fn lift(&self, scope: &Scope, counters: &Counters, now: SystemTime) -> ScopeUpdate {
        let kind = scope.kind();
        let mut changes: Vec<_> = FORGOTTEN
            .into_iter()
            .flat_map(|kind| counters.slots(kind).map(move |(slot, _)| column(kind, slot)))
            .map(Change::Remove)
            .collect();
        if kind == ScopeKind::Device {
            // A device that was made unknown stays so.
            changes.retain(|change| change.column() != column(Kind::FlaggedUntil, FLAG));
        }
        if self.counts_ahead(kind) {
            changes.retain(|change| !is_in(Kind::Failed, change.column()));
            changes.extend(self.forget_settled(kind, counters, now));
        }
        if self.rule(kind).consecutive.is_some() {
            changes.push(Change::Set(column(Kind::Streak, 0), 0));
        }
        ScopeUpdate::new(scope.clone(), changes, self.expiry(kind, now))
    }

    /// Makes a device unknown for as long as its tokens could be good: as if it had guessed too often,
    /// and no login on it makes up for that.
    pub fn revoke(&self, account: &[u8], device: &[u8], now: SystemTime) -> ScopeUpdate {
        let changes =
            vec![Change::Set(column(Kind::FlaggedUntil, FLAG), millis(now + REVOKED_FOR))];
        ScopeUpdate::new(Scope::device(account, device), changes, now + REVOKED_FOR)
    }
}

/// As long as a proof lives that was issued by a clock that is ahead.
const REVOKED_FOR: Duration = Policy::PROOF_LIFE.saturating_add(LONGEST_HOLD);

/// What a lifted wait was made of. Not the fingerprints: they only ever help the owner.
const FORGOTTEN: [Kind; 10] = [
    Kind::Failed,
    Kind::Challenged,
    Kind::Hits,
    Kind::LastFailure,
    Kind::FlaggedUntil,
    Kind::Claimed,
    Kind::Recurrence,
    Kind::RecentFailed,
    Kind::RecentVerified,
    Kind::RecentRedeemed,
];

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn what_was_learned_of_calm_times_outlives_an_unlocking() {
        let kept = [Kind::Baseline, Kind::Learned, Kind::Pending, Kind::Credit];
        let mut row = Counters::new();
        for kind in kept.into_iter().chain(FORGOTTEN) {
            row.apply(&[Change::Set(column(kind, 0), 7)]);
        }
        let update = Policy::recommended().lift(&Scope::site(), &row, UNIX_EPOCH);
        row.apply(update.changes());
        let mut columns: Vec<_> = kept.map(|kind| column(kind, 0)).into();
        columns.sort_unstable();
        assert!(row.iter().map(|(at, _)| at).eq(columns));
    }
}
