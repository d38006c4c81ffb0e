//! What has happened of late, second by second.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward::{Event, EventKind};

/// The last quarter of an hour in steps of five seconds, and the last alarms. Bounded, whatever happens.
#[derive(Debug, Default)]
pub(crate) struct History(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The newest last; steps in which nothing happened are left out.
    steps: VecDeque<Step>,
    alarms: VecDeque<Raised>,
}

/// What has happened within one step.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Step {
    /// Of the step since 1970.
    pub(crate) number: u64,
    /// Logins that came to a decision.
    pub(crate) attempts: u32,
    /// Of these, those that were rejected.
    pub(crate) refusals: u32,
    /// Of these, those that were made to wait, or not heard at all.
    pub(crate) waits: u32,
    pub(crate) alarms: u32,
}

/// An alarm: what, and when. Whom it is about is for the log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Raised {
    pub(crate) at: SystemTime,
    pub(crate) what: String,
}

impl History {
    /// So long is a step.
    pub(crate) const STEP: Duration = Duration::from_secs(5);
    /// So many steps are kept.
    pub(crate) const STEPS: u64 = 180;

    pub(crate) fn record(&self, event: &Event) {
        self.count(event.kind, event.at);
    }

    fn count(&self, kind: EventKind, at: SystemTime) {
        let change: fn(&mut Step) = match kind {
            EventKind::Verified | EventKind::SecondFactorAsked | EventKind::StepUp(_) => {
                |step| step.attempts += 1
            }
            EventKind::Rejected(_) => |step| {
                step.attempts += 1;
                step.refusals += 1;
            },
            EventKind::Waited(_) | EventKind::Failed(_) => |step| {
                step.attempts += 1;
                step.waits += 1;
            },
            EventKind::Alarm(_) => |step| step.alarms += 1,
            _ => return,
        };
        let number = step_of(at);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let EventKind::Alarm(alarm) = kind {
            state.alarms.push_front(Raised { at, what: alarm.to_string() });
            state.alarms.truncate(ALARMS);
        }
        // Events may overtake each other by a little: what is late counts for the newest step.
        if state.steps.back().is_none_or(|step| step.number < number) {
            state.steps.push_back(Step { number, ..Step::default() });
            while state.steps.front().is_some_and(|step| step.number + Self::STEPS <= number) {
                state.steps.pop_front();
            }
        }
        if let Some(step) = state.steps.back_mut() {
            change(step);
        }
    }

    /// Every step up to this time, the oldest first, with those in which nothing happened.
    pub(crate) fn steps(&self, now: SystemTime) -> Vec<Step> {
        let last = step_of(now);
        let first = (last + 1).saturating_sub(Self::STEPS);
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = state.steps.iter().filter(|step| step.number >= first).peekable();
        (first..=last)
            .map(|number| match kept.next_if(|step| step.number == number) {
                Some(step) => *step,
                None => Step { number, ..Step::default() },
            })
            .collect()
    }

    /// The last alarms, the newest first.
    pub(crate) fn alarms(&self) -> Vec<Raised> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.alarms.iter().cloned().collect()
    }
}

fn step_of(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / History::STEP.as_secs()
}

const ALARMS: usize = 20;

#[cfg(test)]
mod tests {
    use doorward::Rejection;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    #[test]
    fn steps_are_counted_and_forgotten_after_a_quarter_of_an_hour() {
        let history = History::default();
        history.count(EventKind::Verified, at(0));
        history.count(EventKind::Rejected(Rejection::Unknown), at(1));
        history.count(EventKind::SessionOpened, at(1));
        history.count(EventKind::Verified, at(7));
        let steps = history.steps(at(7));
        assert_eq!(steps.len(), 180);
        let last: Vec<_> = steps[178..].iter().map(|step| (step.attempts, step.refusals)).collect();
        assert_eq!(last, [(2, 1), (1, 0)]);
        assert!(steps[..178].iter().all(|step| step.attempts == 0));
        // One that was overtaken counts for the newest.
        history.count(EventKind::Verified, at(3));
        assert_eq!(history.steps(at(7))[179].attempts, 2);
        assert!(history.steps(at(907)).iter().all(|step| step.attempts == 0));
    }

    #[test]
    fn however_much_happens_it_keeps_a_quarter_of_an_hour() {
        let history = History::default();
        for second in 0..20_000 {
            history.count(EventKind::Verified, at(second));
        }
        assert!(history.0.lock().unwrap().steps.len() <= 180);
        assert_eq!(history.steps(at(19_999)).iter().map(|step| step.attempts).sum::<u32>(), 900);
    }
}
