//! The scenes of the second factor.

use std::net::{IpAddr, Ipv4Addr};

use doorward::{
    Enrolled, Login, NewSession, OpenSession, Outcome, PasswordReset, Redemption, Registered,
    Registration, Reset, TokenRequest, Verified,
};

use crate::authenticator_app::AuthenticatorApp;
use crate::failure::Failure;
use crate::walkthrough::{Stage, answer, expected, undecided, verified};

pub(crate) async fn play(stage: &mut Stage) -> Result<(), Failure> {
    let registered = stage.auth.register(Registration::new(ALICE, PASSWORD)).await;
    let registered = registered.map_err(undecided)?;
    expected("an account", matches!(registered, Registered::Created(_)).then_some(()))?;
    stage.note("alice registers", "created").await;

    let outcome = log_in(stage, PASSWORD).await?;
    stage.note("alice logs in with her password", answer(&outcome)).await;
    let session = open(stage, verified(outcome)?).await?;

    let (app, codes) = enrol(stage, &session).await?;
    stage.pass(30);
    use_codes(stage, &app).await?;
    let replacement = use_a_recovery_code(stage, &codes).await?;
    let last = lose_the_app(stage, &replacement).await?;
    enrol_another_app(stage, &last).await
}

const ALICE: &str = "alice@example.com";
const PASSWORD: &str = "seven quiet herons";
const NEW_PASSWORD: &str = "nine loud geese at dawn";
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));

/// A secret goes to the app; a code of the app comes back. Only then is it asked for.
async fn enrol(
    stage: &mut Stage,
    session: &OpenSession,
) -> Result<(AuthenticatorApp, Enrolled), Failure> {
    let fresh = expected("a fresh login", session.principal().fresh())?;
    let factors = stage.auth.second_factors();
    let enrolment = factors.enrol(fresh, "Acme").await.map_err(undecided)?;
    let enrolment = expected("an enrolment", enrolment)?;
    stage.note("she asks for a second factor", "a QR code").await;
    stage.show(format!(
        "{}\n{}\n\nor, to type where nothing can be scanned: {}",
        enrolment.expose_text().trim_end(),
        enrolment.expose_uri(),
        enrolment.expose_key(),
    ));

    let app = AuthenticatorApp::scan(enrolment.expose_uri())?;
    let (token, code) = (enrolment.expose_token(), app.code(stage.seconds()));
    let wrong = factors.confirm(fresh, token, &another(&code)).await.map_err(undecided)?;
    stage.note("she mistypes the app's code", said(wrong.is_some(), "enrolled")).await;
    let enrolled = factors.confirm(fresh, token, &code).await.map_err(undecided)?;
    let enrolled = expected("a second factor", enrolled)?;
    stage.note("she types it right", "ten recovery codes").await;
    let codes = enrolled.recovery_codes().iter();
    let codes: Vec<_> = codes.map(|code| format!("  {}", code.expose_secret())).collect();
    stage.show(format!("to be kept on paper:\n{}", codes.join("\n")));
    Ok((app, enrolled))
}

/// Right once, never twice, and not when it is wrong.
async fn use_codes(stage: &mut Stage, app: &AuthenticatorApp) -> Result<(), Failure> {
    let code = app.code(stage.seconds());
    let outcome = log_in(stage, PASSWORD).await?;
    stage.note("she logs in", answer(&outcome)).await;
    let outcome = redeem(stage, outcome, &code).await?;
    stage.note("with the app's code", answer(&outcome)).await;
    let outcome = log_in(stage, PASSWORD).await?;
    stage.note("somebody who watched logs in", answer(&outcome)).await;
    let outcome = redeem(stage, outcome, &code).await?;
    stage.note("with the same code", answer(&outcome)).await;
    stage.pass(60);
    let outcome = log_in(stage, PASSWORD).await?;
    let wrong = another(&app.code(stage.seconds()));
    let outcome = redeem(stage, outcome, &wrong).await?;
    stage.note("a login with a wrong code", answer(&outcome)).await;
    Ok(())
}

/// Paper in the place of the app: good once, and replaced. Answers the code that is good now.
async fn use_a_recovery_code(stage: &mut Stage, codes: &Enrolled) -> Result<String, Failure> {
    let code = expected("a recovery code", codes.recovery_codes().first())?;
    let code = code.expose_secret();
    let outcome = log_in(stage, PASSWORD).await?;
    let outcome = redeem(stage, outcome, code).await?;
    stage.note("a login with a recovery code", answer(&outcome)).await;
    let proof = verified(outcome)?;
    let replacement = expected("a replacement", proof.replacement())?.expose_secret().to_owned();
    stage.show(format!(
        "the one on the paper is struck out, and this one written down: {replacement}"
    ));
    let outcome = log_in(stage, PASSWORD).await?;
    let outcome = redeem(stage, outcome, code).await?;
    stage.note("a login with the one struck out", answer(&outcome)).await;
    Ok(replacement)
}

