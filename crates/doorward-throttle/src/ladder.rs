//! Progressive waits: the more failures a window holds, the longer the wait after the last one.

use std::time::Duration;

use thiserror::Error;

/// Rungs of (failures, wait): once the window holds that many failures, the next attempt may come
/// only this long after the last failure.
///
/// ```
/// use std::time::Duration;
/// use doorward_throttle::Ladder;
///
/// let ladder = Ladder::new([(4, Duration::from_secs(60)), (5, Duration::from_secs(300))])?;
/// assert_eq!(ladder.wait(3), Duration::ZERO);
/// assert_eq!(ladder.wait(4), Duration::from_secs(60));
/// assert_eq!(ladder.wait(90), Duration::from_secs(300));
/// # Ok::<(), doorward_throttle::LadderError>(())
/// ```
///
/// A wait is counted from the last *failure*, and an attempt during a wait is not a failure, so
/// nobody can extend it by knocking. Too steep a ladder lets a stranger keep an owner waiting on a
/// new device; too flat a one gives a guesser more tries: [`Ladder::most_within`] says how many.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ladder(Vec<(u64, Duration)>);

impl Ladder {
    /// A ladder of these rungs.
    ///
    /// # Errors
    ///
    /// [`LadderError`] when there is no rung, the first starts below one failure, or the rungs do
    /// not rise in both failures and wait.
    pub fn new(rungs: impl IntoIterator<Item = (u64, Duration)>) -> Result<Self, LadderError> {
        let rungs: Vec<_> = rungs.into_iter().collect();
        let Some(&(first, wait)) = rungs.first() else {
            return Err(LadderError::Empty);
        };
        if first == 0 || wait.is_zero() {
            return Err(LadderError::NotRising { rung: 1 });
        }
        for (at, pair) in rungs.windows(2).enumerate() {
            if pair[1].0 <= pair[0].0 || pair[1].1 <= pair[0].1 {
                return Err(LadderError::NotRising { rung: at + 2 });
            }
        }
        Ok(Self(rungs))
    }

    /// The wait after a failure that made it `failures` in the window.
    pub fn wait(&self, failures: u64) -> Duration {
        let above = self.0.partition_point(|&(from, _)| from <= failures);
        above.checked_sub(1).map_or(Duration::ZERO, |at| self.0[at].1)
    }

    /// The longest wait.
    pub fn longest(&self) -> Duration {
        self.0.last().map_or(Duration::ZERO, |&(_, wait)| wait)
    }

    /// The most failures that any interval of `length` can hold, however they are paced.
    ///
    /// The first failure of the interval makes the window hold at least 1, the second at least 2,
    /// and so on: going as fast as the ladder lets one go, from an empty window, is the worst case.
    pub fn most_within(&self, length: Duration) -> u64 {
        let length = length.as_nanos();
        let free = self.0.first().map_or(0, |&(first, _)| first - 1);
        let (mut failures, mut elapsed) = (u128::from(free), 0);
        for (at, &(from, wait)) in self.0.iter().enumerate() {
            let Some(left) = length.checked_sub(elapsed) else {
                break;
            };
            let next = self.0.get(at + 1);
            let on_rung = next.map_or(u128::MAX, |&(next, _)| u128::from(next - from));
            let taken = on_rung.min(left / wait.as_nanos() + 1);
            failures += taken;
            elapsed += taken * wait.as_nanos();
        }
        u64::try_from(failures).unwrap_or(u64::MAX)
    }

    /// How many attempts may be under way at once when the window holds `failures` and no wait is
    /// running: even if all fail, none of them should have waited for another.
    pub(crate) fn allowance(&self, failures: u64) -> u64 {
        match self.0.first() {
            Some(&(first, _)) if failures < first => first - failures,
            _ => 1,
        }
    }

    /// From how many failures on there are waits.
    pub(crate) fn first(&self) -> u64 {
        self.0.first().map_or(1, |&(first, _)| first)
    }

    /// The rungs: from how many failures, which wait.
    pub fn rungs(&self) -> impl Iterator<Item = (u64, Duration)> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn waits(&self) -> impl Iterator<Item = Duration> + '_ {
        self.0.iter().map(|&(_, wait)| wait)
    }

    /// The ladder of one of `instances` that count by themselves: its rungs begin so much earlier.
    pub(crate) fn divided(&self, instances: u64) -> Self {
        let mut rungs: Vec<(u64, Duration)> = Vec::with_capacity(self.0.len());
        for &(from, wait) in &self.0 {
            let from = (from / instances.max(1)).max(1);
            // Of several rungs at one number, the longest wait.
            rungs.retain(|&(earlier, _)| earlier < from);
            rungs.push((from, wait));
        }
        Self(rungs)
    }

    /// For the presets, whose rungs rise by inspection (and by a test).
    pub(crate) fn preset(rungs: &[(u64, u64)]) -> Self {
        Self(rungs.iter().map(|&(from, seconds)| (from, Duration::from_secs(seconds))).collect())
    }
}

/// The rungs do not make a ladder.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum LadderError {
    /// No rung at all: nothing would ever wait.
    #[error("a ladder needs at least one rung: give it a number of failures and a wait")]
    Empty,
    /// A rung that is not above the one before it.
    #[error("rung {rung} must have more failures and a longer wait than the one before it")]
    NotRising {
        /// Which rung, from 1.
        rung: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn allowance_counts_the_attempts_that_need_not_wait_for_each_other() {
        let ladder = Ladder::preset(&[(4, 60), (5, 300)]);
        assert_eq!([0, 1, 3, 4, 9].map(|failures| ladder.allowance(failures)), [4, 3, 1, 1, 1]);
    }

    #[test]
    fn most_within_agrees_with_a_simulation() {
        for rungs in
            [&[(4, 60), (5, 300), (6, 900), (7, 3_600)][..], &[(1, 7)], &[(10, 60), (20, 300)]]
        {
            let ladder = Ladder::preset(rungs);
            let (mut at, mut failures) = (0, 0);
            while at <= DAY.as_secs() {
                failures += 1;
                at += ladder.wait(failures).as_secs();
            }
            assert_eq!(ladder.most_within(DAY), failures, "{rungs:?}");
        }
    }

    #[test]
    fn most_within_is_computed_and_not_counted() {
        let nanosecond = Duration::from_nanos(1);
        let steep = Ladder::new([(u64::MAX / 2, nanosecond), (u64::MAX, DAY)]).unwrap();
        assert_eq!(steep.most_within(DAY), u64::MAX / 2 + 86_400_000_000_000);
    }

    #[test]
    fn a_divided_ladder_begins_earlier_and_is_one() {
        let ladder = Ladder::preset(&[(4, 60), (5, 300), (6, 900), (12, 3_600)]);
        assert_eq!(ladder.divided(4), Ladder::preset(&[(1, 900), (3, 3_600)]));
        assert_eq!(ladder.divided(1), ladder);
        assert!(Ladder::new(ladder.divided(1_000).rungs()).is_ok());
    }

    #[test]
    fn falling_rungs_are_refused_by_number() {
        let minute = Duration::from_secs(60);
        assert_eq!(Ladder::new([]), Err(LadderError::Empty));
        assert_eq!(Ladder::new([(0, minute)]), Err(LadderError::NotRising { rung: 1 }));
        assert_eq!(
            Ladder::new([(3, minute), (4, minute)]),
            Err(LadderError::NotRising { rung: 2 })
        );
    }
}
