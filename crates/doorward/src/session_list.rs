//! Sessions as their owner sees them, and as an operator ends them.

use std::time::SystemTime;

use doorward_session::{Authentication, Holder, Label, Scopes};
use doorward_store::{AccountId, SessionId};

use crate::authenticator::Inner;
use crate::error::Error;
use crate::identifier::Identifier;
use crate::session_keeping::Kept;
use crate::visitor::Visitor;

/// A session as its owner sees it: no secret is in it. `Debug` does not show its label, which may be personal data.
#[derive(Clone, Debug)]
#[must_use]
pub struct SessionInfo {
    id: SessionId,
    label: Label,
    opened_at: SystemTime,
    expires_at: SystemTime,
    authentication: Authentication,
    scopes: Option<Scopes>,
    is_current: bool,
}

impl SessionInfo {
    fn new(kept: &Kept, label: Label, expires_at: SystemTime, current: Option<SessionId>) -> Self {
        let id = kept.session.id();
        Self {
            id,
            label,
            opened_at: kept.session.opened_at(),
            expires_at,
            authentication: kept.record.authentication(),
            scopes: match kept.record.holder() {
                Holder::Session(_) => None,
                Holder::Grant(grant) => Some(grant.scopes().clone()),
            },
            is_current: Some(id) == current,
        }
    }

    /// Its name, to end it by.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// What the service called it. Show it as text, never as markup.
    pub fn label(&self) -> &str {
        self.label.as_str()
    }

    /// When it was opened.
    pub fn opened_at(&self) -> SystemTime {
        self.opened_at
    }

    /// Until when it lives if nobody uses it any more.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// How and when its owner was authenticated.
    pub fn authentication(&self) -> Authentication {
        self.authentication
    }

    /// Of a grant to an API client: what its tokens may be used for.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.scopes.as_ref()
    }

    /// Whether it is the one that the list was asked for from.
    pub fn is_current(&self) -> bool {
        self.is_current
    }
}

/// What a page of [`Sessions::end_everybodys`](crate::Sessions::end_everybodys) came to.
#[derive(Debug)]
#[must_use = "some may have failed"]
#[non_exhaustive]
pub struct EndedSessions {
    /// So many accounts have no session any more that was open.
    pub accounts: usize,
    /// Those whose sessions may live still, and why.
    pub failed: Vec<(AccountId, Error)>,
    /// Behind which account to go on; `None` at the end.
    pub next: Option<AccountId>,
}

impl Inner {
    pub(crate) async fn list_sessions(
        &self,
        account: AccountId,
        current: Option<SessionId>,
    ) -> Result<Vec<SessionInfo>, Error> {
        let now = self.clock.now();
        let sessions = self.store.sessions(account, now).await?;
        let info = |session| {
            let kept = self.read_session(session)?;
            let expires_at = kept.session.expires_at().min(kept.ends_at(self));
            // One whose label cannot be read has to be seen all the same, or it could not be ended.
            let label = self.vault.open_label(&kept.session).unwrap_or_default();
            (now < expires_at).then(|| SessionInfo::new(&kept, label, expires_at, current))
        };
        Ok(sessions.into_iter().filter_map(info).collect())
    }

    pub(crate) async fn end_everybodys(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<EndedSessions, Error> {
        let page = self.store.list(after, limit).await?;
        let mut ended =
            EndedSessions { accounts: 0, failed: Vec::new(), next: page.last().copied() };
        for account in page {
            match self.end_sessions(account).await {
                Ok(()) => ended.accounts += 1,
                Err(error) => ended.failed.push((account, error)),
            }
        }
        Ok(ended)
    }

    /// Whose account an identifier is.
    pub(crate) async fn account_of(&self, identifier: &str) -> Result<Option<AccountId>, Error> {
        let visitor = Visitor::named(&Identifier::lenient(identifier), &self.vault)?;
        let found = self.store.find(&visitor.keys).await?;
        Ok(found.map(|credential| credential.account()))
    }
}
