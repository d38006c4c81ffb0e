//! What a person types to say who they are.

use std::fmt;

use doorward_fields::TextForm;
use thiserror::Error;
use zeroize::Zeroizing;

/// An identifier in its normal form: trimmed, compatibility characters folded (NFKC, UAX #15), case
/// folded.
///
/// Two spellings that a person takes for the same one must name one account, or a stranger registers
/// the second; and the form must be stable, or what was registered is not what is looked up. So the
/// folding is repeated until it changes nothing.
///
/// It is personal data: `Debug` shows none of it.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Identifier(Zeroizing<String>);

impl Identifier {
    /// No identifier is longer than this: an address has at most 254 bytes (RFC 5321).
    pub(crate) const MAX_BYTES: usize = 320;

    /// The normal form of whatever was typed; never fails.
    ///
    /// What could not be registered (empty, too long, not to be seen) still gets a form of its
    /// own, one that no account has, so that an attempt with it runs the whole path.
    pub(crate) fn lenient(typed: &str) -> Self {
        match Self::parse(typed) {
            Ok(identifier) => identifier,
            // Registered identifiers hold no character that cannot be seen: this names nobody.
            Err(_) => {
                let cut = &typed.as_bytes()[..typed.len().min(Self::MAX_BYTES)];
                Self(Zeroizing::new(format!("\u{0}{}", String::from_utf8_lossy(cut))))
            }
        }
    }

    /// The normal form of an identifier that is about to be registered.
    pub(crate) fn parse(typed: &str) -> Result<Self, IdentifierProblem> {
        // Cut off floods before folding them; folding can also lengthen.
        if typed.len() > 4 * Self::MAX_BYTES {
            return Err(IdentifierProblem::TooLong);
        }
        let folded = TextForm::Caseless.normalize(typed);
        if folded.is_empty() {
            return Err(IdentifierProblem::Empty);
        }
        if folded.len() > Self::MAX_BYTES {
            return Err(IdentifierProblem::TooLong);
        }
        if folded.chars().any(is_invisible) {
            return Err(IdentifierProblem::Invisible);
        }
        Ok(Self(folded))
    }

    /// The normal form.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identifier([REDACTED])")
    }
}

/// Why an identifier cannot be registered.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum IdentifierProblem {
    /// Nothing but white space.
    #[error("enter an identifier, such as an e-mail address")]
    Empty,
    /// A character that cannot be seen: with it, two identifiers that look the same would differ.
    #[error("leave out characters that cannot be seen, such as line breaks and zero-width spaces")]
    Invisible,
    /// Over 320 bytes.
    #[error("use at most 320 bytes")]
    TooLong,
}

/// Controls, and what Unicode 16 lists as `Default_Ignorable_Code_Point`: a display leaves these out.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(typed: &str) -> String {
        Identifier::parse(typed).unwrap().expose().to_owned()
    }

    #[test]
    fn spellings_of_one_identifier_are_one() {
        for typed in ["Alice@Example.COM", "  alice@example.com ", "ａｌｉｃｅ@example.com"] {
            assert_eq!(folded(typed), "alice@example.com");
        }
        assert_eq!(folded("Jose\u{301}"), folded("JOSÉ"));
        // The sign that once let a stranger take over another's account: folding it must be final.
        assert_eq!(folded("ᴮᴵᴳᴮᴵᴿᴰ"), "bigbird");
        assert_eq!(folded("ΟΔΟΣ"), folded("οδος"));
        assert_eq!(folded("STRASSE"), folded("straße"));
    }

    #[test]
    fn what_cannot_be_registered_says_why() {
        assert_eq!(Identifier::parse(" \t "), Err(IdentifierProblem::Empty));
        for unseen in ["\u{0}", "\u{200b}", "\u{202e}", "\u{ad}", "\u{feff}", "\u{2060}", "\u{34f}"]
        {
            let typed = format!("al{unseen}ice");
            assert_eq!(Identifier::parse(&typed), Err(IdentifierProblem::Invisible), "{typed:?}");
        }
        assert_eq!(Identifier::parse(&"a".repeat(321)), Err(IdentifierProblem::TooLong));
        assert_eq!(Identifier::parse(&"ﷺ".repeat(100)), Err(IdentifierProblem::TooLong));
    }

    proptest! {
        #[test]
        fn folding_is_final(typed in "\\PC{0,40}") {
            if let Ok(once) = Identifier::parse(&typed) {
                prop_assert_eq!(Identifier::parse(once.expose()), Ok(once));
            }
        }

        #[test]
        fn any_text_has_a_form_and_unregistrable_text_never_names_an_account(typed in any::<String>()) {
            let form = Identifier::lenient(&typed);
            match Identifier::parse(&typed) {
                Ok(registrable) => prop_assert_eq!(form, registrable),
                Err(_) => prop_assert!(Identifier::parse(form.expose()).is_err()),
            }
        }
    }
}
