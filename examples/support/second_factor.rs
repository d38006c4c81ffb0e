//! A second factor from its enrolment to the day when its owner loses the app.

use crate::failure::Failure;
use crate::second_factor_steps;
use crate::walkthrough::{Stage, Walkthrough};

/// Plays all scenes with hashes of the default cost.
///
/// # Errors
///
/// [`Failure`] when a call could not be decided, or went another way than the example tells.
pub async fn run() -> Result<Walkthrough, Failure> {
    let mut stage = Stage::new()?;
    second_factor_steps::play(&mut stage).await?;
    stage.show(NOTES);
    Ok(stage.shown())
}

const NOTES: &str = "\
Nobody waits here: a clock made for tests is moved on. The secrets above are of an account in memory that is gone
by now; a service shows them to the owner alone, once, and writes them to no log.
Codes and recovery codes open once. Wrong ones are counted like wrong passwords, apart from them.
Whoever reads the owner's mail gets a token, and no further: the account's second factor is asked for before a
password is set. Who has lost app and recovery codes is for an operator to recognise, and then for
`second_factors().reset(...)`: there is no other way in, for the owner neither.
A code that is typed into a thief's page is the thief's for a minute or so: codes do not resist phishing.
";
