use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

/// What a Fernet token held. Wiped on drop; `Debug` shows none of it.
pub struct OpenedToken {
    /// The whole token, decrypted where it stood.
    bytes: Zeroizing<Vec<u8>>,
    plaintext: Range<usize>,
    made_at: u64,
    key: usize,
}

impl OpenedToken {
    pub(super) fn new(
        bytes: Zeroizing<Vec<u8>>,
        plaintext: Range<usize>,
        made_at: u64,
        key: usize,
    ) -> Self {
        Self { bytes, plaintext, made_at, key }
    }

    /// The plaintext. The only way to it; a copy of it is the caller's to wipe.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        &self.bytes[self.plaintext.clone()]
    }

    /// When it was made, in seconds since 1970, by the clock of whoever made it. It is authentic, and
    /// any number.
    #[must_use]
    pub const fn made_at(&self) -> u64 {
        self.made_at
    }

    /// Which key made it: 0 is the first that was parsed. Others than that are still in use.
    #[must_use]
    pub const fn key(&self) -> usize {
        self.key
    }
}

impl fmt::Debug for OpenedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedToken")
            .field("plaintext", &format_args!("[REDACTED]"))
            .field("made_at", &self.made_at)
            .field("key", &self.key)
            .finish()
    }
}
