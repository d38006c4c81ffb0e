//! The plaintext of a sealed value: CBOR of [RFC 8949], written once, into memory that is wiped.
//!
//! Heads, numbers and strings are those of `cbor4ii`; its serde layer is not used. That one stores
//! `Some(None)` as `None`, `null` of a self-describing type as an empty list, keeps text in buffers that
//! nobody wipes, and puts what it read into its errors.
//!
//! [RFC 8949]: https://www.rfc-editor.org/rfc/rfc8949

mod compound;
mod problem;
mod reader;
mod sequence;
mod serializer;
mod sink;
mod stop;
mod text;
mod variant;

use serde::de::DeserializeOwned;
use serde::ser::Serialize;

pub use problem::ValueProblem;

use reader::Reader;
use serializer::Serializer;
use sink::{Counter, Filler};

/// How deep a value may be nested. Written and read with one count, so that what is sealed opens.
const DEPTH: usize = 128;

/// How many bytes `value` takes.
pub(crate) fn measure<T: Serialize>(value: &T) -> Result<usize, ValueProblem> {
    let mut counter = Counter::default();
    value.serialize(Serializer::new(&mut counter, DEPTH)).map_err(|stop| stop.0)?;
    Ok(counter.bytes())
}

/// Fills `out` with `value`, which has just been measured to take as many bytes.
pub(crate) fn write<T: Serialize>(value: &T, out: &mut [u8]) -> Result<(), ValueProblem> {
    let mut filler = Filler::new(out);
    value.serialize(Serializer::new(&mut filler, DEPTH)).map_err(|stop| stop.0)?;
    if filler.is_full() { Ok(()) } else { Err(ValueProblem::Count) }
}

/// `None`: no CBOR, no `T`, nested too deep, or bytes left over.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader::new(bytes, DEPTH);
    let value = T::deserialize(&mut reader).ok()?;
    reader.is_empty().then_some(value)
}

#[cfg(test)]
mod tests;
