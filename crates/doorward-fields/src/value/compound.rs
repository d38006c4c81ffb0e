use cbor4ii::core::enc::Write;
use cbor4ii::core::types::Array;
use serde::ser::{self, Serialize};

use super::ValueProblem;
use super::serializer::Serializer;
use super::stop::Stop;

/// Writes the parts of a list or a map, and holds it to the number that it announced.
pub(super) struct Compound<'s, W> {
    sink: &'s mut W,
    depth: usize,
    /// `None`: no number was announced, so an end is written.
    left: Option<usize>,
}

impl<'s, W: Write<Error = Stop>> Compound<'s, W> {
    pub(super) fn new(sink: &'s mut W, depth: usize, left: Option<usize>) -> Self {
        Self { sink, depth, left }
    }

    fn count(&mut self) -> Result<(), Stop> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1).ok_or(Stop(ValueProblem::Count))?;
        }
        Ok(())
    }

    fn write<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        value.serialize(Serializer::new(self.sink, self.depth))
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.count()?;
        self.write(value)
    }

    fn entry<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Stop> {
        self.element(name)?;
        self.write(value)
    }

    fn close(self) -> Result<(), Stop> {
        match self.left {
            Some(0) => Ok(()),
            Some(_) => Err(Stop(ValueProblem::Count)),
            // The end of a map is the same byte.
            None => Ok(Array::end(self.sink)?),
        }
    }
}

impl<W: Write<Error = Stop>> ser::SerializeMap for Compound<'_, W> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.write(value)
    }

    fn end(self) -> Result<(), Stop> {
        self.close()
    }
}

macro_rules! lists {
    ($($trait:ident :: $name:ident),* $(,)?) => {
        $(impl<W: Write<Error = Stop>> ser::$trait for Compound<'_, W> {
            type Ok = ();
            type Error = Stop;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                self.element(value)
            }

            fn end(self) -> Result<(), Stop> {
                self.close()
            }
        })*
    };
}

macro_rules! structs {
    ($($trait:ident),* $(,)?) => {
        $(impl<W: Write<Error = Stop>> ser::$trait for Compound<'_, W> {
            type Ok = ();
            type Error = Stop;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Stop> {
                self.entry(name, value)
            }

            fn end(self) -> Result<(), Stop> {
                self.close()
            }
        })*
    };
}

lists! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}
structs! { SerializeStruct, SerializeStructVariant }
