//! Keys by id, each with its status: what the rings and the set of this crate are made of.

pub(crate) mod error;

use std::mem;

use crate::{
    DuplicateKeyId, FieldKey, IndexKey, KeyId, KeyStatus, MacKey, MinimumError, PromotionError,
    RetirementError, RootKey,
};

/// A secret with an id.
pub(crate) trait Named {
    fn id(&self) -> KeyId;
}

/// One primary and any number of others. A look-up is a scan: there are few of them.
#[derive(Debug)]
pub(crate) struct Staged<K> {
    primary: K,
    others: Vec<Other<K>>,
    minimum: KeyId,
}

#[derive(Debug)]
enum Other<K> {
    Pending(K),
    OpenOnly(K),
    Retired(KeyId),
}

impl<K> Staged<K> {
    pub(crate) const fn new(primary: K) -> Self {
        Self { primary, others: Vec::new(), minimum: KeyId::new(0) }
    }

    pub(crate) fn primary(&self) -> &K {
        &self.primary
    }

    pub(crate) fn minimum(&self) -> KeyId {
        self.minimum
    }

    /// The same ids, statuses and order, of keys that `make` gives.
    pub(crate) fn map<T>(&self, make: impl Fn(&K) -> T) -> Staged<T> {
        let other = |other: &Other<K>| match other {
            Other::Pending(key) => Other::Pending(make(key)),
            Other::OpenOnly(key) => Other::OpenOnly(make(key)),
            Other::Retired(id) => Other::Retired(*id),
        };
        Staged {
            primary: make(&self.primary),
            others: self.others.iter().map(other).collect(),
            minimum: self.minimum,
        }
    }
}

impl<K: Named> Staged<K> {
    pub(crate) fn add_pending(&mut self, key: K) -> Result<(), DuplicateKeyId> {
        self.add(Other::Pending(key))
    }

    pub(crate) fn add_open_only(&mut self, key: K) -> Result<(), DuplicateKeyId> {
        self.add(Other::OpenOnly(key))
    }

    pub(crate) fn add_retired(&mut self, id: KeyId) -> Result<(), DuplicateKeyId> {
        self.add(Other::Retired(id))
    }

    pub(crate) fn set_minimum(&mut self, minimum: KeyId) -> Result<(), MinimumError> {
        let primary = self.primary.id();
        if primary < minimum {
            return Err(MinimumError { minimum, primary });
        }
        self.minimum = minimum;
        Ok(())
    }

    pub(crate) fn promote(&mut self, id: KeyId) -> Result<(), PromotionError> {
        if id == self.primary.id() {
            return Ok(());
        }
        if id < self.minimum {
            return Err(PromotionError::BelowMinimum { id, minimum: self.minimum });
        }
        let at = self.position(id).ok_or(PromotionError::Unknown { id })?;
        if matches!(self.others[at], Other::Retired(_)) {
            return Err(PromotionError::Retired { id });
        }
        if let Other::Pending(key) | Other::OpenOnly(key) = self.others.remove(at) {
            let former = mem::replace(&mut self.primary, key);
            self.others.insert(0, Other::OpenOnly(former));
        }
        Ok(())
    }

    pub(crate) fn retire(&mut self, id: KeyId) -> Result<(), RetirementError> {
        if id == self.primary.id() {
            return Err(RetirementError::Primary { id });
        }
        let at = self.position(id).ok_or(RetirementError::Unknown { id })?;
        // Drops the key, which wipes itself.
        self.others[at] = Other::Retired(id);
        Ok(())
    }

    /// The primary first, then the others in the order in which they came. A retired one has no key.
    pub(crate) fn all(&self) -> impl Iterator<Item = (KeyId, KeyStatus, Option<&K>)> {
        let primary = (self.primary.id(), KeyStatus::Primary, Some(&self.primary));
        let others = self.others.iter().map(|other| (other.id(), other.status(), other.key()));
        std::iter::once(primary).chain(others)
    }

    pub(crate) fn statuses(&self) -> impl Iterator<Item = (KeyId, KeyStatus)> + '_ {
        self.all().map(|(id, status, _)| (id, status))
    }

    pub(crate) fn status(&self, id: KeyId) -> Option<KeyStatus> {
        self.statuses().find(|(known, _)| *known == id).map(|(_, status)| status)
    }

    /// The keys that are not retired.
    pub(crate) fn live(&self) -> impl Iterator<Item = (KeyStatus, &K)> {
        self.all().filter_map(|(_, status, key)| Some((status, key?)))
    }

    /// The keys that open: what is live and not below the minimum.
    pub(crate) fn openers(&self) -> impl Iterator<Item = (KeyStatus, &K)> {
        self.live().filter(|(_, key)| key.id() >= self.minimum)
    }

    pub(crate) fn opener(&self, id: KeyId) -> Option<&K> {
        self.openers().find(|(_, key)| key.id() == id).map(|(_, key)| key)
    }

    fn add(&mut self, other: Other<K>) -> Result<(), DuplicateKeyId> {
        let id = other.id();
        if self.status(id).is_some() {
            return Err(DuplicateKeyId { id });
        }
        self.others.push(other);
        Ok(())
    }

    fn position(&self, id: KeyId) -> Option<usize> {
        self.others.iter().position(|other| other.id() == id)
    }
}

