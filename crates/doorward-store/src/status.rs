//! Whether an account may be used.

/// Whether the owner of an account may enter.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// The right password lets its owner in.
    Active,
    /// Nobody gets in, not even with the right password.
    Disabled,
}

impl Status {
    /// Every status there is.
    const ALL: [Self; 2] = [Self::Active, Self::Disabled];

    /// The name under which a store keeps the status. It never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// The status with this name; `None` for any other text.
    ///
    /// A store that reads an unknown name must answer [`Corrupt`](crate::StoreErrorKind::Corrupt).
    /// Taking it for active would let in whoever was shut out.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_status() {
        for status in Status::ALL {
            assert_eq!(Status::from_name(status.as_str()), Some(status));
        }
        assert_eq!(Status::from_name("Active"), None);
        assert_eq!(Status::from_name(""), None);
    }
}
