//! Makes up a day of login attempts: `--help` tells how.

use std::process::ExitCode;

use doorward_examples::arguments::{Asked, DayArguments};
use doorward_examples::day::Day;
use doorward_examples::failure::{Failure, finish};

fn main() -> ExitCode {
    finish(answer())
}

fn answer() -> Result<String, Failure> {
    match DayArguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => Ok(text.to_owned()),
        Asked::Work(arguments) => {
            let day = Day::make(arguments.seed);
            let written = day.write(&arguments.out);
            let failed = |error| Failure::of_run("the day could not be written", error);
            written.map_err(failed)?;
            Ok(day.to_string())
        }
    }
}
