//! The names of the methods of a store.

/// A method of one of the store traits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Operation {
    /// [`CredentialStore::insert`](crate::CredentialStore::insert)
    Insert,
    /// [`CredentialStore::find`](crate::CredentialStore::find)
    Find,
    /// [`CredentialStore::fetch`](crate::CredentialStore::fetch)
    Fetch,
    /// [`CredentialStore::replace`](crate::CredentialStore::replace)
    Replace,
    /// [`CredentialStore::rekey`](crate::CredentialStore::rekey)
    Rekey,
    /// [`CredentialStore::remove`](crate::CredentialStore::remove)
    Remove,
    /// [`CredentialStore::list`](crate::CredentialStore::list)
    List,
    /// [`CounterStore::update`](crate::CounterStore::update)
    Update,
    /// [`CounterStore::read`](crate::CounterStore::read)
    Read,
    /// [`CounterStore::clear`](crate::CounterStore::clear)
    Clear,
    /// [`TicketStore::put`](crate::TicketStore::put)
    Put,
    /// [`TicketStore::peek`](crate::TicketStore::peek)
    Peek,
    /// [`TicketStore::take`](crate::TicketStore::take)
    Take,
    /// [`SessionStore::open`](crate::SessionStore::open)
    Open,
    /// [`SessionStore::session`](crate::SessionStore::session)
    Session,
    /// [`SessionStore::renew`](crate::SessionStore::renew)
    Renew,
    /// [`SessionStore::end`](crate::SessionStore::end)
    End,
    /// [`SessionStore::end_all`](crate::SessionStore::end_all)
    EndAll,
    /// [`SessionStore::forget`](crate::SessionStore::forget)
    Forget,
    /// [`SessionStore::sessions`](crate::SessionStore::sessions)
    Sessions,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Insert,
        Self::Find,
        Self::Fetch,
        Self::Replace,
        Self::Rekey,
        Self::Remove,
        Self::List,
        Self::Update,
        Self::Read,
        Self::Clear,
        Self::Put,
        Self::Peek,
        Self::Take,
        Self::Open,
        Self::Session,
        Self::Renew,
        Self::End,
        Self::EndAll,
        Self::Forget,
        Self::Sessions,
    ];

    /// The name of the method, as [`StoreError::operation`](crate::StoreError::operation) gives it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Find => "find",
            Self::Fetch => "fetch",
            Self::Replace => "replace",
            Self::Rekey => "rekey",
            Self::Remove => "remove",
            Self::List => "list",
            Self::Update => "update",
            Self::Read => "read",
            Self::Clear => "clear",
            Self::Put => "put",
            Self::Peek => "peek",
            Self::Take => "take",
            Self::Open => "open",
            Self::Session => "session",
            Self::Renew => "renew",
            Self::End => "end",
            Self::EndAll => "end_all",
            Self::Forget => "forget",
            Self::Sessions => "sessions",
        }
    }
}
