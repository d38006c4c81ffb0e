use std::fmt;

use cbor4ii::core::enc;
use serde::ser;
use thiserror::Error;

use super::ValueProblem;

/// Ends the writing of a value. Apart from [`ValueProblem`], which serde has no part in.
#[derive(Debug, Error)]
#[error("{0}")]
pub(super) struct Stop(pub(super) ValueProblem);

impl From<enc::Error<Stop>> for Stop {
    fn from(error: enc::Error<Stop>) -> Self {
        match error {
            enc::Error::Write(stop) => stop,
            _ => Self(ValueProblem::Unwilling),
        }
    }
}

impl ser::Error for Stop {
    /// The message may hold the value. It is not even put together.
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(ValueProblem::Unwilling)
    }
}
