//! The scenes of the sessions.

use std::net::{IpAddr, Ipv4Addr};

use doorward::{
    Changed, Login, NewSession, OpenSession, PasswordChange, Principal, Registered, Registration,
    SessionInfo,
};

use crate::columns::table;
use crate::failure::Failure;
use crate::walkthrough::{Stage, answer, expected, undecided, verified};

pub(crate) async fn play(stage: &mut Stage) -> Result<(), Failure> {
    let registered = stage.auth.register(Registration::new(ALICE, PASSWORD)).await;
    let registered = registered.map_err(undecided)?;
    expected("an account", matches!(registered, Registered::Created(_)).then_some(()))?;
    stage.note("alice registers", "created").await;

    let laptop = log_in(stage, "laptop", None).await?;
    stage.pass(60);
    let phone = log_in(stage, "phone", None).await?;
    stage.pass(60);
    let library = log_in(stage, "library", None).await?;
    list(stage, laptop.principal()).await?;
    idle(stage, [&laptop, &phone, &library]).await?;
    let laptop = log_in_again(stage, laptop).await?;
    end_some(stage, &laptop, &phone).await?;
    change_the_password(stage, &laptop).await
}

pub(crate) const ALICE: &str = "alice@example.com";
pub(crate) const NEW_PASSWORD: &str = "nine loud geese at dawn";
const PASSWORD: &str = "seven quiet herons";
pub(crate) const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));

/// A password in, a session out: in the place of the one that the client had.
async fn log_in(
    stage: &mut Stage,
    device: &str,
    former: Option<&OpenSession>,
) -> Result<OpenSession, Failure> {
    let login = Login::new(ALICE, PASSWORD).from(HOME);
    let outcome = stage.auth.authenticate(login).await.map_err(undecided)?;
    let answered = answer(&outcome);
    let mut new = NewSession::new(verified(outcome)?).label(device);
    if let Some(former) = former {
        new = new.replacing(former.token());
    }
    let session = stage.auth.sessions().open(new).await.map_err(undecided)?;
    stage.note(&format!("she logs in: {device}"), answered).await;
    expected("a session", session)
}

/// What the page "where you are logged in" shows.
async fn list(stage: &mut Stage, principal: &Principal) -> Result<(), Failure> {
    let sessions = stage.auth.sessions().list(principal).await.map_err(undecided)?;
    stage.note("she looks where she is logged in", format!("{} sessions", sessions.len())).await;
    stage.show(page(&sessions));
    Ok(())
}

fn page(sessions: &[SessionInfo]) -> String {
    let minutes = |session: &SessionInfo| {
        let left = session.expires_at().duration_since(session.opened_at()).unwrap_or_default();
        format!("{} min", left.as_secs() / 60)
    };
    let mut rows = vec![["session", "lives", "this one"].map(str::to_owned).to_vec()];
    rows.extend(sessions.iter().map(|session| {
        let current = if session.is_current() { "yes" } else { "" };
        vec![session.label().to_owned(), minutes(session), current.to_owned()]
    }));
    table(&rows)
}

/// Who goes on using a session keeps it; the one that was left open ends by itself.
async fn idle(stage: &mut Stage, sessions: [&OpenSession; 3]) -> Result<(), Failure> {
    let [laptop, phone, library] = sessions;
    stage.pass(50 * 60);
    request(stage, "laptop", laptop).await?;
    request(stage, "phone", phone).await?;
    stage.pass(20 * 60);
    request(stage, "library", library).await?;
    request(stage, "laptop", laptop).await
}

/// What must not be done from a session that was found open takes a new authentication, and that a new token.
async fn log_in_again(stage: &mut Stage, former: OpenSession) -> Result<OpenSession, Failure> {
    let principal = stage.auth.sessions().check(former.token()).await.map_err(undecided)?;
    let principal = expected("a session", principal)?;
    let answered = if principal.fresh().is_some() { "200" } else { "401, asks for the password" };
    stage.note("she opens the security settings", answered).await;
    let session = log_in(stage, "laptop", Some(&former)).await?;
    request(stage, "laptop, former token", &former).await?;
    request(stage, "laptop, new token", &session).await?;
    Ok(session)
}

/// One, and then all but the present one.
async fn end_some(
    stage: &mut Stage,
    laptop: &OpenSession,
    phone: &OpenSession,
) -> Result<(), Failure> {
    let sessions = stage.auth.sessions();
    let fresh = expected("a fresh login", laptop.principal().fresh())?;
    sessions.end_one(fresh, phone.principal().session()).await.map_err(undecided)?;
    stage.note("she ends the session of the phone", "204").await;
    request(stage, "phone", phone).await?;

    let phone = log_in(stage, "phone", Some(phone)).await?;
    let tablet = log_in(stage, "tablet", None).await?;
    sessions.end_others(fresh).await.map_err(undecided)?;
    stage.note("she ends all others", "204").await;
    request(stage, "phone", &phone).await?;
    request(stage, "tablet", &tablet).await?;
    request(stage, "laptop", laptop).await
}

/// A change of the password ends everything, wherever it is made.
async fn change_the_password(stage: &mut Stage, laptop: &OpenSession) -> Result<(), Failure> {
    let login = Login::new(ALICE, PASSWORD).from(HOME);
    let change = PasswordChange::new(login, NEW_PASSWORD);
    let changed = stage.auth.change_password(change).await.map_err(undecided)?;
    let Changed::Done(proof) = changed else {
        return Err(Failure::of_run("a new password", format_args!("{changed:?}")));
    };
    stage.note("she changes her password", "200").await;
    request(stage, "laptop, former token", laptop).await?;
    let new = NewSession::new(proof).label("laptop").replacing(laptop.token());
    let session = stage.auth.sessions().open(new).await.map_err(undecided)?;
    let session = expected("a session", session)?;
    request(stage, "laptop, new token", &session).await?;
    stage.auth.sessions().end(session.token()).await.map_err(undecided)?;
    stage.note("she logs out", "204").await;
    request(stage, "laptop", &session).await
}

/// A request with the cookie of a session.
async fn request(stage: &mut Stage, what: &str, session: &OpenSession) -> Result<(), Failure> {
    let principal = stage.auth.sessions().check(session.token()).await.map_err(undecided)?;
    let answered = if principal.is_some() { "200" } else { "401" };
    stage.note(&format!("a request: {what}"), answered).await;
    Ok(())
}
