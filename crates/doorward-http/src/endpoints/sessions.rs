//! The sessions of whoever is signed in.

use doorward::{SessionId, SessionInfo};
use http::StatusCode;
use serde::Serialize;

use super::view::{self, Seen};
use crate::answer::{Answer, unix};
use crate::door::Settings;
use crate::page::{Note, Page};
use crate::problem::Problem;
use crate::received::Received;

pub(crate) async fn list(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    let person = received.identity.person()?;
    let sessions = settings.auth.sessions().list(person).await?;
    if received.takes_pages() && settings.pages.is_some() {
        let seen = Seen::of(received);
        let note = received.parameter("changed").map(|_| Note::PasswordChanged);
        let drawn = view::draw(settings, &seen, &Page::Sessions(&sessions), note.as_ref())?;
        return Ok(drawn.answered(StatusCode::OK));
    }
    let sessions: Vec<_> = sessions.iter().map(Listed::of).collect();
    Ok(Answer::json(StatusCode::OK, &serde_json::json!({ "sessions": sessions })))
}

pub(crate) async fn end(settings: &Settings, mut received: Received) -> Result<Answer, Problem> {
    let identity = received.guarded_identity();
    let fresh = identity.fresh()?;
    let named = received.field("session")?;
    let id: SessionId = named
        .parse()
        .map_err(|_| Problem::invalid_request("`session` is no id of the list of sessions"))?;
    settings.auth.sessions().end_one(fresh, id).await?;
    back(settings, &received)
}

pub(crate) async fn end_others(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    let identity = received.guarded_identity();
    settings.auth.sessions().end_others(identity.fresh()?).await?;
    back(settings, &received)
}

fn back(settings: &Settings, received: &Received) -> Result<Answer, Problem> {
    if received.is_browser_form() {
        Answer::see_other(&settings.paths.sessions())
    } else {
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }
}

/// A session as its owner sees it.
#[derive(Serialize)]
struct Listed<'a> {
    id: String,
    label: &'a str,
    is_current: bool,
    opened_at: u64,
    expires_at: u64,
    amr: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl<'a> Listed<'a> {
    fn of(session: &'a SessionInfo) -> Self {
        let mut amr: Vec<_> =
            session.authentication().factors().map(|factor| factor.reference()).collect();
        amr.dedup();
        Self {
            id: session.id().to_string(),
            label: session.label(),
            is_current: session.is_current(),
            opened_at: unix(session.opened_at()),
            expires_at: unix(session.expires_at()),
            amr,
            scope: session.scopes().map(ToString::to_string),
        }
    }
}
