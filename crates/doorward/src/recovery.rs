//! Forgotten passwords.

use std::net::IpAddr;
use std::sync::Arc;

use doorward_hash::{AcceptedPassword, Password, PasswordProblem};
use doorward_session::{OneTimeRecord, Purpose, RecoveryCode};
use doorward_store::{AccountId, Credential, Replaced, TicketKey};
use doorward_throttle::{Scope, Settlement};

use crate::attempt::{Typed, typed};
use crate::authenticator::Inner;
use crate::breaches::Screening;
use crate::device::DeviceToken;
use crate::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, Rejection};
use crate::identifier::Identifier;
use crate::lane::Lane;
use crate::notice::AccountChange;
use crate::one_time::{Requested, TokenRequest};
use crate::outcome::Wait;
use crate::permit::Permit;
use crate::second_factor::{Given, MOST_TRIES};
use crate::step_up::Code;
use crate::visitor::{CodeGiver, Visitor};

/// How an owner who has forgotten the password sets a new one.
///
/// A token is sent to the identifier, good once and for an hour, for the account as it is then; asking for one changes
/// nothing, and tells nobody whether there is such an account. With it a new password is set, under the rules for all
/// new ones. That ends all sessions and grants, voids the tokens of all devices, lifts the waits that strangers have
/// brought upon the account, and the owner is told. Nobody is logged in by it: the new password is asked for next, and
/// the second factor with it.
///
/// An account that has a second factor takes a code of it here as well (NIST SP 800-63B-4, section 4.2.2): whoever reads
/// somebody's mail cannot lock them out.
///
/// ```
/// # use doorward::{AccountId, Authenticator, Keys, MemoryStore, Notice, Notifier, Registration};
/// # #[derive(Clone, Debug, Default)]
/// # struct Mail(std::sync::Arc<std::sync::Mutex<Option<String>>>);
/// # #[async_trait::async_trait]
/// # impl Notifier for Mail {
/// #     async fn send(&self, notice: Notice) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// #         if let Notice::Token(notice) = notice { *self.0.lock().unwrap() = Some(notice.expose_token().to_owned()); }
/// #         Ok(())
/// #     }
/// # }
/// use doorward::{PasswordReset, Requested, Reset, TokenRequest};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mail = Mail::default();
/// # let auth = Authenticator::builder().store(MemoryStore::new()).keys(Keys::generate()?).notifier(mail.clone()).build()?;
/// # let _ = auth.register(Registration::new("alice@example.com", "seven quiet herons")).await?;
/// let source: std::net::IpAddr = "192.0.2.7".parse()?;
/// let request = TokenRequest::new("alice@example.com").from(source);
/// assert_eq!(auth.recovery().request(request).await?, Requested::Accepted);
///
/// # while mail.0.lock().unwrap().is_none() { tokio::task::yield_now().await; }
/// # let token = mail.0.lock().unwrap().take().unwrap();
/// // On the page that the link in the letter leads to:
/// let reset = PasswordReset::new(token, "nine loud geese").from(source);
/// assert!(matches!(auth.recovery().reset(reset).await?, Reset::Done { .. }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Recovery {
    inner: Arc<Inner>,
}

impl Recovery {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Asks for a token to be sent. The answer is the same whether or not there is such an account, and so are the calls
    /// to the store. At most three tokens are sent to one identifier in an hour, all of them good: see
    /// [`OneTimePolicy`](crate::OneTimePolicy).
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed, or of the kind [`NoNotifier`](crate::ErrorKind::NoNotifier).
    pub async fn request(&self, request: TokenRequest) -> Result<Requested, Error> {
        self.inner.request_token(Purpose::Recovery, request).await
    }

    /// Sets a new password.
    ///
    /// # Errors
    ///
    /// [`Error`] when it could not be decided. The token may be used by then, and the new password in force: let the
    /// owner try to log in with it, and ask for another token if that fails.
    pub async fn reset(&self, reset: PasswordReset) -> Result<Reset, Error> {
        let inner = Arc::clone(&self.inner);
        // A caller who hangs up does not leave half of it undone.
        let task = tokio::spawn(async move { inner.reset_password(reset).await });
        task.await.unwrap_or_else(|error| Err(Error::because(ErrorKind::Internal, error)))
    }
}

