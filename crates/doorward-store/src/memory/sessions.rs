//! The sessions of a store in memory.

use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use crate::{AccountId, Opened, Renewed, Session, SessionId, StoreError, StoreErrorKind, Version};

type Name = (AccountId, SessionId);

pub(super) struct Sessions {
    /// Looked up with every request of a person: a tree of so many names takes three times as long.
    by_name: HashMap<Name, Session>,
    /// The same sessions, those of one account together.
    names: BTreeSet<Name>,
    /// The same sessions, the soonest to expire first.
    by_expiry: BTreeSet<(SystemTime, Name)>,
    max: usize,
}

impl Sessions {
    pub(super) fn new(max: usize) -> Self {
        Self { by_name: HashMap::new(), names: BTreeSet::new(), by_expiry: BTreeSet::new(), max }
    }

    /// `seen` is the latest time known.
    pub(super) fn open(
        &mut self,
        session: Session,
        seen: SystemTime,
    ) -> Result<Opened, StoreError> {
        check_value(&session, "open")?;
        if self.by_name.contains_key(&name(&session)) {
            return Ok(Opened::Taken);
        }
        if self.by_name.len() >= self.max {
            self.drop_expired(seen);
        }
        if self.by_name.len() >= self.max {
            return Err(StoreError::new(StoreErrorKind::Full, "open"));
        }
        self.keep(session.with_version(Version::FIRST));
        Ok(Opened::Done)
    }

    pub(super) fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Option<Session> {
        self.living(account, id, now).cloned()
    }

    pub(super) fn renew(
        &mut self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError> {
        check_value(&session, "renew")?;
        let Some(stored) = self.living(session.account(), session.id(), now) else {
            return Ok(Renewed::Gone);
        };
        if stored.version() != expected {
            return Ok(Renewed::Stale);
        }
        let opened_at = stored.opened_at();
        let next = expected.next();
        self.end(session.account(), session.id());
        self.keep(session.with_opened_at(opened_at).with_version(next));
        Ok(Renewed::Done(next))
    }

    pub(super) fn end(&mut self, account: AccountId, id: SessionId) {
        if let Some(session) = self.by_name.remove(&(account, id)) {
            self.by_expiry.remove(&(session.expires_at(), (account, id)));
            self.names.remove(&(account, id));
        }
    }

    pub(super) fn end_all(&mut self, account: AccountId, kept: Option<SessionId>, now: SystemTime) {
        let kept = kept.filter(|id| self.living(account, *id, now).is_some());
        self.drop_all(account, kept);
    }

    pub(super) fn forget(&mut self, account: AccountId) {
        self.drop_all(account, None);
    }

    fn drop_all(&mut self, account: AccountId, kept: Option<SessionId>) {
        let all = self.of(account).map(Session::id);
        let ended: Vec<_> = all.filter(|id| Some(*id) != kept).collect();
        ended.into_iter().for_each(|id| self.end(account, id));
    }

    pub(super) fn sessions(&self, account: AccountId, now: SystemTime) -> Vec<Session> {
        let all = self.of(account);
        let mut living: Vec<_> = all.filter(|session| !session.is_expired(now)).cloned().collect();
        living.sort_unstable_by_key(|session| (session.opened_at(), session.id()));
        living
    }

    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// By ascending account, then by ascending id.
    pub(super) fn sorted(&self) -> impl Iterator<Item = &Session> {
        self.names.iter().filter_map(|name| self.by_name.get(name))
    }

    fn living(&self, account: AccountId, id: SessionId, now: SystemTime) -> Option<&Session> {
        self.by_name.get(&(account, id)).filter(|session| !session.is_expired(now))
    }

    fn of(&self, account: AccountId) -> impl Iterator<Item = &Session> {
        let [first, last] = [0, u8::MAX].map(|byte| (account, SessionId::from_bytes([byte; 16])));
        self.names.range(first..=last).filter_map(|name| self.by_name.get(name))
    }

    fn keep(&mut self, session: Session) {
        self.by_expiry.insert((session.expires_at(), name(&session)));
        self.names.insert(name(&session));
        self.by_name.insert(name(&session), session);
    }

    fn drop_expired(&mut self, now: SystemTime) {
        while let Some((expires_at, name)) = self.by_expiry.first().copied() {
            if now < expires_at {
                return;
            }
            self.by_expiry.remove(&(expires_at, name));
            self.names.remove(&name);
            self.by_name.remove(&name);
        }
    }
}

fn name(session: &Session) -> Name {
    (session.account(), session.id())
}

fn check_value(session: &Session, operation: &'static str) -> Result<(), StoreError> {
    if session.value().len() > Session::MAX_VALUE_BYTES {
        return Err(StoreError::new(StoreErrorKind::Invalid, operation));
    }
    Ok(())
}
