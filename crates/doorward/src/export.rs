//! What is kept of a person, for who asks for it.

use std::time::SystemTime;

use doorward_store::{AccountId, Credential, Status};
use zeroize::Zeroizing;

use crate::authenticator::Inner;
use crate::error::Error;
use crate::event::EventKind;
use crate::identifier::Identifier;
use crate::principal::Fresh;
use crate::second_factors::SecondFactorStatus;
use crate::session_list::SessionInfo;
use crate::visitor::Visitor;

/// Everything that is kept of an account, opened: for requests of access (GDPR, articles 15 and 20).
///
/// Secrets are left out: the hash of the password, the secret of the second factor, digests of tokens and codes. They are
/// no news to the person, and would be to whoever gets hold of the answer. What is counted of failed attempts is left out
/// as well: it goes by keyed digests, and expires within days.
///
/// It is personal data: `Debug` shows none of it but the account id.
#[must_use]
pub struct AccountExport {
    pub(crate) account: AccountId,
    pub(crate) identifier: Zeroizing<String>,
    pub(crate) status: Status,
    pub(crate) created_at: SystemTime,
    pub(crate) changed_at: SystemTime,
    pub(crate) verified_at: Option<SystemTime>,
    pub(crate) has_password: bool,
    pub(crate) second_factor: Option<SecondFactorStatus>,
    pub(crate) sessions: Vec<SessionInfo>,
}

impl AccountExport {
    /// The account's id: 128 random bits.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The identifier in its normal form.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// Whether the account is open.
    pub fn is_open(&self) -> bool {
        self.status == Status::Active
    }

    /// When it was made.
    pub fn created_at(&self) -> SystemTime {
        self.created_at
    }

    /// When its password, or whether it is open, was last changed.
    pub fn changed_at(&self) -> SystemTime {
        self.changed_at
    }

    /// When it was shown that the identifier is its owner's.
    pub fn verified_at(&self) -> Option<SystemTime> {
        self.verified_at
    }

    /// Whether a hash of a password is kept.
    pub fn has_password(&self) -> bool {
        self.has_password
    }

    /// The second factor.
    pub fn second_factor(&self) -> Option<&SecondFactorStatus> {
        self.second_factor.as_ref()
    }

    /// The sessions and grants that live, the oldest first.
    pub fn sessions(&self) -> &[SessionInfo] {
        &self.sessions
    }
}

impl std::fmt::Debug for AccountExport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountExport").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Inner {
    /// For operators.
    pub(crate) async fn export(&self, identifier: &str) -> Result<Option<AccountExport>, Error> {
        let visitor = Visitor::named(&Identifier::lenient(identifier), &self.vault)?;
        match self.store.find(&visitor.keys).await? {
            Some(credential) => Ok(Some(self.export_account(&credential).await?)),
            None => Ok(None),
        }
    }

    /// For owners; `None` where they have to log in again.
    pub(crate) async fn export_own(
        &self,
        owner: Fresh<'_>,
    ) -> Result<Option<AccountExport>, Error> {
        match self.owned_account(owner).await? {
            Some(credential) => Ok(Some(self.export_account(&credential).await?)),
            None => Ok(None),
        }
    }

    async fn export_account(&self, credential: &Credential) -> Result<AccountExport, Error> {
        let account = credential.account();
        let details = self.vault.open_details(credential)?;
        let export = AccountExport {
            account,
            identifier: self.vault.open_identifier(credential)?,
            status: credential.status(),
            created_at: credential.created_at(),
            changed_at: credential.changed_at(),
            verified_at: details.verified_at(),
            has_password: credential.password().is_some(),
            second_factor: details.second_factor().map(SecondFactorStatus::of),
            sessions: self.list_sessions(account, None).await?,
        };
        self.emit_account(EventKind::Exported, account);
        Ok(export)
    }
}
