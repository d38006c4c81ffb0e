//! Who is behind each attempt, for made-up traffic where that is known: `line,who`.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

use crate::attempts::Attempts;
use crate::problems::Problems;
use crate::sheet::Sheet;

/// Who tried.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Who {
    /// The account's owner, with the right password.
    Owner,
    /// The account's owner, with a wrong one.
    Typo,
    /// Somebody who guesses.
    Attacker,
}

impl Who {
    /// All of them, in the order in which summaries show them.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Typo, Self::Attacker];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Typo => "typo",
            Self::Attacker => "attacker",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who is behind each line of the attempts.
#[derive(Debug)]
pub struct Truth(HashMap<u64, Who>);

impl Truth {
    /// Reads the file, which must name every attempt once; what is wrong is added to `problems`.
    pub fn read(path: &Path, attempts: &Attempts, problems: &mut Problems) -> Self {
        let sheet = Sheet::read(path, &[&["line", "who"]], problems);
        Self::of(&sheet, attempts, problems)
    }

    pub(crate) fn of_line(&self, line: u64) -> Option<Who> {
        self.0.get(&line).copied()
    }

    fn of(sheet: &Sheet, attempts: &Attempts, problems: &mut Problems) -> Self {
        let file = &sheet.file;
        let mut unnamed: HashSet<u64> = attempts.rows.iter().map(|row| row.line).collect();
        let mut truth = HashMap::new();
        for row in &sheet.rows {
            let who = Who::ALL.into_iter().find(|who| who.name() == row.cell(1));
            if who.is_none() {
                problems.in_column(file, row.line, "who", "must be owner, typo or attacker");
            }
            let named = row.cell(0).parse().ok();
            let named = named.filter(|line| unnamed.remove(line));
            if named.is_none() {
                let what = format!("names no attempt of {}, or one twice", attempts.file);
                problems.in_column(file, row.line, "line", what);
            }
            truth.extend(named.zip(who));
        }
        let mut unnamed: Vec<_> = unnamed.into_iter().collect();
        unnamed.sort_unstable();
        for line in unnamed {
            problems
                .in_file(file, format_args!("says nothing of line {line} of {}", attempts.file));
        }
        Self(truth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_is_named_once() {
        let header: &[&str] = &["line", "who"];
        for (rows, says) in [
            ("2,owner\n3,attacker\n", ""),
            ("2,owner\n", "t.csv: says nothing of line 3 of a.csv"),
            ("2,owner\n3,me\n", "t.csv, line 3, column who: must be owner, typo or attacker"),
            ("2,owner\n2,typo\n3,typo\n", "t.csv, line 3, column line: names no attempt of a.csv"),
            ("x,owner\n2,typo\n3,typo\n", "t.csv, line 2, column line: names no attempt"),
        ] {
            let mut problems = Problems::default();
            let attempts = b"at,source,identifier,password\n1,::1,a,b\n1,::1,a,b\n";
            let columns: &[&str] = &["at", "source", "identifier", "password"];
            let sheet = Sheet::parse("a.csv".into(), attempts, &[columns], &mut problems);
            let attempts = Attempts::of(sheet, &mut problems);
            let text = format!("line,who\n{rows}");
            let sheet = Sheet::parse("t.csv".into(), text.as_bytes(), &[header], &mut problems);
            let truth = Truth::of(&sheet, &attempts, &mut problems);
            let told = problems.into_result().err().map(|told| told.to_string());
            let told = told.unwrap_or_default();
            assert!(told.starts_with(says) && told.is_empty() == says.is_empty(), "{told}");
            let second = if rows.starts_with('x') { Who::Typo } else { Who::Owner };
            assert_eq!(truth.of_line(2), Some(second));
        }
    }
}
