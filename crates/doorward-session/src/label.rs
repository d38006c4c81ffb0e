//! What an owner knows a session by.

use std::fmt;

/// What an owner knows a session by, such as `Firefox on Linux`: at most 128 bytes, without line breaks and other
/// control characters. Whatever is longer is cut off.
///
/// It is what the service makes of it, often from what the client says of itself: show it as text, never as
/// markup. It may be personal data: `Debug` shows none of it, and it is to be stored sealed.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Label(String);

impl Label {
    /// The most bytes of a label.
    pub const MAX_BYTES: usize = 128;

    /// The label that this text makes.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut label = String::new();
        // No more than could be needed: texts come from outside.
        for character in text.chars().take(4 * Self::MAX_BYTES) {
            if character.is_control() {
                continue;
            }
            if label.len() + character.len_utf8() > Self::MAX_BYTES {
                break;
            }
            label.push(character);
        }
        Self(label)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Label([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn law_08_debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Label::new("Firefox")), "Label([REDACTED])");
    }

    proptest! {
        #[test]
        fn it_is_cut_and_cleaned_once_and_for_all(text in any::<String>()) {
            let label = Label::new(&text);
            prop_assert!(label.as_str().len() <= Label::MAX_BYTES);
            prop_assert!(!label.as_str().chars().any(char::is_control));
            prop_assert_eq!(Label::new(label.as_str()), label);
        }
    }
}
