//! What came of a migration.

use std::collections::HashMap;
use std::fmt;

use doorward::HashKind;

use crate::failure::Failure;

use super::counts::Counts;

/// What came of a migration. It names nobody.
#[derive(Debug)]
#[non_exhaustive]
pub struct Migration {
    /// How many rows became what.
    pub counts: Counts,
    /// The kinds of hashes in the source, and how many there are of each.
    pub kinds: Vec<(String, u64)>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

impl Migration {
    pub(crate) fn new(
        counts: Counts,
        kinds: &HashMap<HashKind, u64>,
        dry_run: bool,
    ) -> Result<Self, Failure> {
        if !counts.add_up() {
            return Err(Failure::of_run("rows were lost", format_args!("\n{counts}")));
        }
        let mut kinds: Vec<_> =
            kinds.iter().map(|(kind, count)| (kind.to_string(), *count)).collect();
        kinds.sort();
        Ok(Self { counts, kinds, dry_run })
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dry_run {
            f.write_str("A dry run: nothing was written. This would come of it:\n\n")?;
        }
        let Counts { read, imported, already_there, duplicates, unreadable } = self.counts;
        write!(f, "{}", self.counts)?;
        writeln!(
            f,
            "\n{read} = {imported} + {already_there} + {duplicates} + {unreadable}: no row was lost."
        )?;
        if duplicates + unreadable > 0 {
            writeln!(
                f,
                "The rows that were not brought over are in the report, by their keys in the old table, which \
                 may\nsay who they are. Keep that table until none is left."
            )?;
        }
        if !self.kinds.is_empty() {
            writeln!(
                f,
                "\nName these kinds of hashes to AuthenticatorBuilder::expecting in the service:"
            )?;
            self.kinds.iter().try_for_each(|(kind, count)| writeln!(f, "  {kind} ({count})"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_became_nothing_is_a_failure() {
        let mut counts =
            Counts { read: 10, imported: 4, already_there: 3, duplicates: 2, unreadable: 1 };
        let told = Migration::new(counts, &HashMap::new(), false).unwrap().to_string();
        assert!(told.contains("10 = 4 + 3 + 2 + 1"), "{told}");
        counts.read += 1;
        let told = Migration::new(counts, &HashMap::new(), false).unwrap_err();
        assert!(told.to_string().starts_with("rows were lost"), "{told}");
    }
}
