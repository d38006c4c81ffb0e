//! The ways in which a request fails.

/// What goes wrong with one request to DynamoDB.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RequestFault {
    /// Nothing is done: another transaction is at the item.
    Conflict,
    /// Nothing is done, and there is never an answer.
    Hang,
    /// It is carried out, but its answer never comes.
    LateReply,
    /// It is carried out, but the connection breaks before its answer is there.
    LostReply,
    /// Nothing is done; the answer is that of a server that failed.
    ServerError,
    /// Nothing is done: there is not enough capacity. Of a batch, that is said of each of its items.
    Throttled,
    /// Nothing is done: the connection breaks before the request is out.
    Unreachable,
}
