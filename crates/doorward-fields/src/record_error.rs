use std::fmt;

use thiserror::Error;

use crate::{OpenError, OpenErrorKind, RandomError, SealError, ValueProblem};

/// A field of a record could not be sealed, or does not open here.
///
/// It names the field. Beyond that, what does not open is opaque where an attacker listens: a wrong
/// key, a wrong place, a flipped bit and a value of another type have the same text. An operator asks
/// [`kind`](Self::kind).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub struct RecordError {
    field: &'static str,
    kind: RecordErrorKind,
}

impl RecordError {
    pub(crate) const fn new(field: &'static str, kind: RecordErrorKind) -> Self {
        Self { field, kind }
    }

    /// The field at fault. Where there are several, the first.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// What an operator may know. Keep it out of an answer to a client.
    #[must_use]
    pub const fn kind(&self) -> RecordErrorKind {
        self.kind
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, kind } = self;
        match kind {
            RecordErrorKind::Open(_) | RecordErrorKind::Unreadable => write!(
                f,
                "the field {field} does not open here; its keyring, tenant, record or version is not \
                 the one it was sealed with"
            ),
            RecordErrorKind::Seal(error) => write!(f, "the field {field} was not sealed: {error}"),
            RecordErrorKind::Value(problem) => {
                write!(f, "the field {field} was not sealed: {problem}")
            }
        }
    }
}

/// Why a field was not sealed or did not open, for the operator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RecordErrorKind {
    /// The envelope does not open.
    Open(OpenErrorKind),
    /// The value was not sealed.
    Seal(SealError),
    /// The envelope opens, but to a value of another type. Give the record a new version when a field
    /// takes a type that does not read what is stored.
    Unreadable,
    /// The value is one that would not open to itself. Nothing was sealed.
    Value(ValueProblem),
}

impl From<OpenError> for RecordErrorKind {
    fn from(error: OpenError) -> Self {
        Self::Open(error.kind())
    }
}

impl From<RandomError> for RecordErrorKind {
    fn from(error: RandomError) -> Self {
        Self::Seal(error.into())
    }
}

impl From<SealError> for RecordErrorKind {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

impl From<ValueProblem> for RecordErrorKind {
    fn from(problem: ValueProblem) -> Self {
        Self::Value(problem)
    }
}
