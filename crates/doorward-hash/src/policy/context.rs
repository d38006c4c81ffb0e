use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::policy::fold::fold;

/// The words that a password may not be made of: see
/// [`PasswordPolicy::check`](crate::PasswordPolicy::check).
pub(crate) struct ContextWords {
    /// Folded, the longest first.
    words: Vec<Vec<char>>,
}

impl ContextWords {
    /// Each entry whole, and what stands before its last `@`, where they have 4 code points or more; of
    /// the first entries, and of the start of each, because they are typed on the same form.
    pub(crate) fn of(context: &[&str]) -> Self {
        let entries = || context.iter().take(MOST_ENTRIES).map(|entry| start(entry));
        let local_parts = entries().filter_map(|entry| entry.rsplit_once('@'));
        let mut words: Vec<Vec<char>> = entries()
            .chain(local_parts.map(|(local, _)| local))
            .map(|word| fold(&word.trim().nfc().collect::<String>()).collect())
            .filter(|word: &Vec<char>| word.len() >= LEAST_WORD_CHARS)
            .collect();
        words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
        Self { words }
    }

    /// Whether the password is little more than these words, or a piece of one of them.
    pub(crate) fn make_up(&self, password: &str) -> bool {
        // Room for the longest case folding, so that no copy is left behind by growing.
        let mut folded = Zeroizing::new(Vec::with_capacity(3 * password.len()));
        folded.extend(fold(password));

        let (mut rest, mut found, mut own_chars) = (folded.as_slice(), false, 0);
        while let [_, after @ ..] = rest {
            if let Some(word) = self.words.iter().find(|word| rest.starts_with(word)) {
                found = true;
                rest = &rest[word.len()..];
            } else {
                own_chars += 1;
                rest = after;
            }
        }
        let is_a_piece = |word: &Vec<char>| {
            !folded.is_empty() && word.windows(folded.len()).any(|piece| piece == folded.as_slice())
        };
        (found && own_chars < LEAST_OWN_CHARS) || self.words.iter().any(is_a_piece)
    }
}

fn start(entry: &str) -> &str {
    entry.char_indices().nth(MOST_ENTRY_CHARS).map_or(entry, |(end, _)| &entry[..end])
}

const MOST_ENTRIES: usize = 32;

/// An address of mail is not longer.
const MOST_ENTRY_CHARS: usize = 256;

/// A shorter word is in too many good passwords.
const LEAST_WORD_CHARS: usize = 4;

/// What must remain of a password once its context words are taken away.
const LEAST_OWN_CHARS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn make_up(context: &[&str], password: &str) -> bool {
        ContextWords::of(context).make_up(password)
    }

    #[test]
    fn the_word_itself_in_any_case() {
        let context = ["Alice.Liddell@Example.com"];
        assert!(make_up(&context, "alice.liddell@example.com"));
        assert!(make_up(&context, "ALICE.LIDDELL"));
        assert!(make_up(&[" wonderland\t"], "wonderland1"));
        assert!(make_up(&["Żółćółć"], "żÓŁĆÓŁĆ"));
    }

    #[test]
    fn the_word_with_trimmings() {
        let context = ["alice@example.com"];
        for password in ["alice@example.com2026", "alicealicealice", "!Alice1984!!", "xalice"] {
            assert!(make_up(&context, password), "{password}");
        }
    }

    #[test]
    fn the_word_however_it_was_typed() {
        assert!(make_up(&["andre\u{301}.dupont"], "andr\u{e9}.dupont1"));
    }

    #[test]
    fn a_piece_of_the_word() {
        assert!(make_up(&["alice.liddell@example.com"], "liddell@example"));
    }

    #[test]
    fn a_long_password_may_mention_the_word() {
        assert!(!make_up(&["alice@example.com"], "alice eats green pineapples"));
        assert!(!make_up(&["alice@example.com"], "12345678alice"));
        assert!(make_up(&["alice@example.com"], "1234567alice"));
    }

    #[test]
    fn short_words_and_blanks_do_not_count() {
        assert!(!make_up(&["bob", "", "  ", "abc@x.y"], "bobbobbobbobbob"));
        assert!(!make_up(&["al@x.io"], "alalalalalalalal"));
        assert!(make_up(&["rosa@x.io"], "rosarosarosarosa"));
        assert!(!make_up(&[], "anything"));
    }

    #[test]
    fn a_flood_of_words_is_cut_off() {
        let mut many = vec!["wonderland"; 32];
        assert!(make_up(&many, "wonderland1"));
        many.push("rosemary garden");
        assert!(!make_up(&many, "rosemary garden1"));
        let long = "x".repeat(1 << 20);
        assert!(make_up(&[&long], &"x".repeat(256)));
        assert!(!make_up(&[&long], &"y".repeat(20)));
    }

    #[test]
    fn the_longest_word_is_taken_first() {
        assert!(make_up(&["rose", "rosemary garden"], "rosemary garden1"));
    }
}
