//! The backend of the crate argon2-rust: its types stay in here.

use std::sync::{Mutex, PoisonError};

use argon2_rust::{
    Algorithm, Argon2, Error, Hasher, Params, Version, detected_backend, params::Memory as Kib,
    params::TagLen,
};

use crate::{
    Cost, HashError,
    backend::argon::{Input, Variant},
    backend::engine::{Engine, Memory},
};

/// Vectorised by hand.
pub(crate) struct Vectorised;

impl Engine for Vectorised {
    fn id(&self) -> &'static str {
        "argon2-rust"
    }

    fn name(&self) -> String {
        format!("argon2-rust ({})", detected_backend())
    }

    fn memory(&self) -> Box<dyn Memory> {
        Box::<Workspace>::default()
    }
}

/// Memory that is wiped after every hash.
// The Mutex is never locked where one computes: it makes the arena as shareable with the feature as
// without it.
#[derive(Default)]
struct Workspace(Mutex<Option<Hasher>>);

impl Memory for Workspace {
    fn reserve(&mut self, blocks: usize) -> Result<(), HashError> {
        let params = Params::builder()
            .memory(Kib::kib(blocks.max(LEAST_BLOCKS) as u64))
            .build()
            .map_err(|_| HashError::OutOfMemory)?;
        self.prepare(Argon2::new(Algorithm::Argon2id, Version::V0x13, params)).map(|_| ())
    }

    fn compute(
        &mut self,
        variant: Variant,
        cost: Cost,
        input: Input<'_>,
        out: &mut [u8],
    ) -> Result<(), HashError> {
        let params = Params::builder()
            .memory(Kib::kib(u64::from(cost.m_kib())))
            .passes(cost.t())
            .lanes(cost.p())
            .tag_len(TagLen::bytes(out.len() as u64))
            .build()
            .map_err(told)?;
        self.prepare(Argon2::new(algorithm(variant), version(variant), params))?
            .hash_into_with_ad(input.password, input.salt, input.secret, &[], out)
            .map_err(told)
    }

    /// It is always wiped.
    fn wipe(&mut self) {}

    /// It cannot give back a part.
    fn shrink_to(&mut self, blocks: usize) {
        if self.blocks() > blocks {
            *self.0.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn is_dirty(&self) -> bool {
        false
    }

    fn blocks(&self) -> usize {
        let hasher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hasher.as_ref().map_or(0, Hasher::reserved_blocks)
    }
}

impl Workspace {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_memory_is_an_error_and_it_stays_usable() {
        let mut workspace = Workspace::default();
        assert_eq!(workspace.reserve(usize::MAX), Err(HashError::OutOfMemory));
        assert_eq!(workspace.blocks(), 0);
        workspace.reserve(64).unwrap();
        assert_eq!(workspace.blocks(), 64);
    }

    #[test]
    fn refused_parameters_are_an_error() {
        let input = Input { password: b"x", salt: &[0; 16], secret: &[] };
        let mut workspace = Workspace::default();
        let cost = Cost::unchecked(4, 1, 1);
        let computed = workspace.compute(Variant::ARGON2ID, cost, input, &mut [0; 32]);
        assert_eq!(computed, Err(HashError::Backend));
    }

    #[test]
    fn it_grows_and_gives_all_back() {
        let mut workspace = Workspace::default();
        for (blocks, held) in [(16, 16), (8, 16), (64, 64)] {
            workspace.reserve(blocks).unwrap();
            assert_eq!(workspace.blocks(), held);
        }
        workspace.shrink_to(64);
        assert_eq!(workspace.blocks(), 64);
        workspace.shrink_to(63);
        assert_eq!(workspace.blocks(), 0);
    }
}
