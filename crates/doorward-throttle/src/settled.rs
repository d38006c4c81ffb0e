//! What a settled attempt writes, and the alarms that it may raise.

use crate::alarm::Alarm;
use crate::counters::Counters;
use crate::scope_update::ScopeUpdate;
use crate::surge::Found;

/// The updates of a settled attempt: apply them at once, then ask for the [`alarms`](Self::alarms).
#[derive(Clone, Debug, Default)]
#[must_use = "an attempt that is not settled is not counted"]
pub struct Settled {
    updates: Vec<ScopeUpdate>,
    /// By position among the updates.
    raised: Vec<(usize, u64, Alarm)>,
    is_counted: bool,
    is_repeated: bool,
}

impl Settled {
    /// What is to be written, one update a row.
    pub fn updates(&self) -> &[ScopeUpdate] {
        &self.updates
    }

    /// The alarms that this attempt raises, by the rows as they stand after the updates, in order. Of several
    /// instances that find the same attack at once, one is told: the first in the store.
    pub fn alarms<'a>(&'a self, rows: &'a [Counters]) -> impl Iterator<Item = Alarm> + 'a {
        let first = |&&(at, claim, _): &&(usize, u64, Alarm)| {
            rows.get(at).is_none_or(|row| row.get(claim) <= 1)
        };
        self.raised.iter().filter(first).map(|&(_, _, alarm)| alarm)
    }

    /// Whether it was a wrong password that the same person had tried before, which cost nothing.
    pub fn is_repeated(&self) -> bool {
        self.is_repeated
    }

    /// Whether the attempt was counted: not if it was a repeated one, or one that would have had to wait.
    pub(crate) fn is_counted(&self) -> bool {
        self.is_counted
    }

    pub(crate) fn uncounted(updates: Vec<ScopeUpdate>) -> Self {
        Self { updates, ..Self::default() }
    }

    pub(crate) fn repeated(updates: Vec<ScopeUpdate>) -> Self {
        Self { updates, is_repeated: true, ..Self::default() }
    }

    pub(crate) fn push(&mut self, update: ScopeUpdate, found: Option<Found>) {
        self.is_counted = true;
        if update.changes.is_empty() {
            return;
        }
        let known = self.updates.iter().position(|known| known.scope == update.scope);
        if let Some(Found { claim, alarm }) = found {
            self.raised.push((known.unwrap_or(self.updates.len()), claim, alarm));
        }
        match known {
            // One write a row.
            Some(at) => self.updates[at].merge(update),
            None => self.updates.push(update),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::counters::Change;
    use crate::scope::Scope;

    #[test]
    fn a_row_is_written_once_and_a_flag_in_it_does_not_wait() {
        let until = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let update = |column, seconds| {
            ScopeUpdate::new(Scope::site(), vec![Change::Add(column, 1)], until(seconds))
        };
        let mut settled = Settled::default();
        settled.push(ScopeUpdate { may_wait: true, ..update(1, 9) }, None);
        settled.push(ScopeUpdate { scope: Scope::unaddressed(), ..update(2, 5) }, None);
        let alarm = Alarm::SprayedPassword { accounts: 6, is_listed: true };
        settled.push(update(3, 7), Some(Found { claim: 3, alarm }));
        let [one, _] = settled.updates() else { panic!("{settled:?}") };
        assert_eq!(one.changes(), [Change::Add(1, 1), Change::Add(3, 1)]);
        assert!(!one.may_wait() && one.expires_at == until(9));
        let row = |claims| {
            let mut row = Counters::new();
            row.apply(&[Change::Add(3, claims)]);
            [row, Counters::new()]
        };
        assert_eq!(settled.alarms(&row(1)).count(), 1);
        assert_eq!(settled.alarms(&row(2)).count(), 0, "another instance was first");
    }
}
