//! Passwords that are guessed first.

use zeroize::Zeroizing;

use crate::{
    policy::fold::fold,
    policy::sequence,
    policy::word_list::{ENTRY_CHARS, lists},
};

/// Whether the whole password is common: see [`PasswordPolicy::check`](crate::PasswordPolicy::check).
pub(crate) fn is_common(password: &str) -> bool {
    // Room for the longest case folding, so that no copy is left behind by growing.
    let mut folded = Zeroizing::new(Vec::with_capacity(3 * password.len()));
    folded.extend(fold(password.trim()));

    is_listed_with_padding(&folded)
        || units(&folded).any(|length| is_listed_with_padding(&folded[..length]))
}

/// A listed password with padding around it, or padding alone.
fn is_listed_with_padding(unit: &[char]) -> bool {
    let start = |from: usize| from + sequence::longest(unit[from..].iter().copied());
    let end = |left: usize| left - sequence::longest(unit[..left].iter().rev().copied());
    let (one_before, one_behind) = (start(0), end(unit.len()));
    let two_before = start(one_before);

    two_before == unit.len()
        || is_listed_between(unit, 0, end(one_behind))
        || is_listed_between(unit, one_before, one_behind)
        || is_listed_between(unit, two_before, unit.len())
}

/// Whether taking away at most `before` characters from the start, and at most what stands behind
/// `behind` from the end, leaves a listed password.
fn is_listed_between(unit: &[char], before: usize, behind: usize) -> bool {
    (0..=before).any(|from| {
        let least = behind.max(from + ENTRY_CHARS.start());
        let most = unit.len().min(from + ENTRY_CHARS.end());
        (least..=most).any(|to| lists(&unit[from..to]))
    })
}

/// The lengths of what, repeated, makes up the whole. The second copy may lack its last character,
/// which is then one that separates: `password password`. Any copy behind it may be cut short.
fn units(whole: &[char]) -> impl Iterator<Item = usize> {
    (1..=whole.len().div_ceil(2)).filter(|&length| whole[length..] == whole[..whole.len() - length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_passwords_in_any_case_and_with_blanks_at_the_ends() {
        for password in ["password", "PassWord", " letmein\t", "1234567890987654321"] {
            assert!(is_common(password), "{password:?}");
        }
    }

    #[test]
    fn listed_passwords_with_padding() {
        for password in [
            "Password12345678",
            "Password12345678!",
            "1234password",
            "!Password2026",
            "iloveyou!!!!!!!!!!",
            "qwerty1234567890",
            "1!dragon",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn padding_alone() {
        for password in [
            "",
            "               ",
            "aaaaaaaaaaaaaaa",
            "1234567890123456",
            "abcdefghijklmnop",
            "POIUYTREWQLKJHGF",
            "aaaaaaaa11111111",
            "qwertyuiop123456",
            "йцукенгшщзхъфыва",
            "🐎🐎🐎🐎🐎🐎🐎🐎",
        ] {
            assert!(is_common(password), "{password:?}");
        }
    }

    #[test]
    fn repetitions_of_either() {
        for password in [
            "passwordpassword",
            "passwordpasswor",
            "qwertyqwertyqwerty",
            "Password Password",
            "password1password1pass",
            "123412341234123",
            "abcabcabcabcabc",
            "xkxkxkxkxkxkxkx",
            "dragon77Dragon77",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn the_rest_is_not_common() {
        for password in [
            "correct horse battery staple",
            "correcthorsebatterystaple",
            "seven quiet herons",
            "quiet herons quiet herons",
            "my password is long",
            "dragon sunshine",
            "dragonsunshine1",
            "password and 1234",
            "Tr0ub4dor&3",
            "xk7!xk7!xk7!xk7!",
            "19840101-19991231",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }
}
