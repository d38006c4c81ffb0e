//! New access tokens for refresh tokens (RFC 6749, section 6; RFC 9700, section 4.14).

use http::StatusCode;

use super::signed_in::Tokens;
use crate::answer::Answer;
use crate::door::Settings;
use crate::problem::Problem;
use crate::received::Received;

pub(crate) async fn refresh(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    let token = received.field("refresh_token")?;
    let refreshed = settings.auth.tokens().refresh(&token).await?;
    let pair = refreshed.ok_or_else(Problem::invalid_token)?;
    Ok(Answer::json(StatusCode::OK, &Tokens::of(&pair)))
}
