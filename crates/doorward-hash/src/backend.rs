use std::fmt;

#[cfg(feature = "vectorised")]
use crate::{
    Arena, Cost, HashError,
    argon::{Input, Variant, compute_as},
};

/// What computes Argon2. Every backend gives the same hashes: only time differs.
///
/// | backend | by the crate | in words |
/// |---|---|---|
/// | [`Backend::default()`] | argon2 0.6 of RustCrypto | safe Rust but for one allocation and its AVX2 gate; compiled for AVX2 where the processor has it |
/// | [`Backend::vectorised()`] | argon2-rust 1.1 | written by hand for SSE2, AVX2, AVX-512 and NEON, chosen as the program runs; about twice as fast |
///
/// A faster backend lets a login cost more for the same time, or more logins in for the same cost; a
/// thief has the fastest one anyway. What it costs: some 600 lines of `unsafe` Rust that nobody has
/// audited compute with every password. A wrong one that goes unnoticed makes hashes that no other
/// system can verify, so it has to give known answers before it may do anything.
///
/// ```
/// use doorward_hash::{Backend, Cost, Hasher};
///
/// let hasher = Hasher::new(Cost::OWASP_19_MIB).with_backend(Backend::default());
/// assert_eq!(hasher.backend().to_string(), "argon2 (RustCrypto)");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Backend(Kind);

impl Backend {
    /// The vectorised backend, once it has given twelve known answers on this processor: hashes that
    /// the reference implementation made, of every variant and version. It takes some 20 ms.
    ///
    /// # Errors
    ///
    /// [`BackendError`] when an answer is wrong or is not given. Start without it then.
    #[cfg(feature = "vectorised")]
    pub fn vectorised() -> Result<Self, BackendError> {
        let mut arena = Arena::new();
        arena.hand_to(Self::VECTORISED);
        check(|known, out| {
            let input = Input { password: b"password", salt: b"somesalt", secret: &[] };
            compute_as(&mut arena, known.variant, known.cost, input, out).map(|_| ())
        })?;
        Ok(Self::VECTORISED)
    }

    /// Not public: it has not been checked.
    #[cfg(feature = "vectorised")]
    pub(crate) const VECTORISED: Self = Self(Kind::Vectorised);
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::RustCrypto => f.write_str("argon2 (RustCrypto)"),
            #[cfg(feature = "vectorised")]
            Kind::Vectorised => {
                write!(f, "argon2-rust ({})", argon2_rust::detected_backend())
            }
        }
    }
}

/// The backend does not compute Argon2 on this processor.
#[cfg(feature = "vectorised")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the Argon2 backend gave a wrong answer or none for {parameters}: use Backend::default(), and \
     report it with the name of the processor"
)]
#[non_exhaustive]
pub struct BackendError {
    /// The first parameters that it failed with.
    parameters: &'static str,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Kind {
    #[default]
    RustCrypto,
    #[cfg(feature = "vectorised")]
    Vectorised,
}

/// Whether `compute` gives every known answer.
#[cfg(feature = "vectorised")]
fn check(
    mut compute: impl FnMut(&KnownAnswer, &mut [u8]) -> Result<(), HashError>,
) -> Result<(), BackendError> {
    for known in KNOWN_ANSWERS {
        let mut out = [0; 64];
        let wrong = BackendError { parameters: known.parameters };
        let out = out.get_mut(..known.digest.len() / 2).ok_or(wrong)?;
        compute(known, out).map_err(|_| wrong)?;
        let digest = out.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        if digest != known.digest {
            return Err(wrong);
        }
    }
    Ok(())
}

/// Of the password `password` and the salt `somesalt`.
#[cfg(feature = "vectorised")]
struct KnownAnswer {
    parameters: &'static str,
    variant: Variant,
    cost: Cost,
    digest: &'static str,
}

