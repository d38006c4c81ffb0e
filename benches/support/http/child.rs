//! A server that is measured: a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{self, Command, Stdio};

use crate::door::Failure;

/// It ends with this.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    port: u16,
}

impl Child {
    /// Starts a program that says where it listens, on loopback. What it logs is thrown away.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it cannot be started, or says something else.
    pub fn start(program: &PathBuf, arguments: &[String]) -> Result<Self, Failure> {
        // A server that takes all there is would take the rest of the machine with it.
        let mut process = Command::new("sh")
            .args(["-c", &format!("ulimit -v {MOST_KIB}; exec \"$0\" \"$@\"")])
            .arg(program)
            .args(arguments)
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("{}: {error}: build it first, as the README says", program.display())
            })?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let port = line
            .trim()
            .strip_prefix("listening on http://127.0.0.1:")
            .and_then(|it| it.parse().ok());
        match port {
            Some(port) => Ok(Self { process, port }),
            None => {
                let _ = process.kill();
                Err(format!("{} did not start: it said {line:?}", program.display()).into())
            }
        }
    }

    /// The login server of the same build: beside this very program.
    ///
    /// # Errors
    ///
    /// [`Failure`] where nobody knows where this program is.
    pub fn login_server() -> Result<PathBuf, Failure> {
        let own = std::env::current_exe()?;
        let folder = own.parent().ok_or("this program is nowhere")?;
        Ok(folder.join("examples/login_server"))
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A line of its status, in KiB: as [`status`](crate::status).
    ///
    /// # Errors
    ///
    /// [`Failure`] where it has ended.
    pub fn status(&self, field: &str) -> Result<u64, Failure> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let found = status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB")?.parse().ok());
        found.ok_or_else(|| format!("{path} does not tell {field}").into())
    }
}

/// Of address space: 16 GiB.
const MOST_KIB: u64 = 16 * 1024 * 1024;

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
