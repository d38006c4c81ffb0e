use std::fmt;

use cbor4ii::core::enc::{Encode, Write};
use cbor4ii::core::types::{Array, Bytes, Map, Null};
use serde::ser::{self, Serialize};

use super::ValueProblem;
use super::compound::Compound;
use super::stop::Stop;
use super::text::write_text;

/// Writes one value, at most `depth` levels deep.
pub(super) struct Serializer<'s, W> {
    sink: &'s mut W,
    depth: usize,
    /// Whether this is the content of a `Some`.
    in_some: bool,
}

impl<'s, W: Write<Error = Stop>> Serializer<'s, W> {
    pub(super) fn new(sink: &'s mut W, depth: usize) -> Self {
        Self { sink, depth, in_some: false }
    }

    fn put(self, value: impl Encode) -> Result<(), Stop> {
        Ok(value.encode(self.sink)?)
    }

    fn null(self) -> Result<(), Stop> {
        if self.in_some { Err(Stop(ValueProblem::Option)) } else { self.put(Null) }
    }

    /// One level down.
    fn nested(self) -> Result<Self, Stop> {
        let depth = self.depth.checked_sub(1).ok_or(Stop(ValueProblem::Depth))?;
        Ok(Self { depth, in_some: false, ..self })
    }

    /// A variant that holds something: a map from its name to that.
    fn variant(self, name: &str) -> Result<Self, Stop> {
        let inside = self.nested()?;
        Map::bounded(1, inside.sink)?;
        name.encode(inside.sink)?;
        Ok(inside)
    }

    fn array(self, length: Option<usize>) -> Result<Compound<'s, W>, Stop> {
        let inside = self.nested()?;
        match length {
            Some(length) => Array::bounded(length, inside.sink)?,
            None => Array::unbounded(inside.sink)?,
        }
        Ok(Compound::new(inside.sink, inside.depth, length))
    }

    fn map(self, length: Option<usize>) -> Result<Compound<'s, W>, Stop> {
        let inside = self.nested()?;
        match length {
            Some(length) => Map::bounded(length, inside.sink)?,
            None => Map::unbounded(inside.sink)?,
        }
        Ok(Compound::new(inside.sink, inside.depth, length))
    }
}

macro_rules! put {
    ($($name:ident: $type:ty),* $(,)?) => {
        $(fn $name(self, value: $type) -> Result<(), Stop> {
            self.put(value)
        })*
    };
}

impl<'s, W: Write<Error = Stop>> ser::Serializer for Serializer<'s, W> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Compound<'s, W>;
    type SerializeTuple = Compound<'s, W>;
    type SerializeTupleStruct = Compound<'s, W>;
    type SerializeTupleVariant = Compound<'s, W>;
    type SerializeMap = Compound<'s, W>;
    type SerializeStruct = Compound<'s, W>;
    type SerializeStructVariant = Compound<'s, W>;

    put! {
        serialize_bool: bool,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_str: &str,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Stop> {
        self.put(Bytes(value))
    }

    fn serialize_char(self, value: char) -> Result<(), Stop> {
        self.put(value.encode_utf8(&mut [0; 4]) as &str)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Stop> {
        write_text(self.sink, format_args!("{value}"))
    }

    fn serialize_none(self) -> Result<(), Stop> {
        self.null()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        value.serialize(Self { in_some: true, ..self.nested()? })
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        self.null()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Stop> {
        Ok(Array::bounded(0, self.sink)?)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Stop> {
        self.put(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(self.variant(variant)?)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Compound<'s, W>, Stop> {
        self.array(length)
    }

    fn serialize_tuple(self, length: usize) -> Result<Compound<'s, W>, Stop> {
        self.array(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<Compound<'s, W>, Stop> {
        self.array(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'s, W>, Stop> {
        self.variant(variant)?.array(Some(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Compound<'s, W>, Stop> {
        self.map(length)
    }

    fn serialize_struct(self, _name: &'static str, length: usize) -> Result<Compound<'s, W>, Stop> {
        self.map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'s, W>, Stop> {
        self.variant(variant)?.map(Some(length))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}
