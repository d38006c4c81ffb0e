//! Sessions of a person on several devices, and a grant to an API client.

use crate::failure::Failure;
use crate::walkthrough::{Stage, Walkthrough};
use crate::{grant_steps, sessions_steps};

/// Plays all scenes with hashes of the default cost.
///
/// # Errors
///
/// [`Failure`] when a call could not be decided, or went another way than the example tells.
pub async fn run() -> Result<Walkthrough, Failure> {
    let mut stage = Stage::new()?;
    sessions_steps::play(&mut stage).await?;
    grant_steps::play(&mut stage).await?;
    stage.show(NOTES);
    Ok(stage.shown())
}

const NOTES: &str = "\
Nobody waits here: a clock made for tests is moved on. The times are those of the default policies.
401 is the same for a session that has ended, expired, or never was. The store keeps digests of tokens, and each
check reads it: what has ended is over with the next request, on every instance.
A stolen access token is good for minutes at most. With a stolen refresh token a thief goes on until the client
refreshes as well: one of the two is the later one then, and both lose the grant, the operator reading why. Who
presents it within a minute of the other gets the same tokens: that is what a lost answer would cost otherwise.
";
