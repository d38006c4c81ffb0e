use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::age::age;
use crate::breaker::Breaker;
use crate::data_keys::DataKeys;
use crate::flight::{Flight, Turn};
use crate::{CacheLimits, DataKey, EncryptionContext, KmsError};

/// The data keys that seal in one context: one in use, and perhaps the next.
#[derive(Debug, Default)]
pub(crate) struct SealingSlot {
    keys: Mutex<Keys>,
    flight: Flight,
    /// What the service refused here is not asked for again at once.
    refusals: Breaker,
}

#[derive(Debug, Default)]
struct Keys {
    current: Option<Used>,
    next: Option<Used>,
}

/// A data key, and how much of its bounds is used up.
#[derive(Debug)]
struct Used {
    key: Arc<DataKey>,
    born: SystemTime,
    spent: Demand,
}

/// So much to seal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

impl SealingSlot {
    pub(crate) async fn take(
        &self,
        keys: &DataKeys,
        context: &EncryptionContext,
        demand: Demand,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        if let Some((key, is_ageing)) = self.reserve(&keys.limits, demand, now) {
            if is_ageing {
                self.fetch_next(keys, context, now).await?;
            }
            return Ok(key);
        }
        let turn = self.flight.turn().await?;
        // Somebody else may have had an answer meanwhile.
        if let Some((key, _)) = self.reserve(&keys.limits, demand, now) {
            return Ok(key);
        }
        let epoch = keys.epoch();
        let key = self.ask(&turn, keys, context, now).await?;
        if keys.epoch() == epoch {
            let used = Used { key: Arc::clone(&key), born: now, spent: demand };
            self.lock().current = Some(used);
        }
        Ok(key)
    }

    /// Lets go of the keys that are meant.
    pub(crate) fn deny(&self, is_meant: impl Fn(&DataKey) -> bool) {
        let mut keys = self.lock();
        let Keys { current, next } = &mut *keys;
        for key in [current, next] {
            key.take_if(|used| is_meant(&used.key));
        }
    }

    /// Whether what it holds is too old to seal. Empty it is of use: it remembers refusals.
    pub(crate) fn is_spent(&self, limits: &CacheLimits, now: SystemTime) -> bool {
        let keys = self.lock();
        let mut held = keys.current.iter().chain(&keys.next).peekable();
        held.peek().is_some() && held.all(|used| age(used.born, now) >= limits.max_age)
    }

    /// Fetches the next key, unless another caller does already. The present one is good still, so only a
    /// denial is an error.
    async fn fetch_next(
        &self,
        keys: &DataKeys,
        context: &EncryptionContext,
        now: SystemTime,
    ) -> Result<(), KmsError> {
        let Some(turn) = self.flight.turn_at_once() else { return Ok(()) };
        if self.lock().next.is_some() {
            return Ok(());
        }
        let epoch = keys.epoch();
        match self.ask(&turn, keys, context, now).await {
            Ok(key) if keys.epoch() == epoch => {
                let spent = Demand { messages: 0, bytes: 0 };
                self.lock().next = Some(Used { key, born: now, spent });
                Ok(())
            }
            Err(error) if error.is_denial() => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn ask(
        &self,
        turn: &Turn<'_>,
        keys: &DataKeys,
        context: &EncryptionContext,
        now: SystemTime,
    ) -> Result<Arc<DataKey>, KmsError> {
        self.refusals.admit(now)?;
        let answer = keys.generate(context, now).await;
        match &answer {
            Ok(_) => self.refusals.succeeded(),
            Err(error) => {
                turn.failed(error);
                if !error.is_retryable() {
                    self.refusals.failed(error.clone(), now);
                }
                if error.is_denial() {
                    keys.deny(&keys.key, context, error);
                }
            }
        }
        answer
    }

    /// Counts `demand` against the present key, or the next. Also tells whether it is time for another.
    fn reserve(
        &self,
        limits: &CacheLimits,
        demand: Demand,
        now: SystemTime,
    ) -> Option<(Arc<DataKey>, bool)> {
        let mut keys = self.lock();
        if keys.current.as_mut().and_then(|used| used.reserve(limits, demand, now)).is_none() {
            // What is left of the former one is too little, or it is too old.
            let mut next = keys.next.take()?;
            let fits = next.reserve(limits, demand, now);
            keys.current = fits.map(|_| next);
            fits?;
        }
        let current = keys.current.as_ref()?;
        let is_ageing = keys.next.is_none() && current.is_ageing(limits, now);
        Some((Arc::clone(&current.key), is_ageing))
    }

    fn lock(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    fn reserve(&mut self, limits: &CacheLimits, demand: Demand, now: SystemTime) -> Option<()> {
        let messages = self.spent.messages.checked_add(demand.messages)?;
        let bytes = self.spent.bytes.checked_add(demand.bytes)?;
        let is_young = age(self.born, now) < limits.max_age;
        if !is_young || messages > limits.max_messages || bytes > limits.max_bytes {
            return None;
        }
        self.spent = Demand { messages, bytes };
        Some(())
    }

    /// Whether 80 % of a bound are used up.
    fn is_ageing(&self, limits: &CacheLimits, now: SystemTime) -> bool {
        self.spent.messages > limits.max_messages - limits.max_messages / 5
            || self.spent.bytes > limits.max_bytes - limits.max_bytes / 5
            || age(self.born, now) > limits.max_age - limits.max_age / 5
    }
}
