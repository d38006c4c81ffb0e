//! The random name of an account.

use crate::random_id::random_id;

random_id! {
    /// The name of an account: 128 random bits, that tell nothing about its owner.
    ///
    /// It never changes and is never given out twice. It is not a secret, but it cannot be guessed
    /// either: knowing one id says nothing about another.
    ///
    /// As text it is 32 lowercase hexadecimal digits, and nothing else parses: one account has one
    /// spelling.
    ///
    /// ```
    /// use doorward_store::AccountId;
    ///
    /// let id = AccountId::generate()?;
    /// assert_eq!(id.to_string().parse::<AccountId>()?, id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    AccountId,
    /// The text is not an [`AccountId`].
    ParseAccountIdError,
    "not an account id; give its 32 lowercase hexadecimal digits"
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn text_has_one_spelling() {
        let id = AccountId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(format!("{id:?}"), format!("AccountId({})", "ab".repeat(16)));
        assert_eq!("ab".repeat(16).parse(), Ok(id));
        for text in
            ["", "ab", &"AB".repeat(16), &"g0".repeat(16), &"ab".repeat(17), &"é".repeat(16)]
        {
            assert!(text.parse::<AccountId>().is_err(), "{text:?} must not parse");
        }
    }

    #[test]
    fn r13_account_ids_are_random_in_every_bit() {
        let ids: Vec<_> = (0..512).map(|_| AccountId::generate().unwrap()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        // A fair bit is the same 512 times in a row with a chance of 2^-511.
        for bit in 0..128 {
            let ones = ids.iter().filter(|id| id.0[bit / 8] >> (bit % 8) & 1 == 1).count();
            assert!(ones > 0 && ones < ids.len(), "bit {bit} is not random");
        }
    }
}
