//! The number that the next writer of a credential or a session must know.

/// How often a credential or a session has been written: what a compare-and-swap compares.
///
/// ```
/// use doorward_store::Version;
///
/// assert_eq!(Version::FIRST.next(), Version::new(2));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version(u64);

impl Version {
    /// The version of a credential that was just inserted, and of a session that was just opened: 1.
    pub const FIRST: Self = Self(1);

    /// The version with this number, as [`get`](Self::get) gave it.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of this version.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The version that the next write makes.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
