//! How the rows of the source are to be read.

use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use doorward::fields::{FernetErrorKind, FernetKeys, TextForm};

use super::source::Item;

/// Which attribute is what.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What people log in with.
    pub(crate) identifier: String,
    /// What is stored of their passwords.
    pub(crate) hash: String,
    /// Attributes that are sealed with Fernet.
    pub(crate) fernet: BTreeSet<String>,
    /// What opens them.
    pub(crate) keys: Option<FernetKeys>,
}

/// Why a row cannot be brought over. No text repeats any of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Unreadable {
    /// Nothing to log in with, or not as text.
    NoIdentifier,
    /// No hash, or not as text.
    NoHash,
    /// An attribute that is to be sealed with Fernet is no token.
    NoToken(String),
    /// None of the keys opens it.
    Refused(String),
    /// doorward will not have it.
    Import(String),
}

impl Reading {
    /// What the owner of the row logs in with.
    pub(crate) fn identifier(&self, item: &Item) -> Result<String, Unreadable> {
        let text = self.text(item, &self.identifier)?.ok_or(Unreadable::NoIdentifier)?;
        // White space names nobody, and so nobody twice.
        match TextForm::Caseless.normalize(&text).is_empty() {
            true => Err(Unreadable::NoIdentifier),
            false => Ok(text),
        }
    }

    /// What is stored of the password.
    pub(crate) fn hash(&self, item: &Item) -> Result<String, Unreadable> {
        let hash = self.text(item, &self.hash)?.unwrap_or_default();
        if hash.is_empty() { Err(Unreadable::NoHash) } else { Ok(hash) }
    }

    /// The token of an attribute that is sealed with Fernet; `None` for one that is not, or is not there.
    pub(crate) fn token<'i>(
        &self,
        name: &str,
        value: &'i AttributeValue,
    ) -> Result<Option<&'i str>, Unreadable> {
        match (self.fernet.contains(name), value) {
            (false, _) | (_, AttributeValue::Null(_)) => Ok(None),
            (true, value) => {
                text_of(value).map(Some).ok_or_else(|| Unreadable::NoToken(name.to_owned()))
            }
        }
    }

    /// Opens a token.
    pub(crate) fn open(&self, name: &str, token: &str) -> Result<Vec<u8>, Unreadable> {
        let refused = || Unreadable::Refused(name.to_owned());
        let opened = self.keys.as_ref().ok_or_else(refused)?.open(token);
        match opened {
            Ok(opened) => Ok(opened.expose_secret().to_vec()),
            Err(error) if error.kind() == FernetErrorKind::Malformed => {
                Err(Unreadable::NoToken(name.to_owned()))
            }
            Err(_) => Err(refused()),
        }
    }

    /// An attribute as text, opened if it is sealed; `None` if it is not there.
    fn text(&self, item: &Item, name: &str) -> Result<Option<String>, Unreadable> {
        let Some(value) = item.get(name) else { return Ok(None) };
        match self.token(name, value)? {
            Some(token) => {
                let opened = String::from_utf8(self.open(name, token)?);
                opened.map(Some).map_err(|_| Unreadable::NoToken(name.to_owned()))
            }
            None => Ok(text_of(value).map(str::to_owned)),
        }
    }
}

/// Text, or bytes that are text: Python's Fernet and bcrypt give bytes, and boto3 stores them so.
pub(crate) fn text_of(value: &AttributeValue) -> Option<&str> {
    match value {
        AttributeValue::S(text) => Some(text),
        AttributeValue::B(bytes) => std::str::from_utf8(bytes.as_ref()).ok(),
        _ => None,
    }
}

/// Whether it looks as if Fernet had made it: version 128, and a time before the year 2106.
pub(crate) fn looks_like_token(text: &str) -> bool {
    text.starts_with("gAAAAA") && text.len() >= 100 && text.len().is_multiple_of(4)
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIdentifier => f.write_str("there is nothing to log in with"),
            Self::NoHash => f.write_str("there is no hash of a password"),
            Self::NoToken(name) => write!(f, "{name} is no Fernet token"),
            Self::Refused(name) => write!(f, "no Fernet key opens {name}, or it was changed"),
            Self::Import(why) => f.write_str(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;

    /// The vector of the specification.
    const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    const TOKEN: &str = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    fn reading(fernet: &[&str]) -> Reading {
        Reading {
            identifier: "email".to_owned(),
            hash: "password_hash".to_owned(),
            fernet: fernet.iter().map(ToString::to_string).collect(),
            keys: Some(FernetKeys::parse(KEY).unwrap()),
        }
    }

    fn item(email: AttributeValue) -> Item {
        Item::from([("email".to_owned(), email)])
    }

    #[test]
    fn text_is_read_whether_python_stored_text_or_bytes_and_opened_where_told() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let bytes = |text: &str| AttributeValue::B(Blob::new(text));
        for value in [text("hello"), bytes("hello")] {
            assert_eq!(reading(&[]).identifier(&item(value)).unwrap(), "hello");
        }
        for value in [text(TOKEN), bytes(TOKEN)] {
            assert_eq!(reading(&["email"]).identifier(&item(value)).unwrap(), "hello");
        }
        assert!(looks_like_token(TOKEN) && !looks_like_token("gAAAAA-name"));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let text = |text: &str| item(AttributeValue::S(text.to_owned()));
        let no_token = Err(Unreadable::NoToken("email".to_owned()));
        for (fernet, item, why) in [
            (&[][..], Item::new(), Err(Unreadable::NoIdentifier)),
            (&[], text(" \t"), Err(Unreadable::NoIdentifier)),
            (&[], item(AttributeValue::N("7".to_owned())), Err(Unreadable::NoIdentifier)),
            (&["email"], text("alice@example.com"), no_token.clone()),
            (&["email"], text(&format!("b'{TOKEN}'")), no_token),
            (
                &["email"],
                text(&TOKEN.replace("Kz", "kz").replace("LLF", "LLG")),
                Err(Unreadable::Refused("email".to_owned())),
            ),
        ] {
            assert_eq!(reading(fernet).identifier(&item), why);
        }
        assert_eq!(reading(&[]).hash(&Item::new()), Err(Unreadable::NoHash));
    }
}
