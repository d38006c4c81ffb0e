//! How much a store in memory holds.

/// How much a [`MemoryStore`](crate::MemoryStore) holds at most.
///
/// ```
/// use doorward_store::Limits;
///
/// let limits = Limits::default().with_tickets(100);
/// assert_eq!((limits.counters(), limits.tickets()), (262_144, 100));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    accounts: usize,
    counters: usize,
    tickets: usize,
    sessions: usize,
}

impl Limits {
    /// Accounts by default: a million, some 750 MB with one lookup key and 250 sealed bytes
    /// each.
    pub const DEFAULT_ACCOUNTS: usize = 1_000_000;

    /// Counter rows by default: 2^18, some 80 MB with what the throttle keeps in a fresh
    /// one, and up to 120 MB while they are replaced.
    pub const DEFAULT_COUNTERS: usize = 262_144;

    /// Tickets by default: 2^16, some 25 MB with values of a hundred bytes.
    pub const DEFAULT_TICKETS: usize = 65_536;

    /// Sessions by default: 2^18, some 100 MB with values of a hundred bytes.
    pub const DEFAULT_SESSIONS: usize = 262_144;

    /// With at most this many accounts.
    #[must_use]
    pub const fn with_accounts(self, accounts: usize) -> Self {
        Self { accounts, ..self }
    }

    /// With at most this many counter rows, and at least one.
    ///
    /// Too few let a flood drive out rows that hold a guesser back.
    #[must_use]
    pub const fn with_counters(self, counters: usize) -> Self {
        Self { counters: if counters == 0 { 1 } else { counters }, ..self }
    }

    /// With at most this many tickets.
    #[must_use]
    pub const fn with_tickets(self, tickets: usize) -> Self {
        Self { tickets, ..self }
    }

    /// With at most this many sessions.
    #[must_use]
    pub const fn with_sessions(self, sessions: usize) -> Self {
        Self { sessions, ..self }
    }

    /// The most accounts.
    #[must_use]
    pub const fn accounts(self) -> usize {
        self.accounts
    }

    /// The most counter rows.
    #[must_use]
    pub const fn counters(self) -> usize {
        self.counters
    }

    /// The most tickets.
    #[must_use]
    pub const fn tickets(self) -> usize {
        self.tickets
    }

    /// The most sessions.
    #[must_use]
    pub const fn sessions(self) -> usize {
        self.sessions
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            accounts: Self::DEFAULT_ACCOUNTS,
            counters: Self::DEFAULT_COUNTERS,
            tickets: Self::DEFAULT_TICKETS,
            sessions: Self::DEFAULT_SESSIONS,
        }
    }
}
