use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Which spellings of a text are one value to an index.
///
/// Too little is normalised: a value is not found under another spelling, or is registered twice. Too
/// much: two values are found for each other. The forms are those of Unicode Standard Annex #15; that
/// of text whose characters are assigned never changes.
///
/// ```
/// use doorward_fields::TextForm;
///
/// assert_eq!(*TextForm::Caseless.normalize(" Stra\u{df}e"), "strasse");
/// assert_eq!(*TextForm::Digits.normalize("(030) 90-18-20"), "030901820");
/// assert_eq!(*TextForm::Trimmed.normalize("Jose\u{301}\n"), "Jos\u{e9}");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TextForm {
    /// Trimmed, compatibility characters folded (NFKC), case folded: names that people type.
    Caseless,
    /// Digits alone, after NFKC: numbers of phones, cards, documents. A sign is left out, so bring the
    /// country code of a phone into one form first. What has no digits is empty, and as one value.
    Digits,
    /// Trimmed, NFC: text whose letter case counts.
    Trimmed,
}

impl TextForm {
    /// The normal form, as an index has it. What is in normal form stays as it is.
    #[must_use]
    pub fn normalize(self, text: &str) -> Zeroizing<String> {
        match self {
            Self::Caseless => fold(text),
            // Digits of other scripts stay, or their numbers would all be as one.
            Self::Digits => Zeroizing::new(text.nfkc().filter(|c| c.is_numeric()).collect()),
            Self::Trimmed => Zeroizing::new(text.trim().nfc().collect()),
        }
    }

    /// What stands for the form where an index derives.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Caseless => "caseless/1",
            Self::Digits => "digits/1",
            Self::Trimmed => "trimmed/1",
        }
    }
}

fn fold(text: &str) -> Zeroizing<String> {
    let mut folded = Zeroizing::new(text.to_owned());
    // Two rounds settle every string that Unicode is known to hold; the bound is for the unknown.
    for _ in 0..8 {
        // Up and down again is case folding: one letter for ß and ss, for σ and ς.
        let upper = folded.nfkc().flat_map(char::to_uppercase);
        let lower: Zeroizing<String> = Zeroizing::new(upper.flat_map(char::to_lowercase).collect());
        let whole: Zeroizing<String> = Zeroizing::new(lower.nfkc().collect());
        let next = Zeroizing::new(whole.trim().to_owned());
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_value_are_one() {
        for (form, one, other) in [
            (TextForm::Caseless, "Alice@Example.COM", " ａｌｉｃｅ@example.com "),
            (TextForm::Caseless, "Jose\u{301}", "JOSÉ"),
            (TextForm::Caseless, "ΟΔΟΣ", "οδος"),
            (TextForm::Caseless, "ᴮᴵᴳᴮᴵᴿᴰ", "BigBird"),
            (TextForm::Digits, "4111-1111 1111/1111", "４１１１１１１１１１１１１１１１"),
            (TextForm::Trimmed, "Jose\u{301}", "\tJos\u{e9} "),
        ] {
            assert_eq!(form.normalize(one), form.normalize(other), "{form:?}");
        }
    }

    #[test]
    fn other_values_stay_apart() {
        for (form, one, other) in [
            (TextForm::Caseless, "alice", "al ice"),
            (TextForm::Digits, "12", "21"),
            (TextForm::Digits, "\u{661}\u{662}", "\u{662}\u{661}"),
            (TextForm::Trimmed, "Alice", "alice"),
            (TextForm::Trimmed, "ﬁ", "fi"),
        ] {
            assert_ne!(form.normalize(one), form.normalize(other), "{form:?}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_form_is_final(text in "\\PC{0,40}") {
            for form in [TextForm::Caseless, TextForm::Digits, TextForm::Trimmed] {
                let once = form.normalize(&text);
                prop_assert_eq!(form.normalize(&once), once, "{:?}", form);
            }
        }
    }
}
