//! One-time tokens in the store, and how many of them are sent.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_fields::random_bytes;
use doorward_session::{OneTimeRecord, OneTimeToken, Purpose};
use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterUpdate, Credential, Status, TicketKey,
};
use doorward_throttle::{Rule, SourcePrefix};
use zeroize::Zeroizing;

use crate::authenticator::Inner;
use crate::epoch::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::identifier::Identifier;
use crate::notice::{Address, Notice, TokenNotice};
use crate::outcome::Wait;
use crate::visitor::Visitor;

/// Somebody who asks for a token to be sent to an identifier, which may be nobody's.
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenRequest {
    pub(crate) identifier: crate::attempt::Typed,
    pub(crate) source: Option<IpAddr>,
}

impl TokenRequest {
    /// For this identifier, as it was typed.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self { identifier: crate::attempt::Typed(identifier.into()), source: None }
    }

    /// Where it comes from, as [`Login::from`](crate::Login::from).
    pub fn from(mut self, source: impl Into<IpAddr>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// The answer to who asks for a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum Requested {
    /// Say that a letter is on its way if there is such an account: the same to everybody. Whether there is one does
    /// not show: not in the answer, and not in the work. Nor does the answer say whether the identifier has been sent
    /// enough already, which is counted for those of nobody too.
    Accepted,
    /// This address has asked too often: answer 429 with `Retry-After`.
    Wait(Wait),
}

impl Inner {
    /// Sends a token of this purpose to the identifier, if it is an open account's. Whether it is does not show.
    pub(crate) async fn request_token(
        &self,
        purpose: Purpose,
        request: TokenRequest,
    ) -> Result<Requested, Error> {
        if self.notifier.is_none() {
            return Err(Error::new(ErrorKind::NoNotifier));
        }
        let identifier = Identifier::lenient(&request.identifier.0);
        let mut visitor = Visitor::named(&identifier, &self.vault)?;
        visitor.source = request.source;
        let now = self.clock.now();
        let (counted, found) =
            tokio::join!(self.count_sends(purpose, &visitor, now), self.store.find(&visitor.keys),);
        let sends = match counted? {
            Ok(sends) => sends,
            Err(wait) => {
                self.emit(&visitor, EventKind::Waited(wait.rule()), None);
                return Ok(Requested::Wait(wait));
            }
        };
        let owner = found?.filter(|credential| credential.status() == Status::Active);
        self.emit(
            &visitor,
            EventKind::TokenAsked(purpose),
            owner.as_ref().map(Credential::account),
        );
        if !sends {
            return Ok(Requested::Accepted);
        }
        let index = *visitor.account_subject();
        let record = match &owner {
            Some(owner) => {
                OneTimeRecord::new(purpose, *owner.account().as_bytes(), epoch(owner), index)
            }
            None => OneTimeRecord::of_nobody(purpose, index),
        };
        let (token, expires_at) = self.keep_one_time(&record, now).await?;
        if let Some(owner) = owner {
            let identifier = Address(self.vault.open_identifier(&owner)?);
            let account = Some(owner.account());
            let notice = TokenNotice { purpose, account, identifier, token, expires_at };
            self.notify(Notice::Token(notice), &index);
        }
        Ok(Requested::Accepted)
    }

    /// Counts one more token that is asked for: whether it is to be sent, or how long its asker has to wait.
    ///
    /// Counted in fixed windows as long as a token lives: whoever goes on asking does not move the end of one.
    pub(crate) async fn count_sends(
        &self,
        purpose: Purpose,
        visitor: &Visitor,
        now: SystemTime,
    ) -> Result<Result<bool, Wait>, Error> {
        if let Err(wait) = self.front.check(visitor.source, now) {
            return Ok(Err(Wait::in_front(wait, now)));
        }
        let source = visitor.source.map(|source| SourcePrefix::party(source).network().to_string());
        let source = source.unwrap_or_default();
        let windows = [
            (
                self.sends_key(purpose, visitor.account_subject()),
                self.one_time_policy.life(purpose),
            ),
            (self.counter("token asker", &[source.as_bytes()]), HOUR),
        ];
        let [sent, asked] = self.count_in(&windows, now).await?[..] else {
            return Err(Error::new(ErrorKind::Store));
        };
        if asked > self.one_time_policy.most_of_source() {
            let into =
                now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() % HOUR.as_secs();
            let left = HOUR - Duration::from_secs(into);
            return Ok(Err(Wait::of_rule(Rule::Source, left, now)));
        }
        Ok(Ok(sent <= self.one_time_policy.most_sends()))
    }

    /// Counts one more token for an identifier: whether it is to be sent.
    pub(crate) async fn count_sends_to(
        &self,
        purpose: Purpose,
        index: &[u8; 32],
        now: SystemTime,
    ) -> Result<bool, Error> {
        let window = (self.sends_key(purpose, index), self.one_time_policy.life(purpose));
        let [sent] = self.count_in(&[window], now).await?[..] else {
            return Err(Error::new(ErrorKind::Store));
        };
        Ok(sent <= self.one_time_policy.most_sends())
    }

