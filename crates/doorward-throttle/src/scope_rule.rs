//! The rule of one kind of scope.

use std::time::Duration;

use crate::ladder::Ladder;
use crate::outage::Outage;
use crate::window::Window;

/// What one kind of scope lets through: so many failures in a sliding window, then waits.
///
/// The ladder is the budget and the wait schedule in one: failures below its first rung are free,
/// those from there on earn the waits. How exact the cap is for attempts at the same time says
/// [`ScopeKind::is_wide`](crate::ScopeKind::is_wide).
///
/// Of a source, an attempt counts as a failure from its reservation until it proves to be none. Whoever
/// crashes in between has failed, so an owner may have to wait for it; the other way round a guesser could
/// make guesses that nobody counts. Below the first rung, a failure therefore has nothing left to be written; of
/// several at once that reach it, the wait runs from the one that was last to begin.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ScopeRule {
    pub(crate) ladder: Ladder,
    pub(crate) window: Window,
    pub(crate) outage: Outage,
    /// So many verified attempts make up for one failure; `None` where no one shares.
    pub(crate) verified_per_credit: Option<u64>,
    /// No more failures than this are made up for, however many log in: a sprayer with accounts of
    /// his own must not buy a network without end.
    pub(crate) most_credits: u64,
    /// The bound on failures in a row, where one is kept.
    pub(crate) consecutive: Option<u64>,
}

impl ScopeRule {
    /// These waits, for failures in the last 24 hours; closed when its counters cannot be reached.
    pub fn new(ladder: Ladder) -> Self {
        Self {
            ladder,
            window: DAY,
            outage: Outage::Closed,
            verified_per_credit: None,
            most_credits: 0,
            consecutive: None,
        }
    }

    /// Counts failures in another window.
    pub fn with_window(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// Does this when its counters cannot be reached.
    pub fn with_outage(self, outage: Outage) -> Self {
        Self { outage, ..self }
    }

    /// At most so many failures in a row. Kept for accounts and devices.
    pub fn with_consecutive(self, most: u64) -> Self {
        Self { consecutive: Some(most), ..self }
    }

    /// So many verified attempts make up for one failure, at most `most_credits` failures in a window:
    /// for scopes that many people share.
    pub fn with_credits(self, verified_per_credit: u64, most_credits: u64) -> Self {
        Self { verified_per_credit: Some(verified_per_credit), most_credits, ..self }
    }

    /// The waits.
    pub fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// The window.
    pub fn window(&self) -> Window {
        self.window
    }

    /// What happens when its counters cannot be reached.
    pub fn outage(&self) -> Outage {
        self.outage
    }

    /// The bound on failures in a row.
    pub fn consecutive(&self) -> Option<u64> {
        self.consecutive
    }

    /// The most failures that any interval of `length` can hold, however they are paced.
    ///
    /// Within one window the ladder bounds them ([`Ladder::most_within`]); a longer interval is so many
    /// windows, each with at most as many.
    pub fn most_within(&self, length: Duration) -> u64 {
        let window = self.window.length();
        if length <= window {
            return self.ladder.most_within(length);
        }
        let windows = length.as_nanos().div_ceil(window.as_nanos());
        let windows = u64::try_from(windows).unwrap_or(u64::MAX);
        self.ladder.most_within(window).saturating_mul(windows)
    }

    /// The rule of one of `instances` that count by themselves.
    pub(crate) fn divided(&self, instances: u64) -> Self {
        Self {
            ladder: self.ladder.divided(instances),
            most_credits: self.most_credits / instances,
            consecutive: self.consecutive.map(|most| (most / instances).max(1)),
            ..self.clone()
        }
    }
}

/// 24 hours, in slots that keep a row small.
pub(crate) const DAY: Window = Window::of(7_200, 12);

/// The same, in fewer slots: for what need not be exact.
pub(crate) const COARSE_DAY: Window = Window::of(21_600, 4);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_of_several_windows_holds_as_many_times_as_much() {
        let hour = Window::new(Duration::from_secs(600), 6).unwrap();
        let rule = ScopeRule::new(Ladder::preset(&[(3, 600)])).with_window(hour);
        let in_an_hour = rule.most_within(Duration::from_secs(3_600));
        assert_eq!(in_an_hour, 9);
        assert_eq!(rule.most_within(Duration::from_secs(86_400)), 24 * in_an_hour);
        assert_eq!(rule.most_within(Duration::from_secs(3_601)), 2 * in_an_hour);
    }
}
