use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::age::age;
use crate::breaker::Breaker;
use crate::data_keys::DataKeys;
use crate::flight::Flight;
use crate::{CacheLimits, DataKey, EncryptionContext, KmsError, WrappedKey};

/// One data key that was unwrapped, or is about to be.
#[derive(Debug, Default)]
pub(crate) struct OpeningSlot {
    key: Mutex<Option<(Arc<DataKey>, SystemTime)>>,
    flight: Flight,
    /// What the service refused here is not asked for again at once.
    refusals: Breaker,
}

impl OpeningSlot {
    pub(crate) fn keep(&self, key: Arc<DataKey>, now: SystemTime) {
        *self.lock() = Some((key, now));
    }

    pub(crate) async fn open(
        &self,
        keys: &DataKeys,
        context: &EncryptionContext,
        wrapped: &WrappedKey,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        if let Some(key) = self.within(keys.limits.max_age, now) {
            return Ok(key);
        }
        let turn = match self.flight.turn().await {
            Ok(turn) => turn,
            Err(error) => return self.despite(error, keys, now),
        };
        // Somebody else may have had an answer meanwhile.
        if let Some(key) = self.within(keys.limits.max_age, now) {
            return Ok(key);
        }
        self.refusals.admit(now)?;
        let epoch = keys.epoch();
        match keys.decrypt(context, wrapped, now).await {
            Ok(key) => {
                self.refusals.succeeded();
                if keys.epoch() == epoch {
                    self.keep(Arc::clone(&key), now);
                }
                Ok(key)
            }
            Err(error) => {
                turn.failed(&error);
                if !error.is_retryable() {
                    self.refusals.failed(error.clone(), now);
                    *self.lock() = None;
                }
                if error.is_denial() {
                    keys.deny(wrapped.key(), context, &error);
                }
                self.despite(error, keys, now)
            }
        }
    }

    /// Lets go of the key if it is meant.
    pub(crate) fn deny(&self, is_meant: impl Fn(&DataKey) -> bool) {
        let mut key = self.lock();
        if key.as_ref().is_some_and(|(key, _)| is_meant(key)) {
            *key = None;
        }
    }

    /// Whether what it holds opens no more, not even in an outage. Empty it is of use: it remembers
    /// refusals.
    pub(crate) fn is_spent(&self, limits: &CacheLimits, now: SystemTime) -> bool {
        self.lock().as_ref().is_some_and(|(_, born)| age(*born, now) >= longest(limits))
    }

    /// The key all the same, where it is an outage and there is grace.
    fn despite(
        &self,
        error: KmsError,
        keys: &DataKeys,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        let key = error.is_retryable().then(|| self.within(longest(&keys.limits), now));
        key.flatten().ok_or(error)
    }

    fn within(&self, longest: Duration, now: SystemTime) -> Option<Arc<DataKey>> {
        let key = self.lock();
        let (key, born) = key.as_ref()?;
        (age(*born, now) < longest).then(|| Arc::clone(key))
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Arc<DataKey>, SystemTime)>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn longest(limits: &CacheLimits) -> Duration {
    limits.max_age.saturating_add(limits.outage_grace)
}
