//! One process of several: it waits for the word, attacks, and tells what it saw.

use std::io::{self, BufRead as _, Write as _};

use doorward::Authenticator;

use crate::failure::Failure;

use super::arguments::CapArguments;
use super::attack::{Scene, Seen, attack};

/// What a part says when it is connected, and is told when all are.
pub(crate) const READY: &str = "ready";
/// What it is told to begin an attack.
pub(crate) const GO: &str = "go";

/// Attacks as often as it is told to, over standard input and output.
pub(crate) async fn obey(
    auth: &Authenticator,
    arguments: &CapArguments,
    part: u64,
) -> Result<(), Failure> {
    say(READY)?;
    for scene in Scene::ALL {
        let mut word = String::new();
        let read = io::stdin().lock().read_line(&mut word);
        if read.map_err(gone)? == 0 || word.trim() != GO {
            return Err(gone("no word"));
        }
        let place = (part, arguments.processes);
        let seen = attack(auth, scene, place, arguments.attempts, arguments.tasks).await;
        say(&to_words(&seen))?;
    }
    Ok(())
}

/// As a line.
fn to_words(seen: &Seen) -> String {
    let Seen { verifications, rejected, waited, errors, others } = seen;
    format!("{verifications} {rejected} {waited} {errors} {others}")
}

/// Reads such a line; `None` for any other.
pub(crate) fn from_words(line: &str) -> Option<Seen> {
    let numbers: Vec<u64> =
        line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let [verifications, rejected, waited, errors, others] = numbers.try_into().ok()?;
    Some(Seen { verifications, rejected, waited, errors, others })
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(gone)
}

fn gone(error: impl std::fmt::Display) -> Failure {
    Failure::of_run("whoever started this is gone", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_part_tells_is_what_is_heard() {
        let seen = Seen { verifications: 1, rejected: 2, waited: 3, errors: 4, others: 5 };
        assert_eq!(from_words(&to_words(&seen)), Some(seen));
        assert_eq!(from_words("1 2 3"), None);
        assert_eq!(from_words("error: no table"), None);
    }
}
