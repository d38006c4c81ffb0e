use std::fmt;

/// The number that names a key, and travels in clear with what the key made.
///
/// An id names one secret for ever. Two secrets under one id cannot be told apart: what the other
/// one sealed is refused, and looks tampered with. Not secret.
///
/// ```
/// use doorward_fields::KeyId;
///
/// assert_eq!(KeyId::new(7).to_string(), "7");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(u32);

impl KeyId {
    /// Names a key by `id`. Any number will do; count up when keys rotate.
    #[must_use]
    pub const fn new(id: u32) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    pub(crate) const fn to_be_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
