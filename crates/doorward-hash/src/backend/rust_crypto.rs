//! The backend of the crate argon2: its types stay in here and in `argon.rs`.

use argon2::{Argon2, Block, Params};
use zeroize::Zeroize;

use crate::{
    Cost, HashError,
    backend::argon::{Input, Variant},
    backend::engine::{Engine, Memory},
};

/// The default.
pub(crate) struct RustCrypto;

impl Engine for RustCrypto {
    fn id(&self) -> &'static str {
        "argon2"
    }

    fn name(&self) -> String {
        "argon2 (RustCrypto)".to_owned()
    }

    fn memory(&self) -> Box<dyn Memory> {
        Box::<Blocks>::default()
    }
}

#[derive(Default)]
struct Blocks {
    blocks: Vec<Block>,
    /// Only the first `dirty` blocks were written since the last wipe.
    dirty: usize,
}

impl Memory for Blocks {
    fn reserve(&mut self, blocks: usize) -> Result<(), HashError> {
        if self.blocks.len() >= blocks {
            return Ok(());
        }
        self.wipe();
        self.renew(blocks)
    }

    fn compute(
        &mut self,
        variant: Variant,
        cost: Cost,
        input: Input<'_>,
        out: &mut [u8],
    ) -> Result<(), HashError> {
        let params = Params::new(cost.m_kib(), cost.t(), cost.p(), Some(out.len()))
            .map_err(|_| HashError::Backend)?;
        let blocks = params.block_count();
        let argon2 =
            Argon2::new_with_secret(input.secret, variant.algorithm, variant.version, params)
                .map_err(|_| HashError::Backend)?;
        argon2
            .hash_password_into_with_memory(input.password, input.salt, out, self.lend(blocks)?)
            .map_err(|_| HashError::Backend)
    }

    fn wipe(&mut self) {
        self.blocks.iter_mut().take(self.dirty).for_each(Zeroize::zeroize);
        self.dirty = 0;
    }

    fn shrink_to(&mut self, blocks: usize) {
        self.wipe();
        if self.blocks.capacity() > blocks && self.renew(blocks).is_err() {
            self.blocks = Vec::new();
        }
    }

    fn is_dirty(&self) -> bool {
        self.dirty > 0
    }

    fn blocks(&self) -> usize {
        self.blocks.capacity()
    }
}

impl Blocks {
    /// The first `blocks` blocks, which count as dirty from now on.
    fn lend(&mut self, blocks: usize) -> Result<&mut [Block], HashError> {
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

impl Drop for Blocks {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soil(memory: &mut Blocks, blocks: usize) {
        for block in memory.lend(blocks).unwrap() {
            AsMut::<[u64]>::as_mut(block).fill(0xA5A5);
        }
    }

    /// How many of its blocks are not all zero.
    fn in_use(memory: &Blocks) -> usize {
        let in_use = |block: &&Block| AsRef::<[u64]>::as_ref(*block).iter().any(|word| *word != 0);
        memory.blocks.iter().filter(in_use).count()
    }

    #[test]
    fn law_08_wipe_zeroes_the_high_water_mark() {
        let mut memory = Blocks::default();
        soil(&mut memory, 32);
        soil(&mut memory, 8);
        assert_eq!((in_use(&memory), memory.is_dirty()), (32, true));
        memory.wipe();
        assert_eq!((in_use(&memory), memory.is_dirty()), (0, false));
    }

    #[test]
    fn law_08_memory_is_zero_after_wipe_whatever_was_computed() {
        let mut memory = Blocks::default();
        let input = Input { password: b"password", salt: b"somesalt", secret: &[] };
        for (m, t, p) in [(8, 1, 1), (64, 1, 2), (8, 3, 1)] {
            let cost = Cost::unchecked(m, t, p);
            memory.compute(Variant::ARGON2ID, cost, input, &mut [0; 32]).unwrap();
        }
        assert_eq!(in_use(&memory), 64);
        memory.wipe();
        assert_eq!(in_use(&memory), 0);
    }

    #[test]
    fn grows_lazily_and_never_shrinks_by_itself() {
        let mut memory = Blocks::default();
        assert_eq!(memory.blocks(), 0);
        soil(&mut memory, 16);
        soil(&mut memory, 8);
        assert_eq!(memory.blocks(), 16);
        soil(&mut memory, 64);
        assert_eq!(memory.blocks(), 64);
    }

    #[test]
    fn shrinking_wipes_and_frees() {
        let mut memory = Blocks::default();
        soil(&mut memory, 64);
        memory.shrink_to(16);
        assert_eq!((memory.blocks(), memory.is_dirty(), in_use(&memory)), (16, false, 0));

        soil(&mut memory, 16);
        memory.shrink_to(32);
        assert_eq!((memory.blocks(), memory.is_dirty(), in_use(&memory)), (16, false, 0));

        memory.shrink_to(0);
        assert_eq!(memory.blocks(), 0);
    }

    #[test]
    fn no_memory_is_an_error_and_it_stays_usable() {
        let mut memory = Blocks::default();
        soil(&mut memory, 8);
        assert_eq!(memory.reserve(usize::MAX), Err(HashError::OutOfMemory));
        assert_eq!((memory.blocks(), memory.is_dirty()), (0, false));
        soil(&mut memory, 8);
        assert_eq!(in_use(&memory), 8);
    }

    #[test]
    fn refused_parameters_are_an_error() {
        let mut memory = Blocks::default();
        let input = Input { password: b"x", salt: &[0; 16], secret: &[] };
        let cost = Cost::unchecked(4, 1, 1);
        let computed = memory.compute(Variant::ARGON2ID, cost, input, &mut [0; 32]);
        assert_eq!(computed, Err(HashError::Backend));
    }
}
