use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::breaker::{Breaker, apart};
use crate::data_keys::DataKeys;
use crate::{DataKey, EncryptionContext, KeyArn, KmsError, WrappedKey};

/// Unwrapped data keys, by the digest of what they were unwrapped from. Bounded: the one that was asked
/// for longest ago goes first.
#[derive(Debug, Default)]
pub(crate) struct OpeningCache(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    slots: HashMap<[u8; 32], (u64, Arc<OpeningSlot>)>,
    asked: u64,
}

/// One data key.
#[derive(Debug, Default)]
pub(crate) struct OpeningSlot {
    key: Mutex<Option<(Arc<DataKey>, SystemTime)>>,
    /// Whoever holds it may ask for the key; the others wait.
    asking: tokio::sync::Mutex<()>,
    /// What the service refused here is not asked for again at once.
    refusals: Breaker,
}

impl OpeningCache {
    pub(crate) fn slot(&self, name: [u8; 32], entries: NonZeroUsize) -> Arc<OpeningSlot> {
        let mut guard = self.lock();
        let Slots { slots, asked } = &mut *guard;
        *asked += 1;
        if !slots.contains_key(&name) && slots.len() >= entries.get() {
            let oldest = slots.iter().min_by_key(|(_, (asked, _))| *asked).map(|(name, _)| *name);
            oldest.and_then(|name| slots.remove(&name));
        }
        let (last, slot) = slots.entry(name).or_default();
        *last = *asked;
        Arc::clone(slot)
    }

    /// Lets go of all that `key` has wrapped.
    pub(crate) fn deny(&self, key: &KeyArn) {
        self.lock().slots.retain(|_, (_, slot)| !slot.is_wrapped_by(key));
    }

    pub(crate) fn clear(&self) {
        self.lock().slots.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let max_age = keys.limits.max_age;
        if let Some(key) = self.within(max_age, now) {
            return Ok(key);
        }
        let _asking = self.asking.lock().await;
        // Somebody else may have had an answer meanwhile.
        if let Some(key) = self.within(max_age, now) {
            return Ok(key);
        }
        self.refusals.admit(now)?;
        match keys.decrypt(context, wrapped, now).await {
            Ok(key) => {
                self.refusals.succeeded();
                self.keep(Arc::clone(&key), now);
                Ok(key)
            }
            Err(error) if error.is_retryable() => {
                let longer = max_age.saturating_add(keys.limits.outage_grace);
                self.within(longer, now).ok_or(error)
            }
            Err(error) => {
                self.refusals.failed(error.clone(), now);
                *self.lock() = None;
                if error.is_denial() {
                    keys.opening.deny(wrapped.key());
                }
                Err(error)
            }
        }
    }

    fn within(&self, age: std::time::Duration, now: SystemTime) -> Option<Arc<DataKey>> {
        let key = self.lock();
        let (key, born) = key.as_ref()?;
        (apart(now, *born) < age).then(|| Arc::clone(key))
    }

    fn is_wrapped_by(&self, key: &KeyArn) -> bool {
        self.lock().as_ref().is_some_and(|(data_key, _)| data_key.wrapped().key() == key)
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Arc<DataKey>, SystemTime)>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
