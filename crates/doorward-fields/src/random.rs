use thiserror::Error;

/// `N` random bytes of the operating system's generator.
///
/// The crate's only source of randomness. The bytes are the caller's to wipe if they are a secret.
///
/// # Errors
///
/// [`RandomError`] if the system gives none. There is no weaker substitute: a predictable nonce or
/// key would cost every secret behind it, a failed call costs one request.
///
/// ```
/// let id: [u8; 16] = doorward_fields::random_bytes()?;
/// # Ok::<(), doorward_fields::RandomError>(())
/// ```
pub fn random_bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(bytes).map_err(RandomError)
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "the operating system gave no random bytes; check that the process may call getrandom or open /dev/urandom"
)]
// Keeps `getrandom::Error`, of a crate below 1.0, out of the public API.
pub struct RandomError(#[source] getrandom::Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_differ_from_call_to_call() {
        let first: [u8; 32] = random_bytes().unwrap();
        let second: [u8; 32] = random_bytes().unwrap();
        assert_ne!(first, [0; 32]);
        assert_ne!(first, second);
    }
}