/// Made by argon2-cffi 25.1.0, which binds the reference implementation: `tests/fixtures/make.py
/// --known-answers` prints them.
#[cfg(feature = "vectorised")]
const KNOWN_ANSWERS: &[KnownAnswer] = {
    use argon2::{
        Algorithm::{Argon2d as D, Argon2i as I, Argon2id as ID},
        Version::{V0x10 as OLD, V0x13 as NEW},
    };

    macro_rules! known {
        ($($algorithm:ident $version:ident $m:literal $t:literal $p:literal $digest:literal)*) => {
            &[$(KnownAnswer {
                parameters: concat!(
                    "Argon2", stringify!($algorithm), " of the ", stringify!($version),
                    " version, m=", $m, ",t=", $t, ",p=", $p
                ),
                variant: Variant { algorithm: $algorithm, version: $version },
                cost: Cost::unchecked($m, $t, $p),
                digest: $digest,
            }),*]
        };
    }

    known! {
        I OLD 256 2 1 "fd4dd83d762c49bdeaf57c47bdcd0c2f1babf863fdeb490df63ede9975fccf06"
        I OLD 256 2 2 "b6c11560a6a9d61eac706b79a2f97d68b4463aa3ad87e00c07e2b01e90c564fb"
        I NEW 256 2 1 "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f"
        I NEW 256 2 2 "4ff5ce2769a1d7f4c8a491df09d41a9fbe90e5eb02155a13e4c01e20cd4eab61"
        ID NEW 256 2 1 "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
        ID NEW 256 2 2 "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"
        D NEW 256 2 1 "25c4ee8ba448054b49efc804e478b9d823be1f9bd2e99f51d6ec4007a3a1501f"
        D OLD 256 2 2 "6a91d02b9f8854ba0841f04aa6e53c1d3374c0a0c646b8e431b03de805b91ec3"
        ID OLD 100 3 1 "51e46bece760b8014cc8527bcea851409982c4cb0a906db4"
        ID NEW 1001 5 3 "8250c94b8ea5f7deb734371c0181ee7cd1d521bb96332252ab6b4441638aec160e85389767039e04eb561171ac5f7932ffe742c8be96736d294650ce53baaa36"
        ID NEW 8 1 1 "f137f8e186a403a679ccd0606e5ab5dcdafe43c1640855ac8c6e33e9bd63eeb3"
        ID NEW 4096 2 1 "8da7091d0f8fa01b2d07f66854d93cadedecd72cd500166e8dc7868b054d2679"
    }
};

#[cfg(all(test, feature = "vectorised"))]
mod tests {
    use super::*;

    fn input() -> Input<'static> {
        Input { password: b"password", salt: b"somesalt", secret: &[] }
    }

    #[test]
    fn both_backends_give_the_known_answers() {
        let backend = Backend::vectorised().unwrap();
        assert!(backend.to_string().starts_with("argon2-rust ("), "{backend}");
        let mut arena = Arena::new();
        let default = check(|known, out| {
            compute_as(&mut arena, known.variant, known.cost, input(), out).map(|_| ())
        });
        assert_eq!(default, Ok(()));
    }

    /// Whichever answer is wrong by a bit, or missing, the backend is refused.
    #[test]
    fn a_backend_that_is_wrong_once_is_refused() {
        let mut arena = Arena::new();
        for at in 0..KNOWN_ANSWERS.len() {
            for is_missing in [false, true] {
                let mut asked = 0;
                let checked = check(|known, out| {
                    compute_as(&mut arena, known.variant, known.cost, input(), out)?;
                    let is_it = asked == at;
                    asked += 1;
                    if is_it && is_missing {
                        return Err(HashError::Backend);
                    }
                    out[out.len() - 1] ^= u8::from(is_it);
                    Ok(())
                });
                let parameters = KNOWN_ANSWERS[at].parameters;
                assert_eq!(checked, Err(BackendError { parameters }));
            }
        }
    }

    #[test]
    fn what_failed_is_named() {
        let text = BackendError { parameters: KNOWN_ANSWERS[4].parameters }.to_string();
        assert!(text.contains("Argon2ID of the NEW version, m=256,t=2,p=1"), "{text}");
    }
}
