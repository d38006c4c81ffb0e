use thiserror::Error;

use crate::OverCeiling;

/// Why a stored string is no [`StoredHash`](crate::StoredHash). No message repeats any part of the
/// string.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ParseError {
    /// Not a PHC string of Argon2id in its one spelling.
    #[error(
        "the stored hash is not a PHC string ($argon2id$v=19$m=..,t=..,p=..$salt$digest): check \
         that the column keeps the whole string, unchanged"
    )]
    Malformed,
    /// It begins like a hash of another system and does not go on like one.
    #[error(
        "the stored hash begins like {format} and is not well formed: check that the column keeps \
         the whole string, unchanged"
    )]
    MalformedImport {
        /// The format that it begins like.
        format: &'static str,
    },
    /// It is no hash: the other system wrote that its owner has no password.
    #[error(
        "the stored text says that no password is set: keep none, verify a decoy, and have its owner \
         set one"
    )]
    NoPassword,
    /// Its verification would cost too much.
    #[error(
        "{0} of stored hashes: treat the row as planted, or raise the Ceiling if such hashes are \
         yours"
    )]
    OverCeiling(OverCeiling),
    /// A hash of a kind that is not verified here.
    #[error(
        "the stored hash uses {what}, which is not verified here: have its owner reset the \
         password, which stores Argon2id v=19"
    )]
    Unsupported {
        /// What is not supported, in words.
        what: &'static str,
    },
}
