//! What a backend has to compute before it may do anything.

use argon2::{
    Algorithm::{self, Argon2d as D, Argon2i as I, Argon2id as ID},
    Version::{self, V0x10 as OLD, V0x13 as NEW},
};

use crate::{
    Cost,
    backend::argon::{Input, Variant},
    backend::engine::Memory,
};

/// Whether `memory` computes every known answer.
///
/// # Errors
///
/// [`BackendError`], with the first that it does not.
pub(crate) fn check(memory: &mut dyn Memory) -> Result<(), BackendError> {
    for &(algorithm, version, [m, t, p], digest) in KNOWN_ANSWERS {
        let (variant, cost) = (Variant { algorithm, version }, Cost::unchecked(m, t, p));
        let input = Input { password: b"password", salt: b"somesalt", secret: &[] };
        let mut out = vec![0; digest.len() / 2];
        let computed = memory.compute(variant, cost, input, &mut out);
        let text = out.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        if computed.is_err() || text != digest {
            return Err(BackendError {
                algorithm: algorithm.as_str(),
                version: version.into(),
                cost,
            });
        }
    }
    Ok(())
}

/// The backend does not compute Argon2 on this processor.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the Argon2 backend gives a wrong answer or none for {algorithm} v={version} {cost}: use \
     Backend::default(), and report it with the name of the processor"
)]
#[non_exhaustive]
pub struct BackendError {
    algorithm: &'static str,
    version: u32,
    cost: Cost,
}

type KnownAnswer = (Algorithm, Version, [u32; 3], &'static str);

/// Of the password `password` and the salt `somesalt`, made by argon2-cffi 25.1.0, which binds the
/// reference implementation: `tests/fixtures/make.py --known-answers` prints them. Six are those of the
/// reference implementation's own tests. One takes 4 MiB, the others little.
const KNOWN_ANSWERS: &[KnownAnswer] = &[
    (I, OLD, [256, 2, 1], "fd4dd83d762c49bdeaf57c47bdcd0c2f1babf863fdeb490df63ede9975fccf06"),
    (I, OLD, [256, 2, 2], "b6c11560a6a9d61eac706b79a2f97d68b4463aa3ad87e00c07e2b01e90c564fb"),
    (I, NEW, [256, 2, 1], "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f"),
    (I, NEW, [256, 2, 2], "4ff5ce2769a1d7f4c8a491df09d41a9fbe90e5eb02155a13e4c01e20cd4eab61"),
    (ID, NEW, [256, 2, 1], "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
    (ID, NEW, [256, 2, 2], "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"),
    (D, NEW, [256, 2, 1], "25c4ee8ba448054b49efc804e478b9d823be1f9bd2e99f51d6ec4007a3a1501f"),
    (D, OLD, [256, 2, 2], "6a91d02b9f8854ba0841f04aa6e53c1d3374c0a0c646b8e431b03de805b91ec3"),
    (ID, OLD, [100, 3, 1], "51e46bece760b8014cc8527bcea851409982c4cb0a906db4"),
    (
        ID,
        NEW,
        [1_001, 5, 3],
        "8250c94b8ea5f7deb734371c0181ee7cd1d521bb96332252ab6b4441638aec16\
         0e85389767039e04eb561171ac5f7932ffe742c8be96736d294650ce53baaa36",
    ),
    (ID, NEW, [8, 1, 1], "f137f8e186a403a679ccd0606e5ab5dcdafe43c1640855ac8c6e33e9bd63eeb3"),
    (ID, NEW, [4_096, 2, 1], "8da7091d0f8fa01b2d07f66854d93cadedecd72cd500166e8dc7868b054d2679"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HashError, backend::engine::Engine, backend::rust_crypto::RustCrypto};

    /// A memory that computes one answer wrong, or not at all.
    struct Faulty {
        inner: Box<dyn Memory>,
        left: usize,
        is_missing: bool,
    }

    impl Memory for Faulty {
        fn reserve(&mut self, blocks: usize) -> Result<(), HashError> {
            self.inner.reserve(blocks)
        }

        fn compute(
            &mut self,
            variant: Variant,
            cost: Cost,
            input: Input<'_>,
            out: &mut [u8],
        ) -> Result<(), HashError> {
            self.inner.compute(variant, cost, input, out)?;
            let is_it = self.left == 0;
            self.left = self.left.wrapping_sub(1);
            if is_it && self.is_missing {
                return Err(HashError::Backend);
            }
            if let Some(last) = out.last_mut() {
                *last ^= u8::from(is_it);
            }
            Ok(())
        }

        fn wipe(&mut self) {
            self.inner.wipe();
        }

        fn shrink_to(&mut self, blocks: usize) {
            self.inner.shrink_to(blocks);
        }

        fn is_dirty(&self) -> bool {
            self.inner.is_dirty()
        }

        fn blocks(&self) -> usize {
            self.inner.blocks()
        }
    }

    #[test]
    fn the_default_backend_gives_the_known_answers() {
        assert_eq!(check(RustCrypto.memory().as_mut()), Ok(()));
    }

    /// Whichever answer is wrong by a bit, or missing, the backend is refused.
    #[test]
    fn a_backend_that_is_wrong_once_is_refused() {
        for (left, (algorithm, version, [m, t, p], _)) in KNOWN_ANSWERS.iter().enumerate() {
            for is_missing in [false, true] {
                let mut memory = Faulty { inner: RustCrypto.memory(), left, is_missing };
                let refused = check(&mut memory).unwrap_err();
                let (algorithm, version) = (algorithm.as_str(), u32::from(*version));
                let cost = Cost::unchecked(*m, *t, *p);
                assert_eq!(refused, BackendError { algorithm, version, cost });
            }
        }
    }

    #[test]
    fn what_failed_is_named() {
        let cost = Cost::unchecked(8, 1, 1);
        let text = BackendError { algorithm: "argon2id", version: 19, cost }.to_string();
        assert!(text.contains("argon2id v=19 m=8,t=1,p=1: use Backend::default()"), "{text}");
    }
}
