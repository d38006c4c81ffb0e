//! Attacks one table on DynamoDB from several processes at once, and counts what gets through: `--help`
//! tells how.

use std::process::ExitCode;

use doorward_examples::arguments::Asked;
use doorward_examples::failure::{Failure, finish};
use doorward_examples::shared_cap::{self, arguments::CapArguments};

#[tokio::main]
async fn main() -> ExitCode {
    finish(answer().await)
}

async fn answer() -> Result<String, Failure> {
    match CapArguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => Ok(text.to_owned()),
        Asked::Work(arguments) => match arguments.part {
            None => Ok(shared_cap::run(&arguments).await?.to_string()),
            Some(part) => shared_cap::run_part(&arguments, part).await.map(|()| String::new()),
        },
    }
}
