//! The row that every attempt writes to.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_throttle::{Change, Counters, ScopeUpdate};

/// The row of the whole site as this instance knows it: written to the store and read again once a
/// second, or a site with many logins would have one row that they all write to at once.
///
/// It judges by ratios over hours, so a second is soon enough; what flags the site goes out at once. An
/// instance that crashes loses what it counted for the site in its last second, and nothing else.
#[derive(Debug, Default)]
pub(crate) struct SiteRow(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    row: Counters,
    unsent: Vec<Change>,
    /// How long what was counted matters.
    expires_at: Option<SystemTime>,
    read_at: Option<SystemTime>,
}

/// What becomes of an update.
pub(crate) enum Due {
    /// It is held back; the row as this instance knows it, with the update.
    Later(Counters),
    /// All of these are to be written now; where there are none, the row is to be read.
    Now(Vec<Change>, SystemTime),
}

impl SiteRow {
    pub(crate) fn add(&self, update: &ScopeUpdate, now: SystemTime) -> Due {
        let mut state = self.lock();
        state.row.apply(update.changes());
        state.unsent.extend_from_slice(update.changes());
        let expires_at = state.expires_at.max(Some(update.expires_at()));
        state.expires_at = expires_at;
        let is_fresh = state
            .read_at
            .is_some_and(|read_at| now.duration_since(read_at).is_ok_and(|age| age < FRESH));
        if is_fresh && !update.is_urgent() && state.unsent.len() < MOST_UNSENT {
            return Due::Later(state.row.clone());
        }
        state.read_at = Some(now);
        let expires_at = expires_at.unwrap_or(update.expires_at());
        Due::Now(std::mem::take(&mut state.unsent), expires_at)
    }

    /// Takes the row as the store answered it; answers it with what was counted meanwhile.
    pub(crate) fn learn(&self, row: &Counters, now: SystemTime) -> Counters {
        let mut state = self.lock();
        state.row.clone_from(row);
        let unsent = std::mem::take(&mut state.unsent);
        state.row.apply(&unsent);
        state.unsent = unsent;
        state.read_at = Some(now);
        state.row.clone()
    }

    /// Holds an update back however many there are, because the store does not answer; the row as this
    /// instance knows it, with the update.
    pub(crate) fn hold(&self, changes: &[Change]) -> Counters {
        let mut state = self.lock();
        state.row.apply(changes);
        changes.iter().for_each(|&change| fold(&mut state.unsent, change));
        state.row.clone()
    }

    /// The store did not take them: they go with the next ones.
    pub(crate) fn put_back(&self, mut changes: Vec<Change>) {
        let mut state = self.lock();
        changes.append(&mut state.unsent);
        changes.truncate(MOST_UNSENT);
        state.unsent = changes;
        state.read_at = None;
    }

    pub(crate) fn forget(&self) {
        *self.lock() = State::default();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes one change of those to one column, so that an outage does not fill memory.
fn fold(unsent: &mut Vec<Change>, change: Change) {
    let earlier = unsent.iter_mut().rev().find(|earlier| earlier.column() == change.column());
    match (earlier, change) {
        (Some(Change::Add(_, sum) | Change::Set(_, sum)), Change::Add(_, by)) => {
            *sum = sum.saturating_add(by);
        }
        (Some(removed), Change::Add(column, by)) => *removed = Change::Set(column, by),
        (Some(earlier), Change::Set(..) | Change::Remove(_)) => *earlier = change,
        (None, _) => unsent.push(change),
    }
}

/// How long the row is believed without asking again.
const FRESH: Duration = Duration::from_secs(1);
/// More changes are not held back.
const MOST_UNSENT: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_only_read_keeps_what_was_counted_as_long_as_it_matters() {
        let policy = doorward_throttle::Policy::recommended();
        let now = std::time::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let source = Some([192, 0, 2, 7].into());
        let attempt =
            doorward_throttle::Attempt { account: b"a", device: None, source, guess: None };
        let (_, mut updates) = policy.reserve(&attempt, now);
        let asks = updates.pop().unwrap();
        let counts = policy.redeemed(b"a", None, true, now).pop().unwrap();
        assert!(counts.expires_at() > asks.expires_at());
        let site = SiteRow::default();
        assert!(matches!(site.add(&asks, now), Due::Now(changes, _) if changes.is_empty()));
        site.learn(&Counters::new(), now);
        assert!(matches!(site.add(&counts, now), Due::Later(_)));
        let Due::Now(changes, until) = site.add(&asks, now + FRESH) else { panic!() };
        assert_eq!((changes, until), (counts.changes().to_vec(), counts.expires_at()));
    }

    #[test]
    fn what_is_held_in_an_outage_stays_small_and_comes_to_the_same() {
        let site = SiteRow::default();
        let mut expected = Counters::new();
        for n in 0..10_000 {
            let at = u64::try_from(n % 7).unwrap();
            let changes = [
                Change::Add(at, 1),
                Change::Set(9, n),
                Change::Remove((at + 3) % 7),
                Change::Add(9, 1),
            ];
            expected.apply(&changes);
            assert_eq!(site.hold(&changes), expected);
        }
        let mut row = Counters::new();
        let unsent = std::mem::take(&mut site.lock().unsent);
        row.apply(&unsent);
        assert_eq!(row, expected);
        assert!(unsent.len() <= 8, "{}", unsent.len());
    }
}
