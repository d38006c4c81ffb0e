//! What one instance counted by itself, told to the store later.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::column::{Kind, column};
use crate::counters::{Change, Counters, millis};
use crate::scope::Scope;
use crate::scope_update::ScopeUpdate;

impl ScopeUpdate {
    /// Adds what was `counted` apart from a row to the row. `counted` is what
    /// [`without_room`](Self::without_room) makes of settlements, applied to an empty row.
    ///
    /// Others may have written to the row meanwhile, so no count in it gets less: sums are added, a run of
    /// failures goes on, and the last failure is now. A wait that is due so runs from when all know of
    /// it.
    #[must_use]
    pub fn belated(
        scope: &Scope,
        counted: &Counters,
        expires_at: SystemTime,
        now: SystemTime,
    ) -> Self {
        let mut changes = Vec::new();
        for kind in SUMS {
            let sums = counted.slots(kind).filter(|&(_, sum)| sum > 0);
            changes.extend(sums.map(|(slot, sum)| Change::Add(column(kind, slot), sum)));
        }
        for kind in MARKS {
            let marks = counted.slots(kind);
            changes.extend(marks.map(|(slot, mark)| Change::Set(column(kind, slot), mark)));
        }
        let last = column(Kind::LastFailure, 0);
        if counted.moment(last) > UNIX_EPOCH {
            changes.push(Change::Set(last, millis(now)));
        }
        Self::new(scope.clone(), changes, expires_at)
    }
}

/// What is added up. Not what was learned of calm times, which is the store's own.
const SUMS: [Kind; 11] = [
    Kind::Failed,
    Kind::Credit,
    Kind::Streak,
    Kind::Given,
    Kind::Codes,
    Kind::Challenged,
    Kind::Hits,
    Kind::Claimed,
    Kind::RecentFailed,
    Kind::RecentVerified,
    Kind::RecentRedeemed,
];

/// What says something by itself.
const MARKS: [Kind; 3] = [Kind::Fingerprint, Kind::FlaggedUntil, Kind::Issued];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::decision::Decision;
    use crate::policy::Policy;
    use crate::scope::Attempt;
    use crate::settlement::Settlement;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    const ATTEMPT: Attempt<'static> =
        Attempt { account: b"a", device: None, source: None, guess: None };

    /// Settles one attempt on rows of its own, and says what they have counted.
    fn count(policy: &Policy, counted: &mut [Counters], settlement: Settlement, now: SystemTime) {
        let (reservation, _) = policy.reserve(&ATTEMPT, now);
        let rows = vec![Counters::new(); 3];
        let Decision::Admit(admission) = policy.decide(&reservation, &rows, None, now, false)
        else {
            panic!("an empty row lets everybody in");
        };
        let settled = policy.settle(admission, &reservation, &rows, settlement, now);
        for (update, row) in settled.updates().iter().zip(counted) {
            row.apply(update.without_room().changes());
        }
    }

    #[test]
    fn what_was_counted_apart_makes_the_next_one_wait() {
        let policy = Policy::recommended();
        let mut counted = vec![Counters::new(); 3];
        for second in 0..4 {
            count(&policy, &mut counted, Settlement::Failed, at(second));
        }
        let (reservation, updates) = policy.reserve(&ATTEMPT, at(60));
        let account = ScopeUpdate::belated(updates[0].scope(), &counted[0], at(9_999), at(60));
        let mut rows = vec![Counters::new(); 3];
        rows[0].apply(account.changes());
        let decision = policy.decide(&reservation, &rows, None, at(60), false);
        let Decision::Deny(denial) = decision else { panic!("{decision:?}") };
        assert_eq!(denial.until(), at(120), "a minute from when the row has it");
    }

    #[test]
    fn no_count_in_the_row_gets_less_and_room_is_not_told() {
        let policy = Policy::recommended();
        let mut counted = vec![Counters::new(); 3];
        count(&policy, &mut counted, Settlement::Failed, at(0));
        count(&policy, &mut counted, Settlement::Verified, at(1));
        let scope = Scope::account(b"a");
        let told = ScopeUpdate::belated(&scope, &counted[0], at(9_999), at(60));
        let mut row = Counters::new();
        row.apply(&[
            Change::Set(column(Kind::Streak, 0), 7),
            Change::Set(column(Kind::LastFailure, 0), millis(at(50))),
            Change::Add(policy.reservations.column(Kind::Pending, at(0)), 2),
        ]);
        let before = row.clone();
        row.apply(told.changes());
        assert!(before.iter().all(|(column, value)| row.get(column) >= value), "{told:?}");
        assert_eq!(policy.reservations.count(&row, Kind::Pending, at(60)), 2);
        assert_eq!(policy.account.window.count(&row, Kind::Failed, at(60)), 1);
    }
}
