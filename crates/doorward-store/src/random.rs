//! The one place where this crate asks the operating system for randomness.

/// The operating system gave no random bytes.
// Opaque, so that `getrandom` stays out of the public API.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "the operating system gave no random bytes ({0}); check that its generator is up and reachable from this sandbox"
)]
pub struct RandomError(getrandom::Error);

/// Sixteen bytes of the operating system's generator.
pub(crate) fn random_bytes() -> Result<[u8; 16], RandomError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(RandomError)?;
    Ok(bytes)
}
