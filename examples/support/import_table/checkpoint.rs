//! How far a migration has come, in a file that is there whole or not at all.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use toml::{Table, Value};

use crate::draft::Draft;
use crate::failure::Failure;

use super::counts::Counts;
use super::source::Item;

/// How far a migration has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Checkpoint {
    /// From which tables to which ones: a file of another migration is refused.
    pub(crate) tables: Vec<String>,
    /// All rows up to here are done; `None` at the start, and at the end.
    pub(crate) after: Option<Item>,
    /// Whether there is nothing left.
    pub(crate) is_done: bool,
    /// What they became.
    pub(crate) counts: Counts,
    /// So much of the report tells of them. What is behind tells of rows that come again.
    pub(crate) report_bytes: u64,
}

/// The file.
#[derive(Clone, Debug)]
pub(crate) struct CheckpointFile(pub(crate) Option<PathBuf>);

impl CheckpointFile {
    /// What it says; the start where there is no file yet.
    pub(crate) fn read(&self, tables: &[String]) -> Result<Checkpoint, Failure> {
        let start = || Checkpoint { tables: tables.to_vec(), ..Checkpoint::default() };
        let Some(path) = &self.0 else { return Ok(start()) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(start()),
            Err(error) => return Err(refused(path, error)),
        };
        let table = text.parse::<Table>().map_err(|_| refused(path, "is no checkpoint"))?;
        let checkpoint =
            Checkpoint::from_table(&table).ok_or_else(|| refused(path, "is no checkpoint"))?;
        match checkpoint.tables == tables {
            true => Ok(checkpoint),
            false => Err(refused(path, "is of a migration between other tables")),
        }
    }

    /// Replaces what it says.
    pub(crate) fn write(&self, checkpoint: &Checkpoint) -> Result<(), Failure> {
        let Some(path) = &self.0 else { return Ok(()) };
        let text = checkpoint.to_table().to_string();
        let written = Draft::create(path).and_then(|mut draft| {
            draft.write_all(text.as_bytes())?;
            draft.commit()
        });
        written.map_err(|error| Failure::of_run("the checkpoint could not be written", error))
    }
}

impl Checkpoint {
    fn to_table(&self) -> Table {
        let Counts { read, imported, already_there, duplicates, unreadable } = self.counts;
        let numbers = [
            ("read", read),
            ("imported", imported),
            ("already_there", already_there),
            ("duplicates", duplicates),
            ("unreadable", unreadable),
            ("report_bytes", self.report_bytes),
        ];
        let mut table = Table::new();
        for (name, number) in numbers {
            table
                .insert(name.to_owned(), Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)));
        }
        let tables = self.tables.iter().cloned().map(Value::String).collect();
        table.insert("tables".to_owned(), Value::Array(tables));
        table.insert("is_done".to_owned(), Value::Boolean(self.is_done));
        if let Some(after) = &self.after {
            let key = after.iter().map(|(name, value)| (name.clone(), to_value(value)));
            table.insert("after".to_owned(), Value::Table(key.collect()));
        }
        table
    }

    fn from_table(table: &Table) -> Option<Self> {
        let number = |name: &str| u64::try_from(table.get(name)?.as_integer()?).ok();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let after = match table.get("after") {
            None => None,
            Some(key) => Some(
                key.as_table()?
                    .iter()
                    .map(|(name, value)| Some((name.clone(), from_value(value)?)))
                    .collect::<Option<HashMap<_, _>>>()?,
            ),
        };
        Some(Self {
            tables: table.get("tables")?.as_array()?.iter().map(text).collect::<Option<_>>()?,
            after,
            is_done: table.get("is_done")?.as_bool()?,
            counts: Counts {
                read: number("read")?,
                imported: number("imported")?,
                already_there: number("already_there")?,
                duplicates: number("duplicates")?,
                unreadable: number("unreadable")?,
            },
            report_bytes: number("report_bytes")?,
        })
    }
}

/// A key is text, a number or bytes.
fn to_value(value: &AttributeValue) -> Value {
    let (kind, value) = match value {
        AttributeValue::S(text) => ("S", Value::String(text.clone())),
        AttributeValue::N(number) => ("N", Value::String(number.clone())),
        AttributeValue::B(bytes) => {
            let byte = |byte: &u8| Value::Integer(i64::from(*byte));
            ("B", Value::Array(bytes.as_ref().iter().map(byte).collect()))
        }
        _ => ("", Value::Boolean(false)),
    };
    Value::Table(Table::from_iter([(kind.to_owned(), value)]))
}

fn from_value(value: &Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_table()?.iter().next()?;
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => Some(AttributeValue::S(text.clone())),
        ("N", Value::String(number)) => Some(AttributeValue::N(number.clone())),
        ("B", Value::Array(bytes)) => {
            let byte = |byte: &Value| u8::try_from(byte.as_integer()?).ok();
            let bytes = bytes.iter().map(byte).collect::<Option<Vec<_>>>()?;
            Some(AttributeValue::B(Blob::new(bytes)))
        }
        _ => None,
    }
}

fn refused(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::of_input(format_args!("{}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_as_it_was_written() {
        let after = Item::from([
            ("user_id".to_owned(), AttributeValue::S("u \"17\"\nżółć".to_owned())),
            ("number".to_owned(), AttributeValue::N("7".to_owned())),
            ("bytes".to_owned(), AttributeValue::B(Blob::new([0, 255]))),
        ]);
        let checkpoint = Checkpoint {
            tables: vec!["users".to_owned(), "doorward".to_owned()],
            after: Some(after),
            is_done: true,
            counts: Counts { read: 1, imported: 2, already_there: 3, duplicates: 4, unreadable: 5 },
            report_bytes: 6,
        };
        let text = checkpoint.to_table().to_string();
        let again = Checkpoint::from_table(&text.parse().unwrap());
        assert_eq!(again, Some(checkpoint));
    }

    #[test]
    fn what_is_no_checkpoint_of_this_migration_is_refused() {
        let folder = std::env::temp_dir().join(format!("doorward-mark-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = CheckpointFile(Some(folder.join("mark.toml")));
        let tables = ["a".to_owned(), "b".to_owned()];
        let start = file.read(&tables).unwrap();
        assert_eq!((start.after.clone(), start.is_done), (None, false));
        file.write(&start).unwrap();
        assert_eq!(file.read(&tables).unwrap(), start);
        assert_eq!(file.read(&tables[..1]).unwrap_err().code(), 2);
        for text in ["", "tables = 7", "no toml"] {
            std::fs::write(folder.join("mark.toml"), text).unwrap();
            assert!(
                file.read(&tables).unwrap_err().to_string().contains("is no checkpoint"),
                "{text}"
            );
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
