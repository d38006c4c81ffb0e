use thiserror::Error;

/// The text is no list of Fernet keys.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FernetKeysError {
    /// There is no key in it.
    #[error("there is no Fernet key; give the keys that sealed what is stored, newest first")]
    Empty,
    /// An entry is no key.
    #[error(
        "entry {entry} is no Fernet key; a key is 32 bytes in Base64 with padding, 44 characters, \
         as Fernet.generate_key() gives it"
    )]
    Malformed {
        /// Which one, counted from 1, comments left out.
        entry: usize,
    },
}
