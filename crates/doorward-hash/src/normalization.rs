use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::Password;

/// The form in which a password's text is hashed. It is recorded with every hash, so that it can
/// change for new hashes without shutting anybody out.
///
/// The same letters reach a server in different bytes: `é` is one code point from most keyboards and
/// two from some systems. NIST SP 800-63B-4 section 3.1.1.2 asks to normalise to NFC before hashing;
/// ASVS 5.0 6.2.8 asks to take passwords exactly as received, and means that nothing may be cut off
/// or folded together. NFC does neither: it unites only what Unicode calls the same text. So new
/// hashes are made of [`Nfc`](Self::Nfc), and those that came from elsewhere keep the form that they
/// were made of.
///
/// Normalising too little keeps out an owner who changes the device; too much would let a different
/// text in.
///
/// ```
/// use doorward_hash::{Arena, Cost, Hasher, Password, Salt, Subject, Verdict};
///
/// let hasher = Hasher::new(Cost::minimal_for_tests());
/// let mut arena = Arena::new();
/// let hash = hasher.hash(&mut arena, &Password::from("caf\u{e9}"), Salt::generate()?)?;
/// assert!(hash.expose_secret().starts_with("{nfc1}$argon2id$"));
///
/// let typed_elsewhere = Password::from("cafe\u{301}");
/// let answer = hasher.verify(&mut arena, &typed_elsewhere, Subject::Stored(&hash))?;
/// assert_eq!(answer.verdict(), Verdict::Valid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Normalization {
    /// The bytes that came in. Recorded by the absence of a record: a plain hash.
    AsReceived,
    /// Normalization Form C of Unicode Standard Annex #15. Recorded as `{nfc1}` before the hash.
    ///
    /// Unicode promises that the form of text whose characters are assigned never changes. A code
    /// point that was not assigned when a password was set may be given a form later; whoever has
    /// one in a password may then have to reset it.
    #[default]
    Nfc,
}

impl Normalization {
    /// Takes the record off a stored hash.
    pub(crate) fn split(row: &str) -> (Self, &str) {
        match row.strip_prefix(NFC) {
            Some(rest) => (Self::Nfc, rest),
            None => (Self::AsReceived, row),
        }
    }

    /// What stands before the hash.
    pub(crate) const fn record(self) -> &'static str {
        match self {
            Self::AsReceived => "",
            Self::Nfc => NFC,
        }
    }
}

impl fmt::Display for Normalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AsReceived => "as received",
            Self::Nfc => "NFC",
        })
    }
}

/// A password in both forms, made whatever form is asked for: which one a hash wants does not show.
pub(crate) struct Forms<'a> {
    received: &'a str,
    nfc: Zeroizing<[u8; MAX_NFC_BYTES]>,
    nfc_bytes: usize,
}

impl<'a> Forms<'a> {
    /// The forms of `password`; none of an over-long one.
    pub(crate) fn of(password: &'a Password) -> Self {
        let received = if password.is_overlong() { "" } else { password.expose_secret() };
        let mut forms = Self { received, nfc: Zeroizing::new([0; MAX_NFC_BYTES]), nfc_bytes: 0 };
        for letter in received.nfc() {
            let end = forms.nfc_bytes + letter.len_utf8();
            // It never is, by the bound on how much longer NFC makes a text.
            let Some(place) = forms.nfc.get_mut(forms.nfc_bytes..end) else { break };
            letter.encode_utf8(place);
            forms.nfc_bytes = end;
        }
        forms
    }

    /// The bytes to be hashed.
    pub(crate) fn get(&self, form: Normalization) -> &[u8] {
        match form {
            Normalization::AsReceived => self.received.as_bytes(),
            Normalization::Nfc => self.nfc.get(..self.nfc_bytes).unwrap_or_default(),
        }
    }

    /// The normalised text, which the policy judges.
    pub(crate) fn nfc(&self) -> &str {
        str::from_utf8(self.get(Normalization::Nfc)).unwrap_or_default()
    }
}

/// The record of version 1 of this form.
const NFC: &str = "{nfc1}";

/// NFC makes UTF-8 at most three times as long: Unicode Standard Annex #15, section 9, table 10.
const MAX_NFC_BYTES: usize = 3 * Password::MAX_BYTES;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nfc(text: &str) -> String {
        Forms::of(&Password::from(text)).nfc().to_owned()
    }

    #[test]
    fn one_text_has_one_form() {
        for (typed, form) in [
            ("cafe\u{301}", "caf\u{e9}"),
            ("caf\u{e9}", "caf\u{e9}"),
            ("\u{1100}\u{1161}\u{11a8}", "\u{ac01}"),
            ("q\u{323}\u{307}", "q\u{323}\u{307}"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            ("\u{212b}", "\u{c5}"),
            // The longest: three bytes for each one.
            ("\u{fb2c}", "\u{5e9}\u{5bc}\u{5c1}"),
        ] {
            assert_eq!(nfc(typed), form, "{typed:?}");
        }
    }

    /// NFC, not NFKC: nothing that looks or means otherwise is united, no case, no width, no blanks.
    #[test]
    fn nothing_else_is_changed() {
        for text in ["ﬁ", "①", "Ａ", "ſ", "A a\t\n\0 ", "İ", "\u{ad}\u{200b}\u{feff}", "Ⅳ"]
        {
            assert_eq!(nfc(text), text, "{text:?}");
        }
    }

    #[test]
    fn the_longest_password_in_the_longest_form_is_whole() {
        for letter in ["\u{fb2c}", "\u{1d160}", "\u{390}", "\u{1f82}", "a", "\u{301}", "\u{f73}"] {
            let text = letter.repeat(Password::MAX_BYTES / letter.len());
            let whole: String = text.nfc().collect();
            assert_eq!(nfc(&text), whole, "{letter:?}");
        }
    }

    /// Another version of the tables is looked at before it comes in: the changes of a version are in
    /// its list of new characters with a decomposition.
    #[test]
    fn the_tables_are_those_of_a_known_version() {
        assert_eq!(unicode_normalization::UNICODE_VERSION, (18, 0, 0));
    }

    #[test]
    fn records_are_read_as_written() {
        for form in [Normalization::AsReceived, Normalization::Nfc] {
            let row = format!("{}$argon2id$", form.record());
            assert_eq!(Normalization::split(&row), (form, "$argon2id$"));
        }
        assert_eq!(Normalization::split("{nfc2}x"), (Normalization::AsReceived, "{nfc2}x"));
    }

    proptest! {
        #[test]
        fn the_form_is_that_of_the_standard(text in "\\PC{0,64}") {
            let whole: String = text.nfc().collect();
            prop_assert_eq!(nfc(&text), whole.as_str());
            prop_assert_eq!(nfc(&whole), whole.as_str());
            let apart: String = text.nfd().collect();
            prop_assert_eq!(nfc(&apart), whole);
        }
    }
}
