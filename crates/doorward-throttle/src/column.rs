//! The numbered columns of a counter row: what is counted, and in which slot of time.

/// What a column counts.
///
/// The numbers are stored: a number is never given a new meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Attempts that failed, by slot of the rule's window.
    Failed = 1,
    /// Attempts that were reserved and not settled yet, by slot of the reservation window.
    Pending = 2,
    /// Verified attempts that earn a shared scope some slack, by slot of the rule's window.
    Credit = 3,
    /// Failures since the last verified attempt; one column.
    Streak = 4,
    /// When the last failure was, in milliseconds since 1970; one column.
    LastFailure = 5,
    /// Credits that an account has given to shared scopes, by slot of the account's window.
    Given = 6,
    /// Codes sent to the owner, by slot of the code window.
    Codes = 7,
    /// Attempts that were answered with a step-up, right or wrong, by slot of the rule's window.
    Challenged = 8,
    /// Fingerprints of wrong passwords, the last few; the slot is a place among them.
    Fingerprint = 9,
    /// How popular the passwords were that an account was tried with, in millionths, by slot.
    Hits = 10,
    /// Until when a network, a password or the site is taken for attacked, in milliseconds since 1970.
    /// The slot is the password's tag; 0 elsewhere.
    FlaggedUntil = 11,
    /// How often that was found, so that one alarm is raised for it; the slot as above, or of time.
    Claimed = 12,
    /// How often in a row the site was found to be attacked; one column.
    Recurrence = 13,
    /// The share of attempts that fail in calm times, in millionths; then of how many slots it was learned.
    Baseline = 14,
    /// The slot of the window that the baseline has learned last; one column.
    Learned = 15,
    /// Attempts of the site that were wrong lately, by slot of a short window.
    RecentFailed = 16,
    /// Attempts of the site that were right lately, likewise.
    RecentVerified = 17,
    /// Step-ups of the site that their owners redeemed lately, likewise.
    RecentRedeemed = 18,
    /// When the newest proof was issued that a device has logged in with, in milliseconds since 1970.
    Issued = 19,
    /// Logins from unknown devices for which an account has spoken for the site, by slot.
    GivenToSite = 20,
}

const SLOT_BITS: u32 = 56;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

/// `kind (8 bits) || slot (56 bits)`
pub(crate) const fn column(kind: Kind, slot: u64) -> u64 {
    ((kind as u64) << SLOT_BITS) | (slot & SLOT_MASK)
}

/// The range of columns that hold `kind`, first and last.
pub(crate) const fn range(kind: Kind) -> (u64, u64) {
    (column(kind, 0), column(kind, SLOT_MASK))
}

/// Whether the column is one of `kind`.
pub(crate) const fn is_in(kind: Kind, at: u64) -> bool {
    at >> SLOT_BITS == kind as u64
}

pub(crate) const fn slot(column: u64) -> u64 {
    column & SLOT_MASK
}
