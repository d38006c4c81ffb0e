//! The policy of a replay: a TOML file.

use std::path::Path;

use doorward::Policy;

use crate::problems::Problems;

/// Reads and checks the policy; what is wrong is added to `problems`.
///
/// Of a file that is no TOML, nothing is shown: a file of users that was named by mistake has passwords in it.
pub fn read(path: &Path, problems: &mut Problems) -> Option<Policy> {
    let file = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => parse(&file, &bytes, problems),
        Err(error) => {
            problems.in_file(&file, format_args!("cannot be read: {error}"));
            None
        }
    }
}

fn parse(file: &str, bytes: &[u8], problems: &mut Problems) -> Option<Policy> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.in_file(file, "is not UTF-8: save the file as UTF-8 text");
        return None;
    };
    if let Err(error) = toml::from_str::<toml::Table>(text) {
        let what = "is not TOML: write settings as `name = value`, texts in quotes";
        problems.in_line(file, line(text, &error), what);
        return None;
    }
    match toml::from_str(text) {
        Ok(policy) => Some(policy),
        // What is wrong with the policy as a whole names the section; what cannot be read has a place.
        Err(error) if error.span().is_none() => {
            problems.in_file(file, error.message());
            None
        }
        Err(error) => {
            problems.in_line(file, line(text, &error), error.message());
            None
        }
    }
}

fn line(text: &str, error: &toml::de::Error) -> u64 {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.bytes().take(start);
    1 + before.filter(|&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: impl AsRef<[u8]>) -> String {
        let mut problems = Problems::default();
        assert_eq!(parse("p.toml", bytes.as_ref(), &mut problems), None);
        problems.into_result().unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_named_by_line_or_section() {
        for (text, says) in [
            ("preset = 'strict'\n\n[account]\nwait = 3\n", "p.toml, line 4: unknown field `wait`"),
            (
                "mode = 'on'",
                "p.toml, line 1: unknown variant `on`, expected `enforce` or `monitor`",
            ),
            ("[site]\nwaits = []", "p.toml: site: waits: a ladder needs at least one rung"),
            ("[account]\nconsecutive = 95", "p.toml: account, device: 105 failures in a row"),
        ] {
            let told = told(text);
            assert!(told.starts_with(says), "{told}");
        }
    }

    #[test]
    fn what_is_no_toml_is_not_shown() {
        for text in ["alice@example.com,hunter2\n", "\n\nalice,hunter2", "a = hunter2"] {
            let told = told(text);
            assert!(told.contains("is not TOML") && !told.contains("hunter"), "{told}");
        }
        assert!(told(b"mode = '\xe9'").starts_with("p.toml: is not UTF-8"));
        let told = told("\n\nalice,hunter2");
        assert!(told.starts_with("p.toml, line 3: "), "{told}");
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let mut problems = Problems::default();
        let read = parse("p.toml", "\u{feff}preset = 'strict'".as_bytes(), &mut problems);
        assert_eq!(read, Some(Policy::strict()));
    }
}
