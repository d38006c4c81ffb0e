//! The ways in which a store fails.

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done; the answer is
    /// [`StoreErrorKind::Unavailable`](crate::StoreErrorKind::Unavailable).
    Unavailable,
    /// The call is carried out, but its answer is lost on the way: for the caller it looks like
    /// [`Unavailable`](Self::Unavailable). A call that fails of itself keeps its own error.
    LostReply,
    /// Nothing is done; the answer is
    /// [`StoreErrorKind::Throttled`](crate::StoreErrorKind::Throttled).
    Throttled,
    /// Nothing is done; the answer is
    /// [`StoreErrorKind::Conflict`](crate::StoreErrorKind::Conflict).
    Conflict,
    /// Nothing is done, and there is never an answer.
    Hang,
    /// The call gives way to other tasks so many times and is then carried out: a race comes out
    /// in another order.
    Yield(u32),
}
