//! The random name of a session.

use crate::random_id::random_id;

random_id! {
    /// The name of a session: 128 random bits. Not a secret.
    ///
    /// It names one session among those of its account, in an owner's list and in a log, and opens
    /// nothing: what proves that someone holds the session is a secret beside it, which is not the
    /// store's affair. It is never given out twice.
    ///
    /// As text it is 32 lowercase hexadecimal digits, and nothing else parses: one session has one
    /// spelling.
    ///
    /// ```
    /// use doorward_store::SessionId;
    ///
    /// let id = SessionId::generate()?;
    /// assert_eq!(id.to_string().parse::<SessionId>()?, id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    SessionId,
    /// The text is not a [`SessionId`].
    ParseSessionIdError,
    "not a session id; give its 32 lowercase hexadecimal digits"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_one_spelling() {
        let id = SessionId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(format!("{id:?}"), format!("SessionId({})", "ab".repeat(16)));
        assert_eq!("ab".repeat(16).parse(), Ok(id));
        for text in ["", &"AB".repeat(16), &"ab".repeat(17)] {
            assert!(text.parse::<SessionId>().is_err(), "{text:?} must not parse");
        }
    }

    #[test]
    fn every_id_is_another() {
        assert_ne!(SessionId::generate().unwrap(), SessionId::generate().unwrap());
    }
}
