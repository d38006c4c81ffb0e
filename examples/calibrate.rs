//! Measures what a password hash may cost on this machine: `--help` tells how.

use std::process::ExitCode;

use doorward_examples::arguments::Asked;
use doorward_examples::calibrate_arguments::CalibrateArguments;
use doorward_examples::calibrating;
use doorward_examples::failure::{Failure, finish};

fn main() -> ExitCode {
    finish(answer())
}

fn answer() -> Result<String, Failure> {
    match CalibrateArguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => Ok(text.to_owned()),
        Asked::Work(arguments) => Ok(calibrating::run(&arguments)?.to_string()),
    }
}
