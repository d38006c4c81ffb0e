//! What `shared_cap` is told.

use std::ffi::OsString;

use lexopt::prelude::*;

use crate::arguments::{Asked, unclear};
use crate::failure::Failure;
use crate::store_choice::StoreChoice;

/// How many attack what.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CapArguments {
    /// Where DynamoDB is.
    pub endpoint: String,
    /// The table; one that is made and removed unless told.
    pub table: Option<String>,
    /// Processes.
    pub processes: u64,
    /// Attempts of all processes together, in each attack.
    pub attempts: u64,
    /// Attempts of each process at once.
    pub tasks: usize,
    /// Which of the processes this one is; `None` for the one that starts them.
    pub part: Option<u64>,
}

impl CapArguments {
    /// Reads the arguments; the program's name is not among them.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what was not understood.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<Self>, Failure> {
        let mut choice = StoreChoice::default();
        let (mut processes, mut attempts, mut tasks, mut part) = (8, 10_000, 64, None);
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(unclear)? {
            match argument {
                Long("dynamodb") => choice.take_endpoint(&mut parser)?,
                Long("table") => choice.take_table(&mut parser)?,
                Long("processes") => processes = number(&mut parser, 64)?,
                Long("attempts") => attempts = number(&mut parser, 10_000_000)?,
                Long("tasks") => {
                    tasks = usize::try_from(number(&mut parser, 4_096)?).map_err(unclear)?
                }
                Long("part") => {
                    part = Some(parser.value().map_err(unclear)?.parse().map_err(unclear)?);
                }
                Long("help") | Short('h') => return Ok(Asked::Help(HELP)),
                _ => return Err(unclear(argument.unexpected())),
            }
        }
        choice.check()?;
        let endpoint = choice.dynamodb.ok_or_else(|| Failure::of_input(WITHOUT))?;
        Ok(Asked::Work(Self { endpoint, table: choice.table, processes, attempts, tasks, part }))
    }
}

fn number(parser: &mut lexopt::Parser, most: u64) -> Result<u64, Failure> {
    let value: u64 = parser.value().map_err(unclear)?.parse().map_err(unclear)?;
    match value {
        1.. if value <= most => Ok(value),
        _ => Err(unclear(format_args!("give a number from 1 to {most}"))),
    }
}

const WITHOUT: &str = "\
Nothing was started: processes can share a table on DynamoDB only. Start an emulator, and give its address:
cargo run --release --features dynamodb --example shared_cap -- --dynamodb http://127.0.0.1:8000
";

const HELP: &str = "\
Lets several processes attack accounts of one table at once, and compares how many passwords were checked
with what the policy allows.

shared_cap --dynamodb URL|aws [--table NAME] [--processes 8] [--attempts 10000] [--tasks 64]

--dynamodb   the URL of an emulator, http://127.0.0.1:8000; `aws`; or an https URL
--table      a table; on an emulator one is made and removed unless told. Each run has keys of its own, so
             that one of before does as well
--processes  so many processes of this program
--attempts   so many attempts of all of them together, in each attack
--tasks      so many attempts at once in each process
--help       show this

The clock of all of them stands still, so that no wait passes. It fails when more was checked than the policy
allows.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Asked<CapArguments>, Failure> {
        CapArguments::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn without_a_table_to_share_nothing_is_started() {
        let told = parse(&["--processes", "2"]).unwrap_err();
        assert!(told.to_string().contains("--example shared_cap -- --dynamodb"), "{told}");
        assert_eq!(told.code(), 2);
    }

    #[test]
    fn numbers_are_bounded() {
        let at = ["--dynamodb", "http://127.0.0.1:1"];
        let Ok(Asked::Work(arguments)) = parse(&at) else { panic!("not understood") };
        assert_eq!((arguments.processes, arguments.attempts, arguments.tasks), (8, 10_000, 64));
        assert_eq!((arguments.table, arguments.part), (None, None));
        for bad in [["--processes", "0"], ["--processes", "65"], ["--tasks", "x"]] {
            assert_eq!(parse(&[at, bad].concat()).unwrap_err().code(), 2, "{bad:?}");
        }
    }
}
