//! What a rule did to an attempt, or would have done.

use doorward::{EventKind, Rule};

/// What was done.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Measure {
    /// The attempt was asked for a code.
    StepUp,
    /// It was told to wait.
    Wait,
    /// It would have been asked for a code, if the policy were in force.
    WouldStepUp,
    /// It would have been told to wait, if the policy were in force.
    WouldWait,
}

impl Measure {
    /// As summaries show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StepUp => "step_up",
            Self::Wait => "wait",
            Self::WouldStepUp => "would step_up",
            Self::WouldWait => "would wait",
        }
    }
}

/// One measure, and the rule that took it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Ruling {
    /// What was done.
    pub measure: Measure,
    /// By which rule.
    pub rule: Rule,
}

impl Ruling {
    /// What an audit event tells of it.
    pub(crate) fn of(kind: EventKind) -> Option<Self> {
        let (measure, rule) = match kind {
            EventKind::StepUp(rule) => (Measure::StepUp, rule),
            EventKind::Waited(rule) => (Measure::Wait, rule),
            EventKind::WouldStepUp(rule) => (Measure::WouldStepUp, rule),
            EventKind::WouldWait(rule) => (Measure::WouldWait, rule),
            _ => return None,
        };
        Some(Self { measure, rule })
    }
}
