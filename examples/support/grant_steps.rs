//! The scenes of a grant: an API client that acts in its owner's name.

use doorward::{Login, NewGrant, NewSession, OpenSession, Scopes, TokenPair};

use crate::failure::Failure;
use crate::sessions_steps::{ALICE, HOME, NEW_PASSWORD};
use crate::walkthrough::{Stage, expected, undecided, verified};

pub(crate) async fn play(stage: &mut Stage) -> Result<(), Failure> {
    let first = grant(stage).await?;
    let second = refresh_twice(stage, &first).await?;
    introspect(stage, &second).await?;
    reuse(stage, &first, &second).await?;
    revoke(stage).await
}

/// The owner lets an app read her invoices.
async fn grant(stage: &mut Stage) -> Result<TokenPair, Failure> {
    let login = Login::new(ALICE, NEW_PASSWORD).from(HOME);
    let outcome = stage.auth.authenticate(login).await.map_err(undecided)?;
    let scopes: Scopes =
        "invoices:read profile".parse().map_err(|error| Failure::of_run("scopes", error))?;
    let new = NewGrant::new(verified(outcome)?, scopes).label("an accounting app");
    let tokens = expected("a grant", stage.auth.tokens().grant(new).await.map_err(undecided)?)?;
    let answered = format!("200, tokens for {} s", tokens.expires_in());
    stage.note("she lets an app in", answered).await;
    request(stage, "the app", &tokens, "invoices:read").await?;
    request(stage, "the app", &tokens, "invoices:write").await?;
    Ok(tokens)
}

/// An answer is lost, and the app asks once more.
async fn refresh_twice(stage: &mut Stage, tokens: &TokenPair) -> Result<TokenPair, Failure> {
    stage.pass(5 * 60);
    request(stage, "the app", tokens, "invoices:read").await?;
    let lost = refresh(stage, "the app refreshes, answer lost", tokens).await?;
    let lost = expected("new tokens", lost)?;
    let again = stage.auth.tokens().refresh(tokens.refresh()).await.map_err(undecided)?;
    let again = expected("the same tokens", again)?;
    let same = again.access() == lost.access() && again.refresh() == lost.refresh();
    let answered = if same { "200, the same tokens" } else { "200, other tokens" };
    stage.note("it refreshes once more", answered).await;
    request(stage, "the app", &again, "invoices:read").await?;
    Ok(again)
}

/// What another server learns of a token.
async fn introspect(stage: &mut Stage, tokens: &TokenPair) -> Result<(), Failure> {
    let introspected = stage.auth.tokens().introspect(tokens.access()).await;
    let json = introspected.map_err(undecided)?.to_json();
    stage.note("a resource server asks", "200").await;
    stage.show(json);
    Ok(())
}

/// Somebody has a copy of the first refresh token.
async fn reuse(stage: &mut Stage, first: &TokenPair, second: &TokenPair) -> Result<(), Failure> {
    stage.pass(61);
    let _ = refresh(stage, "a thief presents the first token", first).await?;
    request(stage, "the app", second, "invoices:read").await?;
    let _ = refresh(stage, "the app refreshes", second).await?;
    let introspected = stage.auth.tokens().introspect(second.access()).await;
    let json = introspected.map_err(undecided)?.to_json();
    stage.note("a resource server asks", json).await;
    Ok(())
}

/// The owner sees the grant among her sessions; the app gives it up by itself.
async fn revoke(stage: &mut Stage) -> Result<(), Failure> {
    let tokens = grant(stage).await?;
    let session = open(stage).await?;
    let listed = stage.auth.sessions().list(session.principal()).await.map_err(undecided)?;
    let grants = listed.iter().filter(|session| session.scopes().is_some());
    let labels: Vec<_> = grants.map(|grant| grant.label()).collect();
    stage.note("she looks who else is let in", labels.join(", ")).await;
    stage.auth.tokens().revoke(tokens.refresh()).await.map_err(undecided)?;
    stage.note("the app revokes its token", "200").await;
    request(stage, "the app", &tokens, "invoices:read").await
}

async fn open(stage: &mut Stage) -> Result<OpenSession, Failure> {
    let login = Login::new(ALICE, NEW_PASSWORD).from(HOME);
    let outcome = stage.auth.authenticate(login).await.map_err(undecided)?;
    let new = NewSession::new(verified(outcome)?).label("laptop");
    let session = stage.auth.sessions().open(new).await.map_err(undecided)?;
    stage.note("she logs in: laptop", "200").await;
    expected("a session", session)
}

async fn refresh(
    stage: &mut Stage,
    done: &str,
    tokens: &TokenPair,
) -> Result<Option<TokenPair>, Failure> {
    let next = stage.auth.tokens().refresh(tokens.refresh()).await.map_err(undecided)?;
    let answered = if next.is_some() { "200, new tokens" } else { "400 invalid_grant" };
    stage.note(done, answered).await;
    Ok(next)
}

/// A request with an access token, to what takes this scope.
async fn request(
    stage: &mut Stage,
    who: &str,
    tokens: &TokenPair,
    scope: &str,
) -> Result<(), Failure> {
    let principal = stage.auth.tokens().check(tokens.access()).await.map_err(undecided)?;
    let answered = match principal {
        Some(principal) if principal.may(scope) => "200",
        Some(_) => "403 insufficient_scope",
        None => "401 invalid_token",
    };
    stage.note(&format!("{who} asks for {scope}"), answered).await;
    Ok(())
}
