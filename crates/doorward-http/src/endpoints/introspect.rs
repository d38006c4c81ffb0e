//! What tokens are (RFC 7662), and their end (RFC 7009), for those who may ask.

use doorward::AccountId;
use http::StatusCode;

use crate::answer::Answer;
use crate::client::Client;
use crate::door::Settings;
use crate::identity::Presented;
use crate::problem::Problem;
use crate::received::Received;

pub(crate) async fn introspect(
    settings: &Settings,
    mut received: Received,
) -> Result<Answer, Problem> {
    let caller = Caller::of(settings, &received).await?;
    let token = received.field("token")?;
    let found = settings.auth.tokens().introspect(&token).await?;
    if caller.may_know(found.active().map(|active| active.account())) {
        Ok(Answer::written(found.to_json()))
    } else {
        Ok(Answer::written(INACTIVE.to_owned()))
    }
}

/// The same answer where there was nothing to end.
pub(crate) async fn revoke(settings: &Settings, mut received: Received) -> Result<Answer, Problem> {
    let caller = Caller::of(settings, &received).await?;
    let token = received.field("token")?;
    let tokens = settings.auth.tokens();
    let is_its = match caller {
        Caller::Client => true,
        Caller::Owner(_) => {
            let found = tokens.introspect(&token).await?;
            caller.may_know(found.active().map(|active| active.account()))
        }
    };
    if is_its {
        tokens.revoke(&token).await?;
    }
    Ok(Answer::empty(StatusCode::OK))
}

/// Who asks.
enum Caller {
    /// A registered client, about any token.
    Client,
    /// Whoever has an access token, about those of the same account.
    Owner(AccountId),
}

impl Caller {
    /// Every question counts, whoever asks it.
    async fn of(settings: &Settings, received: &Received) -> Result<Self, Problem> {
        let limited = settings.introspections.check(received.client.ip());
        limited.map_err(|wait| Problem::too_many_attempts(&wait))?;
        if Client::is_any(&settings.clients, &received.headers) {
            return Ok(Self::Client);
        }
        // No cookie: browsers attach it by themselves, and this is for programs.
        match Presented::of(&received.headers) {
            Presented::Bearer(_) => {
                let principal = received.identity.principal()?;
                Ok(Self::Owner(principal.account()))
            }
            _ => Err(Problem::invalid_client()),
        }
    }

    fn may_know(&self, account: Option<AccountId>) -> bool {
        match self {
            Self::Client => true,
            Self::Owner(own) => account == Some(*own),
        }
    }
}

const INACTIVE: &str = r#"{"active":false}"#;
