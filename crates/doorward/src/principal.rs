//! Whom a request is from, once its session was checked.

use std::time::{Duration, SystemTime};

use doorward_session::{Authentication, Factor, Scopes};
use doorward_store::{AccountId, SessionId};

/// Somebody whose session, or access token, was checked just now.
///
/// Only a check makes one ([`Sessions::check`](crate::Sessions::check),
/// [`Tokens::check`](crate::Tokens::check)), so it is the only way to say who owns what
/// ([`Owned`](crate::Owned)): an id that a client sends can name a record, and never a person.
///
/// ```compile_fail,E0451
/// # fn forge(account: doorward::AccountId, mine: doorward::Principal) {
/// let forged = doorward::Principal { account, ..mine };
/// # }
/// ```
///
/// It is of one request: keep the session's token, not this.
#[derive(Clone, Debug)]
#[must_use = "a request whose principal nobody looks at is anybody's"]
pub struct Principal {
    pub(crate) account: AccountId,
    pub(crate) session: SessionId,
    pub(crate) authentication: Authentication,
    /// The epoch of the account that was authenticated.
    pub(crate) epoch: u64,
    pub(crate) checked_at: SystemTime,
    pub(crate) expires_at: SystemTime,
    pub(crate) freshness: Duration,
    /// Of an access token.
    pub(crate) scopes: Option<Scopes>,
}

impl Principal {
    /// Whose account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Which session. Not a secret.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When the owner was last authenticated: `auth_time` of OpenID Connect.
    pub fn authenticated_at(&self) -> SystemTime {
        self.authentication.at()
    }

    /// By what.
    pub fn factors(&self) -> impl Iterator<Item = Factor> + '_ {
        self.authentication.factors()
    }

    /// Whether a second factor was among it. A mailed code is none.
    pub fn has_second_factor(&self) -> bool {
        self.authentication.has_second_factor()
    }

    /// Until when the session lives without another use; for an access token, until when that is good.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// What may be done with an access token. `None` for a session: its holder may do whatever the owner may.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.scopes.as_ref()
    }

    /// Whether this may be done: every scope may in a session.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(scope))
    }

    /// The owner, for what must not be done with a session that somebody else has found open (ASVS 5.0, 7.5.1):
    /// `None` where the authentication is longer ago than
    /// [`SessionPolicy::fresh`](crate::SessionPolicy::fresh) says, and for access tokens, which do not show that
    /// anybody is there (NIST SP 800-63B-4, section 5.3). Ask for the password again, and open a new session.
    ///
    /// ```
    /// # fn handler(principal: doorward::Principal) {
    /// let Some(fresh) = principal.fresh() else {
    ///     return; // to the login, and back
    /// };
    /// # }
    /// ```
    pub fn fresh(&self) -> Option<Fresh<'_>> {
        let is_fresh = self.authentication.is_within(self.freshness, self.checked_at);
        (is_fresh && self.scopes.is_none()).then_some(Fresh(self))
    }

    /// Whose what this principal makes is: to be kept with it.
    pub fn owner(&self) -> Owner {
        Owner(self.account)
    }
}

/// A [`Principal`] who was authenticated a short while ago. Only [`Principal::fresh`] makes one.
///
/// ```compile_fail,E0423
/// # fn forge(principal: &doorward::Principal) {
/// let forged = doorward::Fresh(principal);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'a>(&'a Principal);

impl Fresh<'_> {
    /// The principal.
    pub fn principal(&self) -> &Principal {
        self.0
    }
}

/// Whose something is: a person whose session was checked. Take it in the functions that look records up, and
/// no handler can look them up by an id that came with the request.
///
/// ```
/// # struct Invoice;
/// # struct Table;
/// impl Table {
///     async fn invoices(&self, of: doorward::Owner) -> Vec<Invoice> {
///         let key = format!("OWNER#{}", of.account());
///         // ...
/// #       drop(key);
/// #       vec![]
///     }
/// }
/// ```
///
/// An account id makes none:
///
/// ```compile_fail,E0423
/// # fn forge(account: doorward::AccountId) {
/// let owner = doorward::Owner(account);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Owner(AccountId);

impl Owner {
    /// The account, for the record's key.
    pub fn account(&self) -> AccountId {
        self.0
    }
}
