//! New accounts.

use doorward::{Registered, Registration};
use http::StatusCode;

use super::signed_in::guard;
use crate::answer::Answer;
use crate::door::Settings;
use crate::problem::Problem;
use crate::received::Received;

/// The same answer where the identifier is taken: who it is taken by is nobody's business.
pub(crate) async fn register(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    guard(settings, &mut received)?;
    let username = received.field("username")?;
    let mut password = received.field("password")?;
    let Some(registrations) = &settings.registrations else { return Err(Problem::not_found()) };
    registrations.check(received.client.ip()).map_err(|wait| Problem::too_many_attempts(&wait))?;
    let registration = Registration::new(username.as_str(), std::mem::take(&mut *password))
        .context([settings.service.as_str()]);
    match settings.auth.register(registration).await? {
        Registered::Created(_) | Registered::Taken if received.is_browser_form() => {
            Answer::see_other(&format!("{}?registered", settings.paths.login()))
        }
        Registered::Created(_) | Registered::Taken => {
            let done = serde_json::json!({ "registered": true });
            Ok(Answer::json(StatusCode::CREATED, &done))
        }
        Registered::Refused(refusal) => Err(Problem::refused(&refusal)),
    }
}
