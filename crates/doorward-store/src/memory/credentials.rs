//! The credentials of a store in memory.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use crate::{
    AccountId, Credential, Inserted, LookupKey, Rekeyed, Removed, Replaced, StoreError,
    StoreErrorKind, Version,
};

pub(super) struct Credentials {
    by_account: BTreeMap<AccountId, Credential>,
    owners: HashMap<LookupKey, AccountId>,
    max: usize,
}

impl Credentials {
    pub(super) fn new(max: usize) -> Self {
        Self { by_account: BTreeMap::new(), owners: HashMap::new(), max }
    }

    pub(super) fn insert(&mut self, credential: Credential) -> Result<Inserted, StoreError> {
        check_sealed(&credential, "insert")?;
        // Asked first: a full store that still said `Taken` would tell who has an account.
        if self.by_account.len() >= self.max {
            return Err(StoreError::new(StoreErrorKind::Full, "insert"));
        }
        let account = credential.account();
        let mut keys = credential.lookup_keys().iter();
        if self.by_account.contains_key(&account) || keys.any(|key| self.owners.contains_key(key)) {
            return Ok(Inserted::Taken);
        }
        for key in credential.lookup_keys() {
            self.owners.insert(key.clone(), account);
        }
        self.by_account.insert(account, credential.with_version(Version::FIRST));
        Ok(Inserted::Created)
    }

    pub(super) fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError> {
        if keys.is_empty() || keys.len() > Credential::MAX_LOOKUP_KEYS {
            return Err(StoreError::new(StoreErrorKind::Invalid, "find"));
        }
        let owner = keys.iter().find_map(|key| self.owners.get(key));
        Ok(owner.and_then(|account| self.fetch(*account)))
    }

    pub(super) fn fetch(&self, account: AccountId) -> Option<Credential> {
        self.by_account.get(&account).cloned()
    }

    pub(super) fn replace(
        &mut self,
        credential: Credential,
        expected: Version,
    ) -> Result<Replaced, StoreError> {
        check_sealed(&credential, "replace")?;
        let Some(stored) = self.by_account.get_mut(&credential.account()) else {
            return Ok(Replaced::Missing);
        };
        // Asked first: whoever read it before its keys were exchanged is late, not wrong.
        if stored.version() != expected {
            return Ok(Replaced::Stale);
        }
        if stored.lookup_keys() != credential.lookup_keys() {
            return Err(StoreError::new(StoreErrorKind::Invalid, "replace"));
        }
        let next = expected.next();
        let created_at = stored.created_at();
        *stored = credential.with_created_at(created_at).with_version(next);
        Ok(Replaced::Done(next))
    }

    pub(super) fn rekey(
        &mut self,
        credential: Credential,
        expected: Version,
    ) -> Result<Rekeyed, StoreError> {
        check_sealed(&credential, "rekey")?;
        let account = credential.account();
        let Some(stored) = self.by_account.get_mut(&account) else {
            return Ok(Rekeyed::Missing);
        };
        if stored.version() != expected {
            return Ok(Rekeyed::Stale);
        }
        let mut owners = credential.lookup_keys().iter().filter_map(|key| self.owners.get(key));
        if owners.any(|owner| *owner != account) {
            return Ok(Rekeyed::Taken);
        }
        for key in stored.lookup_keys() {
            self.owners.remove(key);
        }
        for key in credential.lookup_keys() {
            self.owners.insert(key.clone(), account);
        }
        let next = expected.next();
        let created_at = stored.created_at();
        *stored = credential.with_created_at(created_at).with_version(next);
        Ok(Rekeyed::Done(next))
    }

    pub(super) fn remove(&mut self, account: AccountId, expected: Version) -> Removed {
        match self.by_account.get(&account) {
            None => return Removed::Missing,
            Some(stored) if stored.version() != expected => return Removed::Stale,
            Some(stored) => {
                for key in stored.lookup_keys() {
                    self.owners.remove(key);
                }
            }
        }
        self.by_account.remove(&account);
        Removed::Done
    }

    /// By ascending account id.
    pub(super) fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        if limit == 0 {
            return Err(StoreError::new(StoreErrorKind::Invalid, "list"));
        }
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.by_account.range((from, Bound::Unbounded));
        Ok(behind.map(|(account, _)| *account).take(limit).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.by_account.len()
    }

    /// By ascending account id.
    pub(super) fn sorted(&self) -> Vec<&Credential> {
        self.by_account.values().collect()
    }
}

fn check_sealed(credential: &Credential, operation: &'static str) -> Result<(), StoreError> {
    if credential.fits() {
        return Ok(());
    }
    Err(StoreError::new(StoreErrorKind::Invalid, operation))
}
