//! What the owners of accounts are told, by a way that a thief of the password does not have.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use doorward_session::Purpose;
use doorward_store::{AccountId, Credential};
use zeroize::Zeroizing;

use crate::authenticator::Inner;
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::step_up::Code;
use crate::visitor::pseudonym;

/// Something that is to reach somebody at their address.
///
/// Write every letter so that it means no harm to a receiver who did not ask for it. `Debug` shows no code, no token
/// and no address.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// A code for who has just logged in and is asked for one.
    Code(CodeNotice),
    /// A token for a page of the service: a link.
    Token(TokenNotice),
    /// Something has changed. Who did not do it themselves wants to know (ASVS 5.0, 6.3.7).
    Change(ChangeNotice),
}

impl Notice {
    /// Where to: an identifier in its normal form. This is the only method that shows it.
    pub fn expose_identifier(&self) -> &str {
        match self {
            Self::Code(notice) => notice.expose_identifier(),
            Self::Token(notice) => notice.expose_identifier(),
            Self::Change(notice) => notice.expose_identifier(),
        }
    }

    /// Whose account; `None` for an invitation, which makes one.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Code(notice) => Some(notice.account),
            Self::Token(notice) => notice.account,
            Self::Change(notice) => Some(notice.account),
        }
    }
}

/// An identifier to write to: `Debug` shows none of it.
#[derive(Clone)]
pub(crate) struct Address(pub(crate) Zeroizing<String>);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// A code that is to reach an account's owner.
#[derive(Clone, Debug)]
pub struct CodeNotice {
    pub(crate) account: AccountId,
    pub(crate) identifier: Address,
    pub(crate) code: Code,
    pub(crate) expires_at: SystemTime,
}

impl CodeNotice {
    /// Whose account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The account's identifier in its normal form. This is the only method that shows it.
    pub fn expose_identifier(&self) -> &str {
        &self.identifier.0
    }

    /// The code.
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// Until when it can be redeemed.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

/// A one-time token that is to reach somebody: in a link to a page of the service.
///
/// Make the link of an address that the service is configured with, never of what a request says that its host is,
/// and have the page take the token out of its own address before it loads anything else.
#[derive(Clone)]
pub struct TokenNotice {
    pub(crate) purpose: Purpose,
    pub(crate) account: Option<AccountId>,
    pub(crate) identifier: Address,
    pub(crate) token: Zeroizing<String>,
    pub(crate) expires_at: SystemTime,
}

impl TokenNotice {
    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Whose account; `None` for an invitation, which makes one.
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// Where to, in its normal form: for a change of identifier, the new one. This is the only method that shows it.
    pub fn expose_identifier(&self) -> &str {
        &self.identifier.0
    }

    /// The token. This is the only method that shows it.
    pub fn expose_token(&self) -> &str {
        &self.token
    }

    /// Until when it is good.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for TokenNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenNotice")
            .field("purpose", &self.purpose)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// A change that an account's owner is to know of.
#[derive(Clone, Debug)]
pub struct ChangeNotice {
    pub(crate) account: AccountId,
    pub(crate) identifier: Address,
    pub(crate) change: AccountChange,
    pub(crate) at: SystemTime,
}

impl ChangeNotice {
    /// Whose account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Where to, in its normal form: for a change of identifier, the old one. This is the only method that shows it.
    pub fn expose_identifier(&self) -> &str {
        &self.identifier.0
    }

    /// What has changed.
    pub fn change(&self) -> AccountChange {
        self.change
    }

    /// When.
    pub fn at(&self) -> SystemTime {
        self.at
    }
}

/// What may change of an account.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AccountChange {
    /// The account and everything that was kept of it was removed.
    Deleted,
    /// The identifier: the account has another one now.
    Identifier,
    /// The password, by somebody who knew it.
    Password,
    /// The password, by somebody who was sent a token for it.
    PasswordReset,
    /// A recovery code was used to log in.
    RecoveryCodeUsed,
    /// The recovery codes are others now.
    RecoveryCodes,
    /// A second factor was enrolled, or exchanged for another.
    SecondFactorEnrolled,
    /// The second factor was removed.
    SecondFactorRemoved,
}

impl AccountChange {
    /// A stable name for logs and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Identifier => "identifier",
            Self::Password => "password",
            Self::PasswordReset => "password_reset",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::RecoveryCodes => "recovery_codes",
            Self::SecondFactorEnrolled => "second_factor_enrolled",
            Self::SecondFactorRemoved => "second_factor_removed",
        }
    }
}

/// Sends notices: mail, messages, whatever the service has.
///
/// Without one, the rules that would ask for a step-up make everybody on an unknown device wait, and there is no
/// recovery.
///
/// The trait is written with the macro of the crate `async-trait`; implement it with the same.
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync {
    /// Sends one notice. It runs in a task of its own beside the call that it follows from, and does not delay its
    /// answer, so it must not block its thread, and should end by a deadline of its own.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the audit event says that a notice was not sent, and the answer stays as it was.
    async fn send(&self, notice: Notice) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

impl Inner {
    /// Sends a notice beside the answer, so that sending does not show in its time. `subject` is the index of the
    /// identifier.
    pub(crate) fn notify(&self, notice: Notice, subject: &[u8; 32]) {
        let Some(notifier) = self.notifier.as_ref().map(Arc::clone) else { return };
        let (sent, not_sent) = match notice {
            Notice::Code(_) => (EventKind::CodeSent, EventKind::CodeNotSent),
            _ => (EventKind::NoticeSent, EventKind::NoticeNotSent),
        };
        let mut event = Event {
            at: self.clock.now(),
            kind: sent,
            account: notice.account(),
            subject: pseudonym(subject),
            source: None,
            known_device: false,
        };
        let events = Arc::clone(&self.events);
        tokio::spawn(async move {
            if notifier.send(notice).await.is_err() {
                event.kind = not_sent;
            }
            events.record(&event);
        });
    }

    /// Tells the owner of an account, as it was before, of a change.
    pub(crate) fn notify_change(
        &self,
        credential: &Credential,
        change: AccountChange,
    ) -> Result<(), Error> {
        if self.notifier.is_none() {
            return Ok(());
        }
        let identifier = self.vault.open_identifier(credential)?;
        let subject = self.vault.subject(&identifier)?;
        let notice = ChangeNotice {
            account: credential.account(),
            identifier: Address(identifier),
            change,
            at: self.clock.now(),
        };
        self.notify(Notice::Change(notice), &subject);
        Ok(())
    }
}
