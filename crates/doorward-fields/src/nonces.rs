use std::fmt;

use crate::random::fill;
use crate::{Nonce, RandomError};

/// Nonces of the operating system, drawn many at once: to ask for one can take nearly as long as to seal a
/// small field.
///
/// For one record with several fields, for a pass over a table. Keep it as long as that, and in one
/// process: after a fork, parent and child, and after a snapshot of a virtual machine, both copies would
/// seal with the same nonces. That shows only in fields that both seal in the same place, and there it
/// reveals their plaintexts to each other. [`Keyring::seal`](crate::Keyring::seal) asks every time, and
/// has no such limit.
///
/// ```
/// use doorward_fields::{Context, FieldKey, KeyId, Keyring, Nonces, Place, random_bytes};
///
/// let keyring = Keyring::new(FieldKey::new(KeyId::new(1), random_bytes()?));
/// let mut nonces = Nonces::in_batches_of(2);
/// for field in ["email", "phone"] {
///     let context = Context::new(Place {
///         tenant: "acme", table: "users", record: b"u-17", field, version: 1,
///     });
///     keyring.seal_with_nonce(&context, b"..", nonces.draw()?)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Nonces {
    drawn: [[u8; 24]; Nonces::MOST],
    batch: usize,
    left: usize,
}

impl Nonces {
    /// The largest batch.
    pub const MOST: usize = 32;

    /// Asks for so many at once, 1 to [`MOST`](Self::MOST), when the first of them is drawn. A number
    /// beyond that counts as the nearest.
    #[must_use]
    pub const fn in_batches_of(batch: usize) -> Self {
        let batch = if batch > Self::MOST { Self::MOST } else { batch };
        let batch = if batch == 0 { 1 } else { batch };
        Self { drawn: [[0; 24]; Self::MOST], batch, left: 0 }
    }

    /// The next one.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn draw(&mut self) -> Result<Nonce, RandomError> {
        if self.left == 0 {
            fill(self.drawn[..self.batch].as_flattened_mut())?;
            self.left = self.batch;
        }
        self.left -= 1;
        Ok(Nonce::new(self.drawn[self.left]))
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonces").field("batch", &self.batch).field("left", &self.left).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_nonce_comes_twice() {
        for (batch, drawn) in [(0, 3), (1, 3), (2, 5), (32, 161), (1_000, 161)] {
            let mut nonces = Nonces::in_batches_of(batch);
            let all: BTreeSet<[u8; 24]> =
                (0..drawn).map(|_| *nonces.draw().unwrap().as_bytes()).collect();
            assert_eq!(all.len(), drawn);
        }
        assert_eq!(format!("{:?}", Nonces::in_batches_of(4)), "Nonces { batch: 4, left: 0 }");
    }
}
