//! The scenes of the quick start.

use std::net::{IpAddr, Ipv4Addr};

use doorward::{DeviceToken, Login, Outcome};

use crate::failure::Failure;
use crate::quickstart::Stage;

pub(crate) async fn play(stage: &mut Stage) -> Result<(), Failure> {
    stage.register(ALICE, ALICES).await?;
    stage.register(CAROL, CAROLS).await?;
    stage.register(ERIN, SPRAYED).await?;
    for identifier in SPRAYED_AT {
        stage.register(identifier, OTHERS).await?;
    }
    stage.disable(CAROL).await?;

    let device = ordinary_logins(stage).await?;
    spray(stage).await?;
    strangers_and_the_owner(stage, device).await
}

const ALICE: &str = "alice@example.com";
const ALICES: &str = "seven quiet herons";
const CAROL: &str = "carol@example.com";
const CAROLS: &str = "a lamp in the harbour";
const ERIN: &str = "erin@example.com";
const OTHERS: &str = "nobody guesses this one";
const SPRAYED: &str = "GoLiverpool2026!";
const SPRAYED_AT: [&str; 6] = [
    "bob@example.com",
    "dan@example.com",
    "fay@example.com",
    "gus@example.com",
    "ida@example.com",
    "jon@example.com",
];

/// Right, wrong, unknown, disabled. The device that was let in keeps a token.
async fn ordinary_logins(stage: &mut Stage) -> Result<Option<DeviceToken>, Failure> {
    let home = host(192, 0, 2, 10);
    let right = Login::new("Alice@Example.com", ALICES);
    let device = match stage.attempt("alice, right password", home, right).await? {
        Outcome::Verified(proof) => Some(proof.device().clone()),
        _ => None,
    };
    let wrong = Login::new("bob@example.com", "nobody guesses this");
    let _ = stage.attempt("bob, wrong password", host(192, 0, 2, 11), wrong).await?;
    let unknown = Login::new("zoe@example.com", "whatever she thinks it is");
    let _ = stage.attempt("zoe, who has no account", host(192, 0, 2, 12), unknown).await?;
    let shut = Login::new(CAROL, CAROLS);
    let _ = stage.attempt("carol, right password, disabled", host(192, 0, 2, 13), shut).await?;
    Ok(device)
}

/// One password on many accounts, until the address has to wait; the guess that would have been
/// right comes too late.
async fn spray(stage: &mut Stage) -> Result<(), Failure> {
    let sprayer = host(203, 0, 113, 66);
    for identifier in SPRAYED_AT {
        let login = Login::new(identifier, SPRAYED);
        let _ = stage.attempt("spray: next account", sprayer, login).await?;
    }
    let login = Login::new(ERIN, SPRAYED);
    let _ = stage.attempt("spray: erin, whose password it is", sprayer, login).await?;
    Ok(())
}

/// Guessers from many addresses make strangers wait on an account; its owner gets in all the while.
async fn strangers_and_the_owner(
    stage: &mut Stage,
    device: Option<DeviceToken>,
) -> Result<(), Failure> {
    for (at, guess) in
        ["alice2025", "alice2026", "herons", "quiet herons", ALICES].iter().enumerate()
    {
        let from = host(198, 51, 100, if at < 4 { 7 } else { 8 });
        let login = Login::new(ALICE, *guess);
        let tried = if at < 4 { "a wrong guess at alice" } else { "the right guess at alice" };
        let _ = stage.attempt(tried, from, login).await?;
    }
    let mut known = Login::new(ALICE, ALICES);
    if let Some(device) = device {
        known = known.device(device);
    }
    let away = host(192, 0, 2, 200);
    let _ = stage.attempt("alice on her own device", away, known).await?;
    let new = Login::new(ALICE, ALICES);
    let _ = stage.attempt("alice on a new device", away, new.clone()).await?;
    stage.pass(60);
    let _ = stage.attempt("alice on a new device", away, new).await?;
    Ok(())
}

fn host(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    Ipv4Addr::new(a, b, c, d).into()
}
