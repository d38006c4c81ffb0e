//! How an example ends when it cannot do its work.

use std::fmt;
use std::process::ExitCode;

/// A reason to stop, told to the person who started the program.
#[derive(Debug)]
pub struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    /// The arguments or the input files will not do: exit code 2, nothing was run.
    pub fn of_input(text: impl fmt::Display) -> Self {
        Self { text: text.to_string(), code: 2 }
    }

    /// It went wrong while running: exit code 1.
    pub fn of_run(what: &str, error: impl fmt::Display) -> Self {
        Self { text: format!("{what}: {error}"), code: 1 }
    }

    /// The exit code of the process.
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

/// What every `main` does last: the text goes to standard output, a failure to standard error.
pub fn finish(result: Result<String, Failure>) -> ExitCode {
    use std::io::Write;

    let result = result.and_then(|text| {
        match std::io::stdout().write_all(text.as_bytes()) {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|error| Failure::of_run("standard output", error)),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.code())
        }
    }
}
