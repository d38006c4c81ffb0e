//! What became of a row.

use std::borrow::Cow;

use super::counts::Counts;
use super::reading::Unreadable;

/// What became of a row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    /// An account was made of it.
    Imported,
    /// This import had made its account before.
    AlreadyThere,
    /// Other rows have the same identifier; all of them have this group.
    Duplicate(String),
    /// An account that this import did not make has the identifier.
    Taken,
    /// It cannot be brought over.
    Unreadable(Unreadable),
}

impl Fate {
    /// Counts it.
    pub(crate) fn count(&self, counts: &mut Counts) {
        counts.read += 1;
        match self {
            Self::Imported => counts.imported += 1,
            Self::AlreadyThere => counts.already_there += 1,
            Self::Duplicate(_) | Self::Taken => counts.duplicates += 1,
            Self::Unreadable(_) => counts.unreadable += 1,
        }
    }

    /// As the report has it: problem, group, reason. `None` where there is no problem.
    pub(crate) fn problem(&self) -> Option<[Cow<'_, str>; 3]> {
        let (problem, group, reason) = match self {
            Self::Imported | Self::AlreadyThere => return None,
            Self::Duplicate(group) => ("duplicate", group.as_str(), DUPLICATE.into()),
            Self::Taken => ("taken", "", TAKEN.into()),
            Self::Unreadable(why) => ("unreadable", "", Cow::Owned(why.to_string())),
        };
        Some([problem.into(), group.into(), reason])
    }
}

const DUPLICATE: &str =
    "the rows of this group have one identifier: keep one of them, and import again";
const TAKEN: &str = "an account that was not made of this row has the identifier";
