/// Folds case one character at a time, so that texts that differ in nothing else fold alike: lower,
/// upper and lower again, because some letters have two lower cases (`σ`, `ς`) or no upper one (`ß`).
pub(crate) fn fold(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: impl IntoIterator<Item = char>) -> Vec<char> {
        fold(&String::from_iter(text)).collect()
    }

    /// Those that have a case; no other is changed.
    fn letters() -> impl Iterator<Item = char> {
        let is_fixed = |c: char| c.to_lowercase().eq([c]) && c.to_uppercase().eq([c]);
        (char::MIN..=char::MAX).filter(move |&letter| !is_fixed(letter))
    }

    #[test]
    fn case_makes_no_difference_for_any_character() {
        for letter in letters() {
            let once = folded([letter]);
            assert_eq!(folded(letter.to_uppercase()), once, "{letter}");
            assert_eq!(folded(letter.to_lowercase()), once, "{letter}");
            assert_eq!(folded(once.iter().copied()), once, "{letter}");
        }
    }

    /// What folds into a vector of this capacity leaves no copy behind by growing.
    #[test]
    fn folded_text_has_at_most_3_characters_a_letter() {
        let longest = letters().map(|letter| folded([letter]).len()).max();
        assert_eq!(longest, Some(3));
    }
}
