//! What fingers type without thinking.

/// The length of the longest start of `chars` that is one sequence: a run of one character, a part of
/// a keyboard's or an alphabet's line in either direction, or a number of at most 4 digits.
///
/// At least 1, unless there is nothing. Any shorter start is a sequence as well.
pub(crate) fn longest(chars: impl Iterator<Item = char> + Clone) -> usize {
    let Some(first) = chars.clone().next() else { return 0 };
    let number = chars.clone().take(MOST_DIGITS).take_while(char::is_ascii_digit).count();
    let run = chars.clone().take_while(|&next| next == first).count();
    LINES
        .iter()
        .map(|line| {
            along(line.chars(), chars.clone()).max(along(line.chars().rev(), chars.clone()))
        })
        .fold(number.max(run), usize::max)
}

/// A year, a day of the year.
const MOST_DIGITS: usize = 4;

/// Each goes on at its beginning where it ends. No character is in one line twice.
const LINES: [&str; 13] = [
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    // By rows
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "1234567890qwertzuiopasdfghjklyxcvbnm",
    "1234567890azertyuiopqsdfghjklmwxcvbn",
    "!@#$%^&*()",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    // By columns
    "qazwsxedcrfvtgbyhnujm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    // Alphabets
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "αβγδεζηθικλμνξοπρστυφχψω",
];

/// For how long `chars` follow the line from wherever it has the first of them.
fn along(
    line: impl Iterator<Item = char> + Clone,
    chars: impl Iterator<Item = char> + Clone,
) -> usize {
    let first = chars.clone().next();
    let Some(at) = line.clone().position(|letter| Some(letter) == first) else { return 0 };
    line.cycle().skip(at).zip(chars).take_while(|(letter, typed)| letter == typed).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_measured() {
        for (text, length) in [
            ("", 0),
            ("x", 1),
            ("xk", 1),
            ("🐎🐎🐎!", 3),
            ("1234567890123456", 16),
            ("09876543210987", 14),
            ("90qwertz", 8),
            ("abcdefghijklmnopqrstuvwxyzabc", 29),
            ("zyxwx", 4),
            ("asdfghjkl;", 9),
            ("mnbvcxzlkj", 10),
            ("1qaz2wsx3edcx", 12),
            ("q1w2e3r4t5y6u7i8o9p0q1", 22),
            ("p0o9i8u7", 8),
            ("1984zz", 4),
            ("19842", 4),
            ("!@#$%^&*()!", 11),
        ] {
            assert_eq!(longest(text.chars()), length, "{text}");
        }
    }

    /// A start of a sequence, its end, and itself turned round, are sequences.
    #[test]
    fn no_line_has_a_character_twice_and_all_are_folded() {
        for line in LINES {
            let letters: std::collections::HashSet<_> = line.chars().collect();
            assert_eq!(letters.len(), line.chars().count(), "{line}");
            assert!(crate::policy::fold::fold(line).eq(line.chars()), "{line}");
            let twice = || line.chars().chain(line.chars());
            assert_eq!(longest(twice()), twice().count(), "{line}");
            assert_eq!(longest(twice().rev()), twice().count(), "{line}");
        }
    }
}
