//! What a token may be used for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A set of scope tokens (RFC 6749, section 3.3): what an access token may be used for.
///
/// At most 32, and 512 bytes in all with a space between each. As text they stand in alphabetical order.
/// The empty set is allowed, and opens what asks for no scope.
///
/// ```
/// use doorward_session::Scopes;
///
/// let scopes: Scopes = "invoices:read profile".parse()?;
/// assert!(scopes.contains("profile"));
/// assert!(!scopes.contains("invoices"));
/// assert_eq!(scopes.to_string(), "invoices:read profile");
/// # Ok::<(), doorward_session::ScopesError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    /// The most scope tokens in a set.
    pub const MAX: usize = 32;

    /// The most bytes that a set takes as text.
    pub const MAX_BYTES: usize = 512;

    /// The set of these scope tokens.
    ///
    /// # Errors
    ///
    /// [`ScopesError`] where one is no scope token, or there are too many.
    pub fn new(scopes: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, ScopesError> {
        let mut set = BTreeSet::new();
        let mut bytes = 0_usize;
        for scope in scopes {
            let scope = scope.into();
            if scope.is_empty() || !scope.bytes().all(is_of_scope) {
                return Err(ScopesError::Character);
            }
            bytes = bytes.saturating_add(scope.len() + 1);
            set.insert(scope);
            if set.len() > Self::MAX || bytes > Self::MAX_BYTES + 1 {
                return Err(ScopesError::TooMany);
            }
        }
        Ok(Self(set))
    }

    /// Whether this scope token is in the set.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Whether all of these are in the set.
    #[must_use]
    pub fn contains_all(&self, others: &Self) -> bool {
        others.0.is_subset(&self.0)
    }

    /// The scope tokens, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + '_ {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Scopes {
    type Err = ScopesError;

    /// Reads scope tokens with one space between each, or nothing.
    fn from_str(text: &str) -> Result<Self, ScopesError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::new(text.split(' '))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{scope}")?;
        }
        Ok(())
    }
}

/// Why something is no set of scopes.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ScopesError {
    /// A scope token is empty, or holds a character that none may hold.
    #[error(
        "a scope holds at least one, and only visible ASCII characters without \" and \\, and one space goes between two"
    )]
    Character,
    /// There are more than 32, or they are longer than 512 bytes.
    #[error("give at most 32 scopes, of at most 512 bytes in all")]
    TooMany,
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`
const fn is_of_scope(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_scope_is_refused() {
        for text in [" ", "a  b", " a", "a ", "a\"b", "a\\b", "a\nb", "ä", "\u{7f}"] {
            assert_eq!(text.parse::<Scopes>(), Err(ScopesError::Character), "{text:?}");
        }
        assert!("".parse::<Scopes>().unwrap().is_empty());
    }

    #[test]
    fn there_is_a_most() {
        let many = |count: usize| Scopes::new((0..count).map(|at| format!("s{at}")));
        assert!(many(32).is_ok());
        assert_eq!(many(33), Err(ScopesError::TooMany));
        assert!(Scopes::new(["a".repeat(512)]).is_ok());
        assert_eq!(Scopes::new(["a".repeat(513)]), Err(ScopesError::TooMany));
        // Floods of one and the same are cut off as well.
        assert_eq!(Scopes::new((0..1000).map(|_| "same")), Err(ScopesError::TooMany));
    }

    proptest! {
        #[test]
        fn text_survives_a_round_trip(scopes in proptest::collection::btree_set("[!#-\\[\\]-~]{1,10}", 0..8)) {
            let scopes = Scopes::new(scopes).unwrap();
            prop_assert_eq!(scopes.to_string().parse::<Scopes>(), Ok(scopes));
        }
    }
}
