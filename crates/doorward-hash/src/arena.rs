use std::fmt;

use crate::{
    Backend, Cost, HashError, Work,
    backend::argon::{Input, Variant},
    backend::engine::Memory,
};

/// Argon2 memory that is taken once and used for many hashes.
///
/// Taking 19 or 46 MiB anew for each hash costs up to as much again as the hash itself. An arena
/// grows to what its largest hash needed; every use overwrites what the last one left. What is left
/// can be worked back towards a password, so wipe it: [`Arena::wipe`] after a hash, and `Drop` at
/// the end. (The few KiB that a computation keeps on the stack are not in it.) The vectorised
/// [`Backend`] wipes after every hash by itself.
///
/// ```
/// use doorward_hash::{Arena, Hasher, Password, Subject};
///
/// let mut arena = Arena::new();
/// let _answer = Hasher::default().verify(&mut arena, &Password::from("guess"), Subject::Decoy)?;
/// assert_eq!(arena.capacity_kib(), 19_456);
/// arena.wipe();
/// assert!(!arena.is_dirty());
/// # Ok::<(), doorward_hash::HashError>(())
/// ```
pub struct Arena {
    /// Whose memory this is.
    backend: Backend,
    memory: Box<dyn Memory>,
}

impl Arena {
    /// An arena without memory: the first use takes it.
    #[must_use]
    pub fn new() -> Self {
        let backend = Backend::default();
        Self { backend, memory: backend.engine().memory() }
    }

    /// Zeroes all that was used since the last wipe.
    pub fn wipe(&mut self) {
        self.memory.wipe();
    }

    /// Wipes, then gives back the memory above `kib` KiB.
    ///
    /// For an arena that one hash of large parameters has made large. When the memory cannot be
    /// had again, all of it is given back, and the next use takes what it needs.
    pub fn shrink_to(&mut self, kib: u32) {
        self.memory.shrink_to(kib as usize);
    }

    /// Whether something was computed in it since the last wipe.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.memory.is_dirty()
    }

    /// The memory it holds, in KiB.
    #[must_use]
    pub fn capacity_kib(&self) -> u32 {
        u32::try_from(self.memory.blocks()).unwrap_or(u32::MAX)
    }

    /// Hands the arena to a backend. The memory of another one is wiped and given back first.
    pub(crate) fn hand_to(&mut self, backend: Backend) {
        if self.backend != backend {
            self.memory.shrink_to(0);
            *self = Self { backend, memory: backend.engine().memory() };
        }
    }

    /// Makes room for `blocks` blocks.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`]. The arena is then empty and can be used again.
    pub(crate) fn reserve(&mut self, blocks: usize) -> Result<(), HashError> {
        self.memory.reserve(blocks)
    }

    /// Computes any member of the family. Returns the work that was done.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`] without memory, [`HashError::Backend`] when the backend refuses the
    /// parameters.
    pub(crate) fn compute(
        &mut self,
        variant: Variant,
        cost: Cost,
        input: Input<'_>,
        out: &mut [u8],
    ) -> Result<Work, HashError> {
        self.memory.compute(variant, cost, input, out)?;
        Ok(cost.work())
    }
}

impl Default for Arena {
    /// [`Arena::new`].
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arena")
            .field("capacity_kib", &self.capacity_kib())
            .field("is_dirty", &self.is_dirty())
            .finish_non_exhaustive()
    }
}
