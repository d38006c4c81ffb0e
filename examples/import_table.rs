//! Brings the users of a table on DynamoDB over, with the passwords that they have: `--help` tells how.

use std::process::ExitCode;

use doorward::Keys;
use doorward_examples::arguments::Asked;
use doorward_examples::failure::{Failure, finish};
use doorward_examples::import_table::{self, arguments::ImportArguments};

#[tokio::main]
async fn main() -> ExitCode {
    finish(answer().await)
}

async fn answer() -> Result<String, Failure> {
    match ImportArguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => Ok(text.to_owned()),
        Asked::Work(arguments) => {
            let keys = Keys::from_env().map_err(Failure::of_input)?;
            Ok(import_table::run(&arguments, keys).await?.to_string())
        }
    }
}