/// The phone is gone, and the password forgotten. Answers the recovery code that is good now.
async fn lose_the_app(stage: &mut Stage, code: &str) -> Result<String, Failure> {
    let request = TokenRequest::new(ALICE).from(HOME);
    let requested = stage.auth.recovery().request(request).await.map_err(undecided)?;
    stage.note("phone lost, password forgotten", format!("{requested:?}")).await;
    let token = expected("a letter", stage.letters.take_token())?;

    let without = PasswordReset::new(token.as_str(), NEW_PASSWORD).from(HOME);
    let reset = stage.auth.recovery().reset(without).await.map_err(undecided)?;
    stage.note("the token of the letter alone", name(&reset)).await;
    let with = PasswordReset::new(token.as_str(), NEW_PASSWORD).from(HOME).code(code);
    let reset = stage.auth.recovery().reset(with).await.map_err(undecided)?;
    stage.note("the token, and a recovery code", name(&reset)).await;
    let Reset::Done { replacement: Some(code), .. } = reset else {
        return Err(Failure::of_run("a new password", name(&reset)));
    };

    let outcome = log_in(stage, PASSWORD).await?;
    stage.note("a login with the old password", answer(&outcome)).await;
    Ok(code.expose_secret().to_owned())
}

/// The new phone takes the place of the lost one.
async fn enrol_another_app(stage: &mut Stage, code: &str) -> Result<(), Failure> {
    let outcome = log_in(stage, NEW_PASSWORD).await?;
    let outcome = redeem(stage, outcome, code).await?;
    stage.note("new password, and a recovery code", answer(&outcome)).await;
    let session = open(stage, verified(outcome)?).await?;
    let fresh = expected("a fresh login", session.principal().fresh())?;

    let factors = stage.auth.second_factors();
    let enrolment = factors.enrol(fresh, "Acme").await.map_err(undecided)?;
    let enrolment = expected("an enrolment", enrolment)?;
    let app = AuthenticatorApp::scan(enrolment.expose_uri())?;
    let (token, code) = (enrolment.expose_token(), app.code(stage.seconds()));
    let enrolled = factors.confirm(fresh, token, &code).await.map_err(undecided)?;
    stage.note("she enrols her new phone", said(enrolled.is_some(), "enrolled")).await;
    let status = factors.status(session.principal()).await.map_err(undecided)?;
    let left = expected("a second factor", status)?.codes_left();
    stage.note("she looks at her account", format!("{left} recovery codes are good")).await;
    Ok(())
}

async fn log_in(stage: &Stage, password: &str) -> Result<Outcome, Failure> {
    let login = Login::new(ALICE, password).from(HOME);
    stage.auth.authenticate(login).await.map_err(undecided)
}

async fn redeem(stage: &Stage, outcome: Outcome, code: &str) -> Result<Outcome, Failure> {
    let Outcome::StepUp(ticket) = outcome else {
        return Err(Failure::of_run("a code is asked for", answer(&outcome)));
    };
    let redemption = Redemption::new(ticket.expose_secret(), code).from(HOME);
    stage.auth.redeem(redemption).await.map_err(undecided)
}

async fn open(stage: &mut Stage, proof: Verified) -> Result<OpenSession, Failure> {
    let opened = stage.auth.sessions().open(NewSession::new(proof)).await.map_err(undecided)?;
    stage.note("and gets a session", "a cookie").await;
    expected("a session", opened)
}

fn name(reset: &Reset) -> String {
    match reset {
        Reset::Done { .. } => "a new password".to_owned(),
        Reset::CodeNeeded => "asks for a code".to_owned(),
        Reset::WrongCode => "a wrong code".to_owned(),
        Reset::Refused(problem) => problem.to_string(),
        Reset::Rejected => "no such token".to_owned(),
        Reset::Wait(wait) => format!("429 Retry-After {}", wait.seconds()),
    }
}

fn said(is_so: bool, what: &str) -> String {
    if is_so { what.to_owned() } else { "refused".to_owned() }
}

/// A code that differs in its last digit.
fn another(code: &str) -> String {
    let (head, last) = code.split_at(code.len().saturating_sub(1));
    let last = if last == "0" { "1" } else { "0" };
    format!("{head}{last}")
}
