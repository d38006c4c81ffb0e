use std::convert::Infallible;
use std::fmt;

use cbor4ii::core::dec::{self, Decode, IgnoredAny, Read, Reference, if_major};
use cbor4ii::core::types::{Array, Bytes, Map};
use cbor4ii::core::{major, marker};
use serde::de::{self, Visitor, value::BorrowedStrDeserializer};
use thiserror::Error;

use super::sequence::Sequence;
use super::variant::Variant;

/// Reads one value, at most so many levels deep. Text and bytes are borrowed from the plaintext.
pub(super) struct Reader<'de> {
    left: &'de [u8],
    depth: usize,
}

impl<'de> Reader<'de> {
    pub(super) fn new(bytes: &'de [u8], depth: usize) -> Self {
        Self { left: bytes, depth }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub(super) fn left(&self) -> usize {
        self.left.len()
    }

    pub(super) fn decode<T: Decode<'de>>(&mut self) -> Result<T, Unreadable> {
        Ok(T::decode(self)?)
    }

    fn peek(&self) -> Result<u8, Unreadable> {
        self.left.first().copied().ok_or(Unreadable)
    }

    /// Whether the next byte is `marker`, which is then passed.
    pub(super) fn skip(&mut self, marker: u8) -> bool {
        let found = self.left.first() == Some(&marker);
        self.advance(usize::from(found));
        found
    }

    fn nested<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        self.depth = self.depth.checked_sub(1).ok_or(Unreadable)?;
        let value = inside(self)?;
        self.depth += 1;
        Ok(value)
    }

    /// `parts` is how many the visitor has to take; `None` for as many as come.
    fn array<V: Visitor<'de>>(
        &mut self,
        parts: Option<usize>,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.nested(|inside| {
            let length = Array::len(inside)?;
            if parts.is_some() && parts != length {
                return Err(Unreadable);
            }
            let mut sequence = Sequence::new(inside, length);
            let value = visitor.visit_seq(&mut sequence)?;
            sequence.close()?;
            Ok(value)
        })
    }
}

impl<'de> Read<'de> for Reader<'de> {
    type Error = Infallible;

    fn fill<'short>(&'short mut self, want: usize) -> Result<Reference<'de, 'short>, Infallible> {
        Ok(Reference::Long(self.left.get(..want).unwrap_or(self.left)))
    }

    fn advance(&mut self, n: usize) {
        self.left = self.left.get(n..).unwrap_or_default();
    }

    fn step_in(&mut self) -> bool {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                true
            }
            None => false,
        }
    }

    fn step_out(&mut self) {
        self.depth += 1;
    }
}

macro_rules! decode {
    ($($name:ident => $visit:ident),* $(,)?) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.decode()?)
        })*
    };
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let byte = self.peek()?;
        match (if_major(byte), byte) {
            (major::UNSIGNED, _) => self.deserialize_u64(visitor),
            (major::NEGATIVE, _) => {
                let number: i128 = self.decode()?;
                match i64::try_from(number) {
                    Ok(number) => visitor.visit_i64(number),
                    Err(_) => visitor.visit_i128(number),
                }
            }
            (major::BYTES, _) => self.deserialize_bytes(visitor),
            (major::STRING, _) => self.deserialize_str(visitor),
            (major::ARRAY, _) => self.deserialize_seq(visitor),
            (major::MAP, _) => self.deserialize_map(visitor),
            (_, POSITIVE) => self.deserialize_u128(visitor),
            (_, NEGATIVE) => self.deserialize_i128(visitor),
            (_, marker::FALSE | marker::TRUE) => self.deserialize_bool(visitor),
            (_, marker::NULL) => self.deserialize_unit(visitor),
            (_, marker::F32) => self.deserialize_f32(visitor),
            (_, marker::F64) => self.deserialize_f64(visitor),
            _ => Err(Unreadable),
        }
    }

    decode! {
        deserialize_bool => visit_bool,
        deserialize_char => visit_borrowed_str,
        deserialize_f32 => visit_f32,
        deserialize_f64 => visit_f64,
        deserialize_i8 => visit_i8,
        deserialize_i16 => visit_i16,
        deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64,
        deserialize_i128 => visit_i128,
        deserialize_identifier => visit_borrowed_str,
        deserialize_str => visit_borrowed_str,
        deserialize_string => visit_borrowed_str,
        deserialize_u8 => visit_u8,
        deserialize_u16 => visit_u16,
        deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64,
        deserialize_u128 => visit_u128,
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Bytes(bytes) = self.decode()?;
        visitor.visit_borrowed_bytes(bytes)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.skip(marker::NULL) {
            return visitor.visit_none();
        }
        self.nested(|inside| visitor.visit_some(inside))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.skip(marker::NULL) { visitor.visit_unit() } else { Err(Unreadable) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if Array::len(self)? == Some(0) { visitor.visit_unit() } else { Err(Unreadable) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.array(None, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.array(Some(length), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.array(Some(length), visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.nested(|inside| {
            let length = Map::len(inside)?;
            let mut sequence = Sequence::new(inside, length);
            let value = visitor.visit_map(&mut sequence)?;
            sequence.close()?;
            Ok(value)
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if if_major(self.peek()?) == major::STRING {
            return visitor.visit_enum(BorrowedStrDeserializer::new(self.decode()?));
        }
        self.nested(|inside| match Map::len(inside)? {
            Some(1) => visitor.visit_enum(Variant(inside)),
            _ => Err(Unreadable),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.decode::<IgnoredAny>()?;
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The heads of a number beyond 64 bits, above and below zero: RFC 8949, section 3.4.3.
const POSITIVE: u8 = 0xc2;
const NEGATIVE: u8 = 0xc3;

/// The bytes are not the value that was asked for. It says no more, for that would be the plaintext.
#[derive(Debug, Error)]
#[error("not the value that was asked for")]
pub(super) struct Unreadable;

impl From<dec::Error<Infallible>> for Unreadable {
    fn from(_: dec::Error<Infallible>) -> Self {
        Self
    }
}

impl de::Error for Unreadable {
    /// The message may hold the value. It is not even put together.
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}
