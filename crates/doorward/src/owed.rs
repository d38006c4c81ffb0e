//! What the store has to be told once it answers again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use doorward_throttle::{Counters, Scope, ScopeUpdate};

/// What was counted while the store did not answer, by scope.
///
/// Bounded: when it is full, a tenth of it goes, those that counted least first, so that a flood of
/// fresh names drives out its own.
#[derive(Debug, Default)]
pub(crate) struct Owed(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    debts: HashMap<Scope, Debt>,
    paying: HashSet<Scope>,
}

/// What is owed to one row.
#[derive(Clone, Debug)]
pub(crate) struct Debt {
    pub(crate) counted: Counters,
    pub(crate) expires_at: SystemTime,
    /// The row did not take it: it waits for an attempt on that scope, which makes room.
    pub(crate) is_stuck: bool,
}

impl Owed {
    /// Takes note of what an update without room counts.
    pub(crate) fn note(&self, update: &ScopeUpdate) {
        if update.changes().is_empty() {
            return;
        }
        let mut state = self.lock();
        let debt = state.entry(update.scope());
        debt.counted.apply(update.changes());
        debt.expires_at = debt.expires_at.max(update.expires_at());
    }

    /// Whether nothing is owed, nor being paid.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.debts.is_empty() && state.paying.is_empty()
    }

    /// Whether something is owed to any of these, or just being paid.
    pub(crate) fn concerns<'a>(&self, mut scopes: impl Iterator<Item = &'a Scope>) -> bool {
        let state = self.lock();
        scopes.any(|scope| state.debts.contains_key(scope) || state.paying.contains(scope))
    }

    /// Takes what is owed to these, and to some others, to be paid at once.
    pub(crate) fn take<'a>(
        &self,
        first: impl Iterator<Item = &'a Scope>,
        now: SystemTime,
    ) -> Vec<(Scope, Debt)> {
        let mut state = self.lock();
        let mut taken: Vec<_> = first.filter_map(|scope| state.debts.remove_entry(scope)).collect();
        let others = state.debts.iter().filter(|(_, debt)| !debt.is_stuck);
        let others: Vec<_> = others.take(AT_ONCE).map(|(scope, _)| scope.clone()).collect();
        taken.extend(others.iter().filter_map(|scope| state.debts.remove_entry(scope)));
        taken.retain(|(_, debt)| now < debt.expires_at);
        state.paying = taken.iter().map(|(scope, _)| scope.clone()).collect();
        taken
    }

    /// What was taken is paid, but for these.
    pub(crate) fn paid_but(&self, unpaid: Vec<(Scope, Debt)>, now: SystemTime) {
        let mut state = self.lock();
        state.paying.clear();
        for (scope, unpaid) in unpaid {
            let debt = state.entry(&scope);
            let since = std::mem::replace(debt, unpaid);
            debt.counted.apply(since.told(&scope, now).changes());
            debt.expires_at = debt.expires_at.max(since.expires_at);
        }
    }

    /// An operator forgives these.
    pub(crate) fn forget(&self, scopes: &[Scope]) {
        let mut state = self.lock();
        for scope in scopes {
            state.debts.remove(scope);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn entry(&mut self, scope: &Scope) -> &mut Debt {
        if self.debts.len() >= MOST_ROWS && !self.debts.contains_key(scope) {
            self.make_room();
        }
        self.debts.entry(scope.clone()).or_insert_with(|| Debt {
            counted: Counters::new(),
            expires_at: SystemTime::UNIX_EPOCH,
            is_stuck: false,
        })
    }

    /// A tenth at once, so that looking at all of them is spread over as many new ones.
    fn make_room(&mut self) {
        let mut excess = MOST_ROWS / 10;
        let mut weights: Vec<_> = self.debts.values().map(Debt::weight).collect();
        let bar = *weights.select_nth_unstable(excess).1;
        self.debts.retain(|_, debt| {
            let goes = excess > 0 && debt.weight() <= bar;
            excess -= usize::from(goes);
            !goes
        });
    }
}

impl Debt {
    /// What pays it.
    pub(crate) fn told(&self, scope: &Scope, now: SystemTime) -> ScopeUpdate {
        ScopeUpdate::belated(scope, &self.counted, self.expires_at, now)
    }

    /// How much it has counted; a cell that holds a time is no more than one that counts to a thousand.
    fn weight(&self) -> u64 {
        self.counted.iter().map(|(_, value)| value.unsigned_abs().min(1_000)).sum()
    }
}

/// The most rows that are kept of an outage.
pub(crate) const MOST_ROWS: usize = 65_536;
/// So many debts of others are paid along with one's own.
const AT_ONCE: usize = 32;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_throttle::{Attempt, Decision, Policy, Settlement};

    use super::*;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
    }

    /// What so many failures of an account count on it.
    fn failures(owed: &Owed, account: &[u8], failures: u32) -> Scope {
        let policy = Policy::recommended();
        let attempt = Attempt { account, device: None, source: None, guess: None };
        let (reservation, _) = policy.reserve(&attempt, now());
        for _ in 0..failures {
            let rows = vec![Counters::new(); 3];
            let decision = policy.decide(&reservation, &rows, None, now(), false);
            let Decision::Admit(admission) = decision else { panic!() };
            let settled = policy.settle(admission, &reservation, &rows, Settlement::Failed, now());
            owed.note(&settled.updates()[0].without_room());
        }
        Scope::account(account)
    }

    fn counted(owed: &Owed, scope: &Scope) -> i64 {
        let state = owed.lock();
        let row = &state.debts[scope].counted;
        // The failures of one slot, and the run.
        row.iter().map(|(_, value)| value).filter(|&value| value < 1_000).sum::<i64>() / 2
    }

    #[test]
    fn what_could_not_be_paid_is_owed_with_what_came_since() {
        let owed = Owed::default();
        let scope = failures(&owed, b"a", 3);
        let taken = owed.take([&scope].into_iter(), now());
        assert!(!owed.is_idle() && owed.concerns([&scope].into_iter()));
        failures(&owed, b"a", 2);
        owed.paid_but(taken, now());
        assert_eq!(counted(&owed, &scope), 5);
        let taken = owed.take([&scope].into_iter(), now());
        assert_eq!(taken.len(), 1);
        owed.paid_but(Vec::new(), now());
        assert!(owed.is_idle());
    }

    #[test]
    fn others_are_paid_along_but_for_those_that_are_stuck() {
        let owed = Owed::default();
        for n in 0..40_u8 {
            failures(&owed, &[n], 1);
        }
        let mut taken = owed.take(std::iter::empty(), now());
        assert_eq!(taken.len(), AT_ONCE);
        taken.iter_mut().for_each(|(_, debt)| debt.is_stuck = true);
        let stuck = taken[0].0.clone();
        owed.paid_but(taken, now());
        assert_eq!(owed.take(std::iter::empty(), now()).len(), 8);
        owed.paid_but(Vec::new(), now());
        assert_eq!(owed.take([&stuck].into_iter(), now()).len(), 1);
    }

    #[test]
    fn a_flood_drives_out_its_own_and_not_who_failed_often() {
        let owed = Owed::default();
        let victim = failures(&owed, b"victim", 4);
        for n in 0..MOST_ROWS + 100 {
            let fresh = Scope::account(&n.to_be_bytes());
            owed.lock().entry(&fresh).counted = [(1, 1)].into_iter().collect();
        }
        let state = owed.lock();
        assert!(state.debts.len() <= MOST_ROWS);
        assert!(state.debts.contains_key(&victim));
    }
}
