use std::fmt::{self, Write as _};

use cbor4ii::core::enc::Write;
use cbor4ii::core::types::UncheckedStr;

use super::ValueProblem;
use super::stop::Stop;

/// Writes a text that exists only piece by piece. It is put together twice, first to count it, so that
/// it is never in a buffer that nobody wipes.
pub(super) fn write_text<W: Write<Error = Stop>>(
    sink: &mut W,
    text: fmt::Arguments<'_>,
) -> Result<(), Stop> {
    let mut length = Length(0);
    length.write_fmt(text).map_err(|fmt::Error| Stop(ValueProblem::Unwilling))?;
    UncheckedStr::bounded(length.0, sink)?;

    let mut pieces = Pieces { sink, left: length.0, stop: None };
    let written = pieces.write_fmt(text);
    match pieces {
        Pieces { stop: Some(stop), .. } => Err(stop),
        Pieces { left: 0, .. } => written.map_err(|fmt::Error| Stop(ValueProblem::Unwilling)),
        _ => Err(Stop(ValueProblem::Count)),
    }
}

struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0 = self.0.checked_add(piece.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

struct Pieces<'s, W> {
    sink: &'s mut W,
    left: usize,
    stop: Option<Stop>,
}

impl<W: Write<Error = Stop>> Pieces<'_, W> {
    fn push(&mut self, piece: &str) -> Result<(), Stop> {
        self.left = self.left.checked_sub(piece.len()).ok_or(Stop(ValueProblem::Count))?;
        self.sink.push(piece.as_bytes())
    }
}

impl<W: Write<Error = Stop>> fmt::Write for Pieces<'_, W> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.push(piece).map_err(|stop| {
            self.stop = Some(stop);
            fmt::Error
        })
    }
}
