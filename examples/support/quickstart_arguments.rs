//! What `quickstart` is told: nothing, or where its accounts are kept.

use std::ffi::OsString;

use lexopt::prelude::*;

use crate::arguments::{Asked, unclear};
use crate::failure::Failure;
use crate::store_choice::StoreChoice;

/// Reads the arguments; the program's name is not among them.
///
/// # Errors
///
/// [`Failure`] that says what was not understood.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<StoreChoice>, Failure> {
    let mut choice = StoreChoice::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(unclear)? {
        match argument {
            Long("dynamodb") => choice.take_endpoint(&mut parser)?,
            Long("table") => choice.take_table(&mut parser)?,
            Long("help") | Short('h') => return Ok(Asked::Help(HELP)),
            _ => return Err(unclear(argument.unexpected())),
        }
    }
    choice.check()?;
    Ok(Asked::Work(choice))
}

const HELP: &str = "\
Shows what the door answers, to whom, and why.

quickstart [--dynamodb URL|aws] [--table NAME]

--dynamodb  keep the accounts on DynamoDB (build with `--features dynamodb`): the URL of an emulator,
            http://127.0.0.1:8000, where a table that is missing is made; `aws`; or an https URL
--table     the name of the table; `doorward` unless told. Each run has keys of its own, which are thrown
            away: it does not see what was there before, and nobody can read what it leaves behind
--help      show this
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Asked<StoreChoice>, Failure> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn it_needs_no_arguments_and_knows_two() {
        assert!(matches!(parsed(&[]), Ok(Asked::Work(choice)) if choice == StoreChoice::default()));
        let table = parsed(&["--table=t", "--dynamodb", "aws"]);
        let wanted = StoreChoice::table_at("aws", "t");
        assert!(matches!(table, Ok(Asked::Work(choice)) if choice == wanted));
        assert!(matches!(parsed(&["-h"]), Ok(Asked::Help(_))));
        for unclear in [&["--table", "t"][..], &["x"], &["--dynamodb"]] {
            assert_eq!(parsed(unclear).unwrap_err().code(), 2);
        }
    }
}
