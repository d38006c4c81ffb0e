//! Items as the table has them.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::SystemTime;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use thiserror::Error;

use crate::time::{from_nanos, to_nanos};

/// The attributes of an item.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// An item cannot be read: somebody else wrote it, or it was damaged.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("attribute `{0}` of a stored item is missing or is not what it should be")]
pub(crate) struct Unreadable(pub(crate) &'static str);

/// An item that is being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a>(pub(crate) &'a Attributes);

impl<'a> Item<'a> {
    pub(crate) fn bytes(self, name: &'static str) -> Result<&'a [u8], Unreadable> {
        self.optional_bytes(name)?.ok_or(Unreadable(name))
    }

    pub(crate) fn optional_bytes(self, name: &'static str) -> Result<Option<&'a [u8]>, Unreadable> {
        let value = self.0.get(name).map(|value| value.as_b().map(Blob::as_ref));
        value.transpose().map_err(|_| Unreadable(name))
    }

    pub(crate) fn text(self, name: &'static str) -> Result<&'a str, Unreadable> {
        let value = self.0.get(name).and_then(|value| value.as_s().ok());
        value.map(String::as_str).ok_or(Unreadable(name))
    }

    pub(crate) fn number<T: FromStr>(self, name: &'static str) -> Result<T, Unreadable> {
        self.optional_number(name)?.ok_or(Unreadable(name))
    }

    pub(crate) fn optional_number<T: FromStr>(
        self,
        name: &'static str,
    ) -> Result<Option<T>, Unreadable> {
        let value = self.0.get(name).map(|value| value.as_n().ok()?.parse().ok());
        value.map(|number| number.ok_or(Unreadable(name))).transpose()
    }

    pub(crate) fn time(self, name: &'static str) -> Result<SystemTime, Unreadable> {
        from_nanos(self.number(name)?).ok_or(Unreadable(name))
    }
}

pub(crate) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn time(time: SystemTime) -> AttributeValue {
    number(to_nanos(time))
}

pub(crate) fn bytes(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}
