//! Codes on paper, for when the authenticator app is lost.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::quintets::quintets;

/// A code that the owner of an account keeps on paper, for when the authenticator app is lost: 125 random
/// bits, as 25 characters in groups of five.
///
/// It opens once, and then another takes its place: [`SecondFactor::spend`](crate::SecondFactor::spend).
/// Only its [digest](Self::digest) is kept. Wiped on drop; `Debug` shows nothing of it.
///
/// ```
/// use doorward_session::RecoveryCode;
///
/// let code = RecoveryCode::new([0x5a; 16]); // in service: random
/// assert_eq!(code.expose_secret(), "B9D5M-PJTB9-D5MPJ-TB9D5-MPJTB");
///
/// let typed = RecoveryCode::parse("b9d5m pjtb9 d5mpj tb9d5 mpjtb").ok_or("no code")?;
/// assert_eq!(typed.digest(&[1; 16]), code.digest(&[1; 16]));
/// # Ok::<(), &str>(())
/// ```
pub struct RecoveryCode(
    /// Upper case, with hyphens.
    Zeroizing<String>,
);

impl RecoveryCode {
    /// The code of 16 bytes of a cryptographic generator, of which the last three bits are dropped.
    ///
    /// Wipes the array it was given. The caller's own copy, if the array was copied here, is the caller's to
    /// wipe.
    #[must_use]
    pub fn new(mut random: [u8; 16]) -> Self {
        let mut code = Self::empty();
        for digit in quintets(&random) {
            code.push(CROCKFORD[digit]);
        }
        random.zeroize();
        code
    }

    /// Reads what was typed. `None` if it cannot be a code: say to its owner what you say of a wrong one.
    ///
    /// Case, white space and hyphens do not matter, and look-alikes are read as what was written: `O` as `0`,
    /// `I` and `L` as `1`.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = Self::empty();
        let mut count = 0;
        for character in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let upper = u8::try_from(character).ok()?.to_ascii_uppercase();
            let read = match upper {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            if count == CHARACTERS || !CROCKFORD.contains(&read) {
                return None;
            }
            code.push(read);
            count += 1;
        }
        (count == CHARACTERS).then_some(code)
    }

    /// The code as it is written, to show it to the account's owner, once. The only way to it.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// What is kept of the code for `account`, the bytes of its id: a SHA-256 digest, as on the page
    /// [`format::second_factor`](crate::format::second_factor).
    ///
    /// A fast hash is enough for this secret, and for none that a person chose: nobody searches 2^125 codes,
    /// and NIST SP 800-63B-4 and OWASP ASVS 5.0 (6.5.2) ask for a password's hash only below 112 bits. The
    /// account is in it, so that a digest that is copied to another account opens nothing there.
    #[must_use]
    pub fn digest(&self, account: &[u8; 16]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update(account);
        for group in self.0.split('-') {
            hash.update(group);
        }
        hash.finalize().into()
    }

    fn empty() -> Self {
        // Room for all, so that growing leaves no copy behind.
        Self(Zeroizing::new(String::with_capacity(WRITTEN)))
    }

    fn push(&mut self, character: u8) {
        if self.0.len() % (GROUP + 1) == GROUP {
            self.0.push('-');
        }
        self.0.push(char::from(character));
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode([REDACTED])")
    }
}

/// What the digest begins with, so that it is the digest of nothing else.
const DOMAIN: &[u8] = b"doorward/recovery-code/v1";
/// [Crockford's Base32](https://www.crockford.com/base32.html): no I, L, O and U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 5;
const CHARACTERS: usize = 25;
/// Of a code as it is written, with the hyphens between the groups.
const WRITTEN: usize = CHARACTERS + CHARACTERS / GROUP - 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn look_alikes_case_spaces_and_hyphens_are_forgiven() {
        let written = "01010-1ABCD-EFGHJ-KMNPQ-RSTVW";
        for typed in [
            "01010-1ABCD-EFGHJ-KMNPQ-RSTVW",
            "010101ABCDEFGHJKMNPQRSTVW",
            "oIoLo iabcd efghj kmnpq rstvw",
            " \tOlOiO--lAbCd\u{a0}EfGhJkMnPq-RsTvW-\n",
        ] {
            assert_eq!(RecoveryCode::parse(typed).unwrap().expose_secret(), written, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in [
            "",
            "-----",
            "01010-1ABCD-EFGHJ-KMNPQ-RSTV",
            "01010-1ABCD-EFGHJ-KMNPQ-RSTVWX",
            "U1010-1ABCD-EFGHJ-KMNPQ-RSTVW",
            "01010_1ABCD_EFGHJ_KMNPQ_RSTVW",
            "\u{ff10}1010-1ABCD-EFGHJ-KMNPQ-RSTVW",
            "\u{e9}1010-1ABCD-EFGHJ-KMNPQ-RSTVW",
        ] {
            assert!(RecoveryCode::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn every_bit_but_the_last_three_is_in_the_code() {
        let of = |random| RecoveryCode::new(random).digest(&[0; 16]);
        let plain = of([0; 16]);
        for bit in 0..128 {
            let mut random = [0; 16];
            random[bit / 8] |= 0x80 >> (bit % 8);
            assert_eq!(of(random) == plain, bit >= 125, "{bit}");
        }
    }

    #[test]
    fn a_code_is_written_into_the_room_that_was_made() {
        let code = RecoveryCode::new([0xff; 16]);
        assert_eq!((code.0.len(), code.0.capacity()), (WRITTEN, WRITTEN));
    }

    #[test]
    fn law_08_the_code_is_not_printed() {
        assert_eq!(format!("{:?}", RecoveryCode::new([7; 16])), "RecoveryCode([REDACTED])");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(random: [u8; 16]) {
            let code = RecoveryCode::new(random);
            for typed in [code.expose_secret().to_owned(), code.expose_secret().to_lowercase()] {
                let read = RecoveryCode::parse(&typed).unwrap();
                prop_assert_eq!(read.expose_secret(), code.expose_secret());
            }
        }

        #[test]
        fn whatever_is_read_is_written_in_one_spelling(typed in "[0-9A-Za-z -]{24,32}") {
            if let Some(code) = RecoveryCode::parse(&typed) {
                let again = RecoveryCode::parse(code.expose_secret()).unwrap();
                prop_assert_eq!(again.expose_secret(), code.expose_secret());
                prop_assert_eq!(code.expose_secret().len(), WRITTEN);
            }
        }

        #[test]
        fn law_06_a_digest_is_of_one_account_and_one_code(
            random: [u8; 16], other: [u8; 16], account: [u8; 16], elsewhere: [u8; 16],
        ) {
            let code = RecoveryCode::new(random);
            let same_code = RecoveryCode::new(other).expose_secret() == code.expose_secret();
            let digest = code.digest(&account);
            prop_assert_eq!(digest == code.digest(&elsewhere), account == elsewhere);
            prop_assert_eq!(digest == RecoveryCode::new(other).digest(&account), same_code);
        }
    }
}