    /// Counts one more token that the owner of an account has sent to an identifier of their choice: whether it is to be
    /// sent. An account may have as many sent in an hour as an address may ask for, or anybody who registers could
    /// have the service write to the whole world.
    pub(crate) async fn count_sends_of(
        &self,
        asker: AccountId,
        purpose: Purpose,
        index: &[u8; 32],
        now: SystemTime,
    ) -> Result<bool, Error> {
        let policy = &self.one_time_policy;
        let windows =
            [(self.sends_key(purpose, index), policy.life(purpose)), (self.asker_key(asker), HOUR)];
        let [sent, asked] = self.count_in(&windows, now).await?[..] else {
            return Err(Error::new(ErrorKind::Store));
        };
        Ok(sent <= policy.most_sends() && asked <= policy.most_of_source())
    }

    /// Counts one more in each row, and says how many there are in its present window.
    async fn count_in(
        &self,
        windows: &[(CounterKey, Duration)],
        now: SystemTime,
    ) -> Result<Vec<u64>, Error> {
        let updates = windows.iter().map(|&(key, length)| {
            let present = window(now, length);
            let mut changes = vec![Change::Add(Column::new(present), 1)];
            // A row that is written in each window never expires: former ones must not fill it.
            let former = [1, 2].into_iter().filter_map(|back| present.checked_sub(back));
            changes.extend(former.map(|former| Change::Remove(Column::new(former))));
            CounterUpdate::new(key, changes, now + length)
        });
        let updates: Vec<_> = updates.collect();
        let rows = self.store.update(&updates, now).await?;
        let counts = windows.iter().zip(&rows).map(|((_, length), row)| {
            u64::try_from(row.get(Column::new(window(now, *length)))).unwrap_or(u64::MAX)
        });
        Ok(counts.collect())
    }

    /// The row that tokens are counted in which are sent to an identifier.
    pub(crate) fn sends_key(&self, purpose: Purpose, index: &[u8; 32]) -> CounterKey {
        self.counter("tokens sent", &[purpose.name().as_bytes(), index])
    }

    /// The row that tokens are counted in which an account has sent.
    pub(crate) fn asker_key(&self, asker: AccountId) -> CounterKey {
        self.counter("token asker's account", &[asker.as_bytes()])
    }

    fn counter(&self, domain: &str, parts: &[&[u8]]) -> CounterKey {
        CounterKey::new(*self.vault.counters().tag(domain, parts).as_bytes())
    }

    /// Keeps what a new token stands for; answers the token, and until when it is good.
    pub(crate) async fn keep_one_time(
        &self,
        record: &OneTimeRecord,
        now: SystemTime,
    ) -> Result<(Zeroizing<String>, SystemTime), Error> {
        let token = OneTimeToken::new(random_bytes()?);
        let key = TicketKey::new(token.digest(record.purpose()));
        let sealed = self.vault.seal_under(&key, &record.to_bytes())?;
        let expires_at = now + self.one_time_policy.life(record.purpose());
        self.store.put(key, sealed, expires_at).await?;
        Ok((token.to_text(), expires_at))
    }

    /// What a token of this purpose stands for, if it does for anybody. It stays good.
    pub(crate) async fn peek_one_time(
        &self,
        purpose: Purpose,
        text: &str,
        now: SystemTime,
    ) -> Result<Option<(TicketKey, OneTimeRecord)>, Error> {
        let Ok(token) = OneTimeToken::parse(text) else { return Ok(None) };
        let key = TicketKey::new(token.digest(purpose));
        let Some(ticket) = self.store.peek(key, now).await? else { return Ok(None) };
        let opened = self.vault.open_under(&key, ticket.value())?;
        let record = OneTimeRecord::parse(&opened).ok_or(Error::new(ErrorKind::Corrupt))?;
        let is_good = record.is_live() && record.purpose() == purpose;
        Ok(is_good.then_some((key, record)))
    }

    /// The account that a token stands for, if it still is the one that it was sent for: open, not changed since, and
    /// under the same identifier.
    pub(crate) async fn account_of_token(
        &self,
        record: &OneTimeRecord,
    ) -> Result<Option<Credential>, Error> {
        let account = AccountId::from_bytes(*record.account());
        let Some(credential) = self.store.fetch(account).await? else { return Ok(None) };
        let identifier = Identifier::lenient(&self.vault.open_identifier(&credential)?);
        let mut indexes = self.vault.indexes(&identifier).into_iter();
        let is_same = epoch(&credential) == record.epoch()
            && credential.status() == Status::Active
            && indexes.any(|index| index.digest() == record.index());
        Ok(is_same.then_some(credential))
    }
}

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The number of the window that it is now.
fn window(now: SystemTime, length: Duration) -> u64 {
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / length.as_secs().max(1)
}