/// A new password in the place of a forgotten one.
#[derive(Clone, Debug)]
#[must_use]
pub struct PasswordReset {
    token: Typed,
    password: Password,
    code: Option<Code>,
    source: Option<IpAddr>,
    device: Option<DeviceToken>,
    words: Vec<Typed>,
}

impl PasswordReset {
    /// With the token that was sent.
    pub fn new(token: impl Into<String>, password: impl Into<Password>) -> Self {
        Self {
            token: Typed(token.into()),
            password: password.into(),
            code: None,
            source: None,
            device: None,
            words: Vec::new(),
        }
    }

    /// With a code of the account's second factor, or a recovery code.
    pub fn code(self, code: impl Into<String>) -> Self {
        Self { code: Some(Code::new(code)), ..self }
    }

    /// Where it comes from, as [`Login::from`](crate::Login::from).
    pub fn from(self, source: impl Into<IpAddr>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What the client keeps as its device token, as [`Login::device`](crate::Login::device): codes that are given on a
    /// known device have a budget of their own.
    pub fn device(self, token: DeviceToken) -> Self {
        Self { device: Some(token), ..self }
    }

    /// What else anyone knows about the person, as for [`Registration::context`](crate::Registration::context).
    pub fn context(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.words.extend(typed(words));
        self
    }
}

/// The answer to who sets a new password with a token.
#[derive(Debug)]
#[must_use = "the password may not have been set"]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum Reset {
    /// The new password is in force. Ask for it.
    Done {
        /// Whose account.
        account: AccountId,
        /// Where a recovery code was used: the one that takes its place, to be shown once.
        replacement: Option<RecoveryCode>,
    },
    /// The account has a second factor: ask for a code of it, and call again. The token stays good.
    CodeNeeded,
    /// The code was wrong. The token stays good.
    WrongCode,
    /// The new password will not do; the reason is for the person. The token stays good.
    Refused(PasswordProblem),
    /// The token is not good: made up, expired, used, or for an account that was changed since. Offer to send another.
    Rejected,
    /// Too many tries: answer 429 with `Retry-After`. The token stays good.
    Wait(Wait),
}

/// Whether the second factor lets a new password be set.
enum Passed {
    Yes,
    No(Reset),
}

impl Inner {
    async fn reset_password(&self, reset: PasswordReset) -> Result<Reset, Error> {
        let now = self.clock.now();
        if let Err(wait) = self.front.check(reset.source, now) {
            return Ok(Reset::Wait(Wait::in_front(wait, now)));
        }
        let peeked = self.peek_one_time(Purpose::Recovery, &reset.token.0, now).await?;
        let Some((key, record)) = peeked else { return Ok(Reset::Rejected) };
        let Some(credential) = self.account_of_token(&record).await? else {
            return Ok(Reset::Rejected);
        };
        let identifier = self.vault.open_identifier(&credential)?;
        let checked = self.passwords.check(reset.password.clone(), &identifier, &reset.words);
        let (accepted, screening) = match checked.await? {
            Ok(accepted) => accepted,
            Err(problem) => return Ok(Reset::Refused(problem)),
        };
        if self.vault.open_details(&credential)?.second_factor().is_some() {
            let identifier = Identifier::lenient(&identifier);
            match self.pass_second_factor(&reset, &identifier, &credential).await? {
                Passed::Yes => {}
                Passed::No(answer) => return Ok(answer),
            }
        }
        let used = self.use_reset(&key, &record, &accepted, &reset.code).await?;
        let Some((former, given)) = used else { return Ok(Reset::Rejected) };
        let account = former.account();
        // First: whatever fails from here on, the password is another one.
        self.tell(&former, EventKind::Recovered, AccountChange::PasswordReset);
        if let Some(Given::RecoveryCode(_)) = given {
            let change = AccountChange::RecoveryCodeUsed;
            self.tell(&former, EventKind::RecoveryCodeUsed, change);
        }
        if let Screening::Missed = screening {
            self.emit_account(EventKind::PasswordUnchecked, account);
        }
        self.end_sessions(account).await?;
        // What was failed with codes as well: it took the password of before, which whoever failed there had.
        let subject = self.vault.subject(&identifier)?;
        let codes = self.vault.code_subject(&subject);
        self.lift(&[Scope::account(&subject), Scope::account(&codes)]).await?;
        Ok(Reset::Done { account, replacement: given.and_then(Given::into_replacement) })
    }

