use thiserror::Error;

/// The token does not open.
///
/// Opaque where an attacker listens: every reason has the same text. An operator asks
/// [`kind`](Self::kind).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "the Fernet token does not open; the key that made it is not among these, or it was changed"
)]
pub struct FernetError {
    kind: FernetErrorKind,
}

impl FernetError {
    pub(super) const MALFORMED: Self = Self { kind: FernetErrorKind::Malformed };
    pub(super) const REFUSED: Self = Self { kind: FernetErrorKind::Refused };

    /// What an operator may know. Keep it out of an answer to a client.
    #[must_use]
    pub const fn kind(&self) -> FernetErrorKind {
        self.kind
    }
}

/// Why a token did not open, for the operator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FernetErrorKind {
    /// It is no token: its Base64, version or length, or the padding inside. Was it cut, or stored in
    /// clear, or with what surrounds bytes when Python prints them?
    Malformed,
    /// None of the keys made it, or its bytes were changed. Which of them cannot be known.
    Refused,
}
