//! Sliding windows over slots of time, so that counting is only ever adding to a number.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use thiserror::Error;

use crate::column::{Kind, column};
use crate::counters::{Change, Counters};

/// A sliding window of `slots` equal slots.
///
/// What it counts is never less than what truly happened in the last `length`: the slot that is only
/// partly inside still counts whole. So a bound on the count is a bound on every interval of that
/// length, wherever it starts. The price is that an event may count for up to one slot too long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Window {
    slot_seconds: u64,
    slots: u64,
}

impl Window {
    /// A window of `slots` slots of `slot` each.
    ///
    /// # Errors
    ///
    /// [`WindowError`] when the slot is not a whole number of seconds from 1 up, or there are not
    /// 1 to 25 slots (a row must stay small), or they are longer than a year.
    pub const fn new(slot: Duration, slots: u8) -> Result<Self, WindowError> {
        if slot.as_secs() == 0 || slot.subsec_nanos() != 0 || slots == 0 || slots > 25 {
            return Err(WindowError);
        }
        if slot.as_secs() > LONGEST_SECONDS / slots as u64 {
            return Err(WindowError);
        }
        Ok(Self { slot_seconds: slot.as_secs(), slots: slots as u64 })
    }

    pub(crate) const fn of(slot_seconds: u64, slots: u64) -> Self {
        Self { slot_seconds, slots }
    }

    /// How long the window is.
    pub const fn length(&self) -> Duration {
        Duration::from_secs(self.slot_seconds * self.slots)
    }

    /// After this time without a change nothing in the window counts any more.
    pub(crate) const fn memory(&self) -> Duration {
        Duration::from_secs(self.slot_seconds * (self.slots + 1))
    }

    /// The column that an event of `kind` at `now` is counted in.
    pub(crate) fn column(&self, kind: Kind, now: SystemTime) -> u64 {
        column(kind, self.slot(now))
    }

    /// How many events of `kind` count at `now`. A slot below zero (its row was lost in between) is
    /// none, and takes nothing from the others. Slots a little ahead of `now`, written by an instance
    /// whose clock is ahead, count too; further ones are a broken clock's, and must not make waits
    /// that nobody lives to see the end of.
    pub(crate) fn count(&self, counters: &Counters, kind: Kind, now: SystemTime) -> u64 {
        self.live(counters, kind, now)
            .fold(0_i64, |sum, (_, value)| sum.saturating_add(value.max(0)))
            .try_into()
            .unwrap_or(0)
    }

    /// Drops the columns of `kind` that cannot count any more, with a slot of grace for instances whose
    /// clocks differ.
    pub(crate) fn forget(
        &self,
        counters: &Counters,
        kind: Kind,
        now: SystemTime,
    ) -> impl Iterator<Item = Change> + '_ {
        let mut stale = Vec::new();
        if counters.has(kind) {
            let oldest = self.slot(now).saturating_sub(self.slots + 1);
            stale.extend(counters.slots(kind).take_while(|&(slot, _)| slot < oldest));
        }
        stale.into_iter().map(move |(slot, _)| Change::Remove(column(kind, slot)))
    }

    /// The same for a row that was not read: drops as many slots as the row can live without being
    /// written to.
    pub(crate) fn forget_blindly(
        &self,
        kind: Kind,
        now: SystemTime,
    ) -> impl Iterator<Item = Change> + '_ {
        let oldest = self.slot(now).saturating_sub(self.slots + 1);
        let first = oldest.saturating_sub(self.slots + 2);
        (first..oldest).map(move |slot| Change::Remove(column(kind, slot)))
    }

    /// When the slots of `kind` that count at `now` stop counting, soonest first.
    pub(crate) fn ends(
        &self,
        counters: &Counters,
        kind: Kind,
        now: SystemTime,
    ) -> impl Iterator<Item = SystemTime> + '_ {
        let live: Vec<_> = self.live(counters, kind, now).collect();
        live.into_iter().filter_map(move |(slot, _)| {
            let end = slot.checked_add(self.slots + 1)?.checked_mul(self.slot_seconds)?;
            UNIX_EPOCH.checked_add(Duration::from_secs(end))
        })
    }

    fn live<'a>(
        &self,
        counters: &'a Counters,
        kind: Kind,
        now: SystemTime,
    ) -> impl Iterator<Item = (u64, i64)> + 'a {
        // Most rows have no column of most kinds, and telling the time costs more than looking.
        let (oldest, newest) = if counters.has(kind) {
            let seconds = seconds(now);
            let newest = (seconds + SKEW.as_secs()) / self.slot_seconds;
            ((seconds / self.slot_seconds).saturating_sub(self.slots), newest)
        } else {
            (u64::MAX, 0)
        };
        counters.slots(kind).filter(move |&(slot, _)| (oldest..=newest).contains(&slot))
    }

    /// Whether a slot counts at `now`.
    pub(crate) fn counts(&self, slot: u64, now: SystemTime) -> bool {
        let newest = (seconds(now) + SKEW.as_secs()) / self.slot_seconds;
        (self.slot(now).saturating_sub(self.slots)..=newest).contains(&slot)
    }

    /// The slot that goes on and the one before.
    pub(crate) const fn last_slot(&self) -> Self {
        Self { slots: 1, ..*self }
    }

    /// How long a slot is, and how many there are.
    pub fn slots(&self) -> (Duration, u64) {
        (Duration::from_secs(self.slot_seconds), self.slots)
    }

    pub(crate) fn slot(&self, now: SystemTime) -> u64 {
        seconds(now) / self.slot_seconds
    }
}

