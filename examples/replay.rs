//! Replays recorded login attempts through doorward: `--help` tells how.

use std::process::ExitCode;

use doorward_examples::arguments::{Asked, ReplayArguments};
use doorward_examples::failure::{Failure, finish};
use doorward_examples::replaying;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(answer().await)
}

async fn answer() -> Result<String, Failure> {
    match ReplayArguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => Ok(text.to_owned()),
        Asked::Work(arguments) => Ok(replaying::run(&arguments).await?.to_string()),
    }
}
