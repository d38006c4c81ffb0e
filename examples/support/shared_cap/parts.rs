//! The processes, all of the same program, as whoever started them sees them.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use doorward::Keys;

use crate::failure::Failure;

use super::arguments::CapArguments;
use super::attack::Seen;
use super::part::{GO, READY, from_words};

/// Those that were started. When it is dropped they end.
pub(crate) struct Parts(Vec<Part>);

struct Part {
    process: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Parts {
    /// Starts them, and waits until each is connected.
    pub(crate) fn start(
        arguments: &CapArguments,
        table: &str,
        keys: &str,
    ) -> Result<Self, Failure> {
        let program = env::current_exe().map_err(failed)?;
        let mut parts = Self(Vec::new());
        for number in 0..arguments.processes {
            let mut command = Command::new(&program);
            command
                .args(["--dynamodb", &arguments.endpoint, "--table", table])
                .args(["--processes", &arguments.processes.to_string()])
                .args(["--attempts", &arguments.attempts.to_string()])
                .args(["--tasks", &arguments.tasks.to_string()])
                .args(["--part", &number.to_string()])
                // Arguments can be read by everybody on the machine.
                .env(Keys::VARIABLE, keys)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped());
            let mut process = command.spawn().map_err(failed)?;
            let pipes = process.stdin.take().zip(process.stdout.take());
            let (words, answers) = pipes.ok_or_else(|| failed("no pipe"))?;
            parts.0.push(Part { process, words, answers: BufReader::new(answers) });
        }
        for part in &mut parts.0 {
            if part.hear()? != READY {
                return Err(failed("not ready"));
            }
        }
        Ok(parts)
    }

    /// Lets them all attack at once, and adds up what they saw.
    pub(crate) fn attack(&mut self) -> Result<Seen, Failure> {
        for part in &mut self.0 {
            writeln!(part.words, "{GO}").and_then(|()| part.words.flush()).map_err(failed)?;
        }
        let mut sum = Seen::default();
        for part in &mut self.0 {
            sum += from_words(&part.hear()?).ok_or_else(|| failed("an answer that is none"))?;
        }
        Ok(sum)
    }
}

impl Part {
    fn hear(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        match self.answers.read_line(&mut line).map_err(failed)? {
            // It said why on standard error.
            0 => Err(failed("it ended early")),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // One that is done has ended already, or is about to.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::of_run("a process", error)
}
