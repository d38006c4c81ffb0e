use crate::{Normalization, ParseError};

/// What stands before a stored hash: what is done to a password before it is hashed.
///
/// ```text
/// [{nfc1}][{pepper:<id>}]<hash>
/// ```
#[derive(Clone, Default)]
pub(crate) struct Prefix {
    pub(crate) normalization: Normalization,
    pub(crate) pepper: Option<PepperId>,
}

impl Prefix {
    /// Takes the prefix off a row.
    ///
    /// # Errors
    ///
    /// [`ParseError::MalformedImport`] when the id of a pepper is none.
    pub(crate) fn split(row: &str) -> Result<(Self, &str), ParseError> {
        let (normalization, rest) = Normalization::split(row);
        let Some(rest) = rest.strip_prefix(PEPPER) else {
            return Ok((Self { normalization, pepper: None }, rest));
        };
        let (id, text) = rest.split_once('}').ok_or(MALFORMED)?;
        let pepper = Some(PepperId::new(id).ok_or(MALFORMED)?);
        Ok((Self { normalization, pepper }, text))
    }

    /// The row of `text` with this prefix.
    pub(crate) fn before(&self, text: &str) -> String {
        let record = self.normalization.record();
        match &self.pepper {
            Some(id) => [record, PEPPER, id.as_str(), "}", text].concat(),
            None => [record, text].concat(),
        }
    }
}

/// The name of a pepper: 1 to 32 of the ASCII letters, digits, `-`, `_` and `.`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct PepperId(String);

impl PepperId {
    pub(crate) fn new(id: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_id = (1..=32).contains(&id.len()) && id.bytes().all(is_plain);
        is_id.then(|| Self(id.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

const PEPPER: &str = "{pepper:";

const MALFORMED: ParseError = ParseError::MalformedImport { format: "the name of a pepper" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for id in ["a", "old-app_2.0", &"x".repeat(32)] {
            assert!(PepperId::new(id).is_some(), "{id}");
        }
        for id in ["", "a b", "a}", "ä", &"x".repeat(33)] {
            assert!(PepperId::new(id).is_none(), "{id}");
        }
    }

    #[test]
    fn prefixes_are_read_as_written() {
        for row in ["$x", "{nfc1}$x", "{pepper:a}$x", "{nfc1}{pepper:a}{SSHA}x"] {
            let (prefix, text) = Prefix::split(row).unwrap();
            assert_eq!(prefix.before(text), row);
            assert!(text == "$x" || text == "{SSHA}x");
        }
        for row in ["{pepper:}$x", "{pepper:a", "{pepper:a b}$x", "{nfc1}{pepper:ä}$x"] {
            assert!(Prefix::split(row).is_err(), "{row}");
        }
    }
}
