use std::fmt;

use argon2::Block;
use zeroize::Zeroize;

#[cfg(feature = "vectorised")]
use crate::vectorised::Workspace;
use crate::{Backend, HashError};

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
#[derive(Default)]
pub struct Arena {
    blocks: Vec<Block>,
    /// Only the first `dirty` blocks were written since the last wipe.
    dirty: usize,
    /// Whose memory this is: the other backend's is given back.
    backend: Backend,
    #[cfg(feature = "vectorised")]
    vectorised: Workspace,
}

impl Arena {
    /// An arena without memory: the first use takes it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Zeroes all that was used since the last wipe.
    pub fn wipe(&mut self) {
        self.blocks.iter_mut().take(self.dirty).for_each(Zeroize::zeroize);
        self.dirty = 0;
    }

    /// Wipes, then gives back the memory above `kib` KiB.
    ///
    /// For an arena that one hash of large parameters has made large. When the memory cannot be
    /// had again, all of it is given back, and the next use takes what it needs.
    pub fn shrink_to(&mut self, kib: u32) {
        self.wipe();
        let keep = kib as usize;
        if self.blocks.capacity() > keep && self.renew(keep).is_err() {
            self.blocks = Vec::new();
        }
        #[cfg(feature = "vectorised")]
        self.vectorised.shrink_to(keep);
    }

    /// Whether something was computed in it since the last wipe.
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.dirty > 0
    }

    /// The memory it holds, in KiB.
    #[must_use]
    pub fn capacity_kib(&self) -> u32 {
        let blocks = self.blocks.capacity();
        #[cfg(feature = "vectorised")]
        let blocks = blocks + self.vectorised.blocks();
        u32::try_from(blocks).unwrap_or(u32::MAX)
    }

    /// Hands the arena to a backend. The memory of another one is wiped and given back.
    pub(crate) fn hand_to(&mut self, backend: Backend) {
        if self.backend != backend {
            self.shrink_to(0);
            self.backend = backend;
        }
    }

    /// Whose it is.
    #[cfg(feature = "vectorised")]
    pub(crate) const fn backend(&self) -> Backend {
        self.backend
    }

    /// The memory of the vectorised backend.
    #[cfg(feature = "vectorised")]
    pub(crate) fn vectorised(&mut self) -> &mut Workspace {
        &mut self.vectorised
    }

    /// Makes room for `blocks` blocks.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`]. The arena is then empty and can be used again.
    pub(crate) fn reserve(&mut self, blocks: usize) -> Result<(), HashError> {
        #[cfg(feature = "vectorised")]
        if self.backend == Backend::VECTORISED {
            return self.vectorised.reserve(blocks);
        }
        if self.blocks.len() >= blocks {
            return Ok(());
        }
        self.wipe();
        self.renew(blocks)
    }

    /// The first `blocks` blocks, which count as dirty from now on.
    ///
    /// # Errors
    ///
    /// Those of [`Arena::reserve`].
    pub(crate) fn lend(&mut self, blocks: usize) -> Result<&mut [Block], HashError> {
        self.reserve(blocks)?;
        self.dirty = self.dirty.max(blocks);
        self.blocks.get_mut(..blocks).ok_or(HashError::OutOfMemory)
    }

    /// Exchanges the memory, which is clean, for `blocks` blocks. The old memory goes first: a
    /// growing Vec would hold both at once, and would copy what no one needs.
    fn renew(&mut self, blocks: usize) -> Result<(), HashError> {
        self.blocks = Vec::new();
        self.blocks.try_reserve_exact(blocks).map_err(|_| HashError::OutOfMemory)?;
        self.blocks.resize(blocks, Block::new());
        Ok(())
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.wipe();
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

#[cfg(test)]
impl Arena {
    /// How many of its blocks are not all zero.
    pub(crate) fn blocks_in_use(&self) -> usize {
        let in_use = |block: &&Block| AsRef::<[u64]>::as_ref(*block).iter().any(|word| *word != 0);
        self.blocks.iter().filter(in_use).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ceiling, Cost, Hasher, Password, Salt, StoredHash, Subject};

    fn soil(arena: &mut Arena, blocks: usize) {
        for block in arena.lend(blocks).unwrap() {
            AsMut::<[u64]>::as_mut(block).fill(0xA5A5);
        }
    }

    #[test]
    fn wipe_zeroes_the_high_water_mark() {
        let mut arena = Arena::new();
        soil(&mut arena, 32);
        soil(&mut arena, 8);
        assert_eq!((arena.blocks_in_use(), arena.is_dirty()), (32, true));
        arena.wipe();
        assert_eq!((arena.blocks_in_use(), arena.is_dirty()), (0, false));
    }

    #[test]
    fn law_08_arena_is_zero_after_wipe() {
        let mut arena = Arena::new();
        let password = Password::from("correct horse battery staple");
        let hasher = Hasher::new(Cost::minimal_for_tests());
        let stored = hasher.hash(&mut arena, &password, Salt::from_bytes([1; 16])).unwrap();
        assert_eq!(arena.blocks_in_use(), 8);
        arena.wipe();
        assert_eq!(arena.blocks_in_use(), 0);

        // A stored hash that needs more memory than the policy, then one that needs less.
        let large = "$argon2id$v=19$m=64,t=1,p=2$AAAAAAAAAAAAAAAAAAAAAA$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let large = StoredHash::parse(large, &Ceiling::default()).unwrap();
        for subject in [Subject::Stored(&large), Subject::Stored(&stored)] {
            let _answer = hasher.verify(&mut arena, &password, subject).unwrap();
        }
        assert_eq!(arena.blocks_in_use(), 64);
        arena.wipe();
        assert_eq!(arena.blocks_in_use(), 0);
    }

    #[test]
    fn grows_lazily_and_never_shrinks_by_itself() {
        let mut arena = Arena::new();
        assert_eq!(arena.capacity_kib(), 0);
        soil(&mut arena, 16);
        soil(&mut arena, 8);
        assert_eq!(arena.capacity_kib(), 16);
        soil(&mut arena, 64);
        assert_eq!(arena.capacity_kib(), 64);
    }

    #[test]
    fn shrinking_wipes_and_frees() {
        let mut arena = Arena::new();
        soil(&mut arena, 64);
        arena.shrink_to(16);
        assert_eq!((arena.capacity_kib(), arena.is_dirty()), (16, false));
        assert_eq!(arena.blocks_in_use(), 0);

        soil(&mut arena, 16);
        arena.shrink_to(32);
        assert_eq!((arena.capacity_kib(), arena.is_dirty()), (16, false));
        assert_eq!(arena.blocks_in_use(), 0);

        arena.shrink_to(0);
        assert_eq!(arena.capacity_kib(), 0);
    }

    #[test]
    fn no_memory_is_an_error_and_the_arena_stays_usable() {
        let mut arena = Arena::new();
        soil(&mut arena, 8);
        assert_eq!(arena.reserve(usize::MAX), Err(HashError::OutOfMemory));
        assert_eq!((arena.capacity_kib(), arena.is_dirty()), (0, false));
        soil(&mut arena, 8);
        assert_eq!(arena.blocks_in_use(), 8);
    }
}