fn seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Nobody waits for the end of a longer one, and times beyond it must not overflow.
const LONGEST_SECONDS: u64 = 366 * 86_400;

/// How far ahead the clock of another instance may be and still be believed.
pub(crate) const SKEW: Duration = Duration::from_secs(120);

/// The window cannot be counted in slots.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a window has 1 to 25 slots of whole seconds, a year at most: use other slots")]
#[non_exhaustive]
pub struct WindowError;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Window = Window::of(600, 6);

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn an_event_counts_for_at_least_the_length_and_at_most_a_slot_more() {
        for offset in [0, 1, 299, 599] {
            let then = at(60_000 + offset);
            let mut counters = Counters::new();
            counters.apply(&[Change::Add(HOUR.column(Kind::Failed, then), 1)]);
            let count =
                |later| HOUR.count(&counters, Kind::Failed, then + Duration::from_secs(later));
            assert_eq!((count(0), count(3_600)), (1, 1));
            assert_eq!(count(4_200), 0);
        }
    }

    #[test]
    fn the_announced_end_is_the_first_moment_that_it_does_not_count() {
        let then = at(60_123);
        let mut counters = Counters::new();
        counters.apply(&[Change::Add(HOUR.column(Kind::Failed, then), 1)]);
        let end = HOUR.ends(&counters, Kind::Failed, then).next().unwrap();
        assert_eq!(HOUR.count(&counters, Kind::Failed, end), 0);
        assert_eq!(HOUR.count(&counters, Kind::Failed, end - Duration::from_millis(1)), 1);
    }

    #[test]
    fn stale_slots_are_dropped_and_live_ones_kept() {
        let mut counters = Counters::new();
        for hour in 0..40 {
            let now = at(hour * 3_600);
            let mut changes = vec![Change::Add(HOUR.column(Kind::Failed, now), 1)];
            changes.extend(HOUR.forget(&counters, Kind::Failed, now));
            counters.apply(&changes);
        }
        assert!(counters.iter().count() <= 3, "{counters:?}");
    }

    #[test]
    fn odd_windows_are_refused() {
        assert!(Window::new(Duration::from_millis(1_500), 4).is_err());
        assert!(Window::new(Duration::ZERO, 4).is_err());
        assert!(Window::new(Duration::from_secs(1), 26).is_err());
        assert!(Window::new(Duration::from_secs(u64::MAX), 25).is_err());
        assert!(Window::new(Duration::from_secs(366 * 86_400), 1).is_ok());
    }
}
