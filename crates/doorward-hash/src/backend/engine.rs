use crate::{Cost, HashError, backend::argon::Input, backend::argon::Variant};

/// What computes Argon2: see [`Backend`](crate::Backend).
pub(crate) trait Engine: Send + Sync {
    /// What no other engine is called.
    fn id(&self) -> &'static str;

    /// Its name, and what of the processor it uses.
    fn name(&self) -> String;

    /// Memory of its own, none of it taken yet.
    fn memory(&self) -> Box<dyn Memory>;
}

/// The memory in which an engine computes: taken once, and used for many hashes.
pub(crate) trait Memory: Send + Sync {
    /// Makes room for `blocks` blocks of 1 KiB.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`]. It is then empty and can be used again.
    fn reserve(&mut self, blocks: usize) -> Result<(), HashError>;

    /// `Argon2[m, t, p](password, salt, secret)` into `out`. RFC 9106, without associated data.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`], and [`HashError::Backend`] when it refuses the parameters.
    fn compute(
        &mut self,
        variant: Variant,
        cost: Cost,
        input: Input<'_>,
        out: &mut [u8],
    ) -> Result<(), HashError>;

    /// Zeroes all that was written since the last wipe.
    fn wipe(&mut self);

    /// Wipes, then gives back what is above `blocks` blocks, or everything.
    fn shrink_to(&mut self, blocks: usize);

    /// Whether something was computed in it since the last wipe.
    fn is_dirty(&self) -> bool;

    /// The blocks that it holds.
    fn blocks(&self) -> usize;
}
