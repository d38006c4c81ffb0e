//! The backend of the crate argon2-rust: its types stay in here.

use std::sync::{Mutex, PoisonError};

use argon2_rust::{
    Algorithm, Argon2, Error, Hasher, Params, Version, params::Memory, params::TagLen,
};

use crate::{
    Cost, HashError,
    argon::{Input, Variant},
};

/// Memory that is taken once and wiped after every hash.
// The Mutex is never locked: it makes the arena as shareable with the feature as without it.
#[derive(Default)]
pub(crate) struct Workspace(Mutex<Option<Hasher>>);

impl Workspace {
    /// `Argon2[m, t, p](password, salt, secret)` into `out`.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`], and [`HashError::Backend`] when it refuses the parameters.
    pub(crate) fn compute(
        &mut self,
        variant: Variant,
        cost: Cost,
        input: Input<'_>,
        out: &mut [u8],
    ) -> Result<(), HashError> {
        let params = Params::builder()
            .memory(Memory::kib(u64::from(cost.m_kib())))
            .passes(cost.t())
            .lanes(cost.p())
            .tag_len(TagLen::bytes(out.len() as u64))
            .build()
            .map_err(told)?;
        self.prepare(Argon2::new(algorithm(variant), version(variant), params))?
            .hash_into_with_ad(input.password, input.salt, input.secret, &[], out)
            .map_err(told)
    }

    /// Makes room for `blocks` blocks.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`].
    pub(crate) fn reserve(&mut self, blocks: usize) -> Result<(), HashError> {
        let params = Params::builder()
            .memory(Memory::kib(blocks.max(LEAST_BLOCKS) as u64))
            .build()
            .map_err(|_| HashError::OutOfMemory)?;
        self.prepare(Argon2::new(Algorithm::Argon2id, Version::V0x13, params)).map(|_| ())
    }

    /// Gives all memory back if it is more than `blocks` blocks.
    pub(crate) fn shrink_to(&mut self, blocks: usize) {
        if self.blocks() > blocks {
            *self.0.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// The blocks that it holds.
    pub(crate) fn blocks(&self) -> usize {
        let hasher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hasher.as_ref().map_or(0, Hasher::reserved_blocks)
    }

    /// Turns to these parameters. The old memory goes before more is taken: both at once would be
    /// more than a hash may take.
    fn prepare(&mut self, argon2: Argon2) -> Result<&mut Hasher, HashError> {
        let held = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        let hasher = held.get_or_insert_with(|| argon2.hasher());
        let blocks = argon2.params().memory_blocks() as usize;
        if hasher.reserved_blocks() < blocks {
            hasher.clear();
        }
        hasher.set_argon2(argon2);
        hasher.reserve().map_err(told)?;
        Ok(hasher)
    }
}

/// The least memory of Argon2 in one lane.
const LEAST_BLOCKS: usize = 8;

fn algorithm(variant: Variant) -> Algorithm {
    match variant.algorithm {
        argon2::Algorithm::Argon2d => Algorithm::Argon2d,
        argon2::Algorithm::Argon2i => Algorithm::Argon2i,
        argon2::Algorithm::Argon2id => Algorithm::Argon2id,
    }
}

fn version(variant: Variant) -> Version {
    match variant.version {
        argon2::Version::V0x10 => Version::V0x10,
        argon2::Version::V0x13 => Version::V0x13,
    }
}

fn told(error: Error) -> HashError {
    match error {
        Error::MemoryAllocationError => HashError::OutOfMemory,
        _ => HashError::Backend,
    }
}
