use cbor4ii::core::enc::Write;

use super::ValueProblem;
use super::stop::Stop;

/// Counts what is written.
#[derive(Default)]
pub(super) struct Counter(usize);

impl Counter {
    pub(super) fn bytes(&self) -> usize {
        self.0
    }
}

impl Write for Counter {
    type Error = Stop;

    fn push(&mut self, input: &[u8]) -> Result<(), Stop> {
        self.0 = self.0.checked_add(input.len()).ok_or(Stop(ValueProblem::Count))?;
        Ok(())
    }
}

/// Writes into bytes that are there already, and never grows: growing leaves copies behind.
pub(super) struct Filler<'b> {
    left: &'b mut [u8],
}

impl<'b> Filler<'b> {
    pub(super) fn new(out: &'b mut [u8]) -> Self {
        Self { left: out }
    }

    pub(super) fn is_full(&self) -> bool {
        self.left.is_empty()
    }
}

impl Write for Filler<'_> {
    type Error = Stop;

    fn push(&mut self, input: &[u8]) -> Result<(), Stop> {
        let left = std::mem::take(&mut self.left);
        let (head, tail) =
            left.split_at_mut_checked(input.len()).ok_or(Stop(ValueProblem::Count))?;
        head.copy_from_slice(input);
        self.left = tail;
        Ok(())
    }
}