impl<K> Other<K> {
    fn key(&self) -> Option<&K> {
        match self {
            Self::Pending(key) | Self::OpenOnly(key) => Some(key),
            Self::Retired(_) => None,
        }
    }

    fn status(&self) -> KeyStatus {
        match self {
            Self::Pending(_) => KeyStatus::Pending,
            Self::OpenOnly(_) => KeyStatus::OpenOnly,
            Self::Retired(_) => KeyStatus::Retired,
        }
    }
}

impl<K: Named> Named for Other<K> {
    fn id(&self) -> KeyId {
        match self {
            Self::Pending(key) | Self::OpenOnly(key) => key.id(),
            Self::Retired(id) => *id,
        }
    }
}

impl Named for FieldKey {
    fn id(&self) -> KeyId {
        self.id()
    }
}

impl Named for IndexKey {
    fn id(&self) -> KeyId {
        self.id()
    }
}

impl Named for MacKey {
    fn id(&self) -> KeyId {
        self.id()
    }
}

impl Named for RootKey {
    fn id(&self) -> KeyId {
        self.id()
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;

    struct Counted(KeyId, #[allow(dead_code, reason = "its count is what is looked at")] Rc<()>);

    impl Named for Counted {
        fn id(&self) -> KeyId {
            self.0
        }
    }

    #[test]
    fn r25_a_retired_key_is_dropped_at_once() {
        let held = Rc::new(());
        let key = |id| Counted(KeyId::new(id), Rc::clone(&held));
        let mut keys = Staged::new(key(1));
        keys.add_open_only(key(2)).unwrap();
        keys.add_pending(key(3)).unwrap();
        assert_eq!(Rc::strong_count(&held), 4);
        for (id, left) in [(2, 3), (3, 2), (3, 2)] {
            keys.retire(KeyId::new(id)).unwrap();
            assert_eq!(Rc::strong_count(&held), left);
        }
        let primary = RetirementError::Primary { id: KeyId::new(1) };
        assert_eq!(keys.retire(KeyId::new(1)), Err(primary));
        assert_eq!(Rc::strong_count(&held), 2);
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Minimum(u32),
        Pending(u32),
        Promote(u32),
        Retire(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        let id = 0u32..6;
        prop_oneof![
            id.clone().prop_map(Step::Minimum),
            id.clone().prop_map(Step::Pending),
            id.clone().prop_map(Step::Promote),
            id.prop_map(Step::Retire),
        ]
    }

    proptest! {
        /// Whatever is done in whatever order: one primary, which opens; ids stay taken; a retired key
        /// stays retired; what is refused changes nothing.
        #[test]
        fn r25_no_order_of_steps_breaks_the_rules(steps in prop::collection::vec(step(), 0..40)) {
            let held = Rc::new(());
            let key = |id| Counted(KeyId::new(id), Rc::clone(&held));
            let mut keys = Staged::new(key(3));
            for step in steps {
                let before: Vec<_> = keys.statuses().collect();
                let done = match step {
                    Step::Minimum(id) => keys.set_minimum(KeyId::new(id)).is_ok(),
                    Step::Pending(id) => keys.add_pending(key(id)).is_ok(),
                    Step::Promote(id) => keys.promote(KeyId::new(id)).is_ok(),
                    Step::Retire(id) => keys.retire(KeyId::new(id)).is_ok(),
                };
                let after: Vec<_> = keys.statuses().collect();
                if !done {
                    prop_assert_eq!(&before, &after);
                }
                prop_assert_eq!(after.iter().filter(|(_, status)| status.seals()).count(), 1);
                prop_assert!(keys.opener(keys.primary().id()).is_some());
                for (id, status) in before {
                    let now = keys.status(id).unwrap();
                    prop_assert!(status != KeyStatus::Retired || now == KeyStatus::Retired);
                    prop_assert!(now != KeyStatus::Pending || status == KeyStatus::Pending);
                    let opens = now.opens() && id >= keys.minimum();
                    prop_assert_eq!(keys.opener(id).is_some(), opens);
                }
                prop_assert_eq!(Rc::strong_count(&held) - 1, keys.live().count());
            }
        }
    }
}
