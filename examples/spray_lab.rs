//! Compares throttling policies under password guessing: `--help` tells how.

use std::process::ExitCode;

use doorward_examples::arguments::Asked;
use doorward_examples::failure::{Failure, finish};
use doorward_examples::lab::{self, arguments::LabArguments};

fn main() -> ExitCode {
    finish(answer())
}

fn answer() -> Result<String, Failure> {
    match LabArguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => Ok(text.to_owned()),
        Asked::Work(arguments) => Ok(lab::run(&arguments)?.to_string()),
    }
}