    /// Looks at the code, under the throttle of codes. It is used with the token.
    async fn pass_second_factor(
        &self,
        reset: &PasswordReset,
        identifier: &Identifier,
        credential: &Credential,
    ) -> Result<Passed, Error> {
        let Some(code) = &reset.code else { return Ok(Passed::No(Reset::CodeNeeded)) };
        let indexes = self.vault.indexes(identifier);
        let device = reset.device.as_ref();
        let device = device.and_then(|token| self.vault.verify_device(token, &indexes));
        let subject = self.vault.code_subject(&self.vault.subject(identifier.expose())?);
        let account = credential.account();
        let giver = CodeGiver { subject, account, is_challenged: false };
        let mut giver = Visitor::with_code(giver, reset.source, device);
        let mut slot = Some(self.pool.enter(giver.lane()).await?);
        let admitted = match self.admit(&mut giver, None, &mut slot).await? {
            Ok(admitted) => admitted,
            Err(wait) => return Ok(Passed::No(Reset::Wait(wait))),
        };
        let now = self.clock.now();
        let is_right = self.look_at_code(code, credential, now).map(|found| found.is_some());
        if matches!(is_right, Ok(false)) {
            self.emit_account(EventKind::Rejected(Rejection::WrongCode), account);
            self.settle_visit(&giver, admitted, Settlement::Failed, now).await?;
            return Ok(Passed::No(Reset::WrongCode));
        }
        self.release(admitted.place, &admitted.reservation, &admitted.rows).await;
        self.settled.notify_waiters();
        is_right?;
        self.apply(&self.ended_runs(&giver, now), now).await?;
        Ok(Passed::Yes)
    }

    /// Takes the token, and sets the password in one step with the use of the code; answers the account as it was.
    /// `None` where the token was used, or the account is another by now.
    async fn use_reset(
        &self,
        key: &TicketKey,
        record: &OneTimeRecord,
        accepted: &AcceptedPassword,
        code: &Option<Code>,
    ) -> Result<Option<(Credential, Option<Given>)>, Error> {
        let permit = Permit::from(accepted);
        let hash = self.pool.hash(permit, Lane::Strangers, accepted.password().clone()).await?;
        // Of all who have the token, one sets the password.
        if self.store.take(*key, self.clock.now()).await?.is_none() {
            return Ok(None);
        }
        for _ in 0..MOST_TRIES {
            let now = self.clock.now();
            let Some(credential) = self.account_of_token(record).await? else { return Ok(None) };
            let account = credential.account();
            let (mut changed, mut used) = (credential.clone(), None);
            if self.vault.open_details(&credential)?.second_factor().is_some() {
                let Some(code) = code else { return Ok(None) };
                let Some((details, given)) = self.look_at_code(code, &credential, now)? else {
                    return Ok(None);
                };
                used = Some(given);
                changed = changed.with_details(self.vault.seal_details(account, &details)?);
            }
            let sealed = self.vault.seal_hash(account, &hash)?;
            let changed = epoch::changed(changed.with_password(Some(sealed)), now);
            match self.store.replace(changed, credential.version()).await? {
                Replaced::Done(_) => return Ok(Some((credential, used))),
                Replaced::Missing => return Ok(None),
                Replaced::Stale => {}
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }
}
