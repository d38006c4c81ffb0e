//! Shows what the door answers, to whom, and why. It needs no arguments and no set-up.

use std::process::ExitCode;

use doorward_examples::arguments::Asked;
use doorward_examples::failure::{Failure, finish};
use doorward_examples::{quickstart, quickstart_arguments};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(answer().await)
}

async fn answer() -> Result<String, Failure> {
    match quickstart_arguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => Ok(text.to_owned()),
        Asked::Work(choice) => Ok(quickstart::run(&choice).await?.to_string()),
    }
}
