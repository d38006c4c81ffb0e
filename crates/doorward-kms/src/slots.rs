use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many slots of a cache, by name. What is asked for longest ago goes first.
///
/// A slot that goes while somebody still has it does no harm: whoever comes after makes another, for the
/// price of a call.
#[derive(Debug)]
pub(crate) struct Slots<N, S>(Mutex<Table<N, S>>);

#[derive(Debug)]
struct Table<N, S> {
    slots: HashMap<N, (u64, Arc<S>)>,
    asked: u64,
}

impl<N: Clone + Eq + Hash, S: Default> Slots<N, S> {
    /// The slot of that name. For a new one, those that are of no use any more make room first.
    pub(crate) fn slot(
        &self,
        name: &N,
        entries: NonZeroUsize,
        is_spent: impl Fn(&S) -> bool,
    ) -> Arc<S> {
        let mut table = self.lock();
        let Table { slots, asked } = &mut *table;
        *asked += 1;
        if let Some((last, slot)) = slots.get_mut(name) {
            *last = *asked;
            return Arc::clone(slot);
        }
        // What somebody has is in use, and may be about to get its key.
        slots.retain(|_, (_, slot)| Arc::strong_count(slot) > 1 || !is_spent(slot));
        if slots.len() >= entries.get() {
            let oldest = slots.iter().min_by_key(|(_, (last, _))| *last);
            let oldest = oldest.map(|(name, _)| name.clone());
            oldest.and_then(|name| slots.remove(&name));
        }
        let slot = Arc::default();
        slots.insert(name.clone(), (*asked, Arc::clone(&slot)));
        slot
    }

    /// Does something with every slot.
    pub(crate) fn each(&self, mut act: impl FnMut(&S)) {
        self.lock().slots.values().for_each(|(_, slot)| act(slot));
    }

    pub(crate) fn clear(&self) {
        self.lock().slots.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Table<N, S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N, S> Default for Slots<N, S> {
    fn default() -> Self {
        Self(Mutex::new(Table { slots: HashMap::new(), asked: 0 }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

    fn names(slots: &Slots<u8, AtomicBool>) -> Vec<u8> {
        let mut names: Vec<u8> = slots.lock().slots.keys().copied().collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn the_one_asked_for_longest_ago_makes_room() {
        let slots = Slots::<u8, AtomicBool>::default();
        for name in [1, 2, 1, 3] {
            slots.slot(&name, TWO, |_| false);
        }
        assert_eq!(names(&slots), [1, 3]);
    }

    #[test]
    fn spent_slots_make_room_unless_somebody_has_them() {
        let slots = Slots::<u8, AtomicBool>::default();
        let spent = |slot: &AtomicBool| slot.load(Ordering::SeqCst);
        slots.slot(&1, TWO, spent).store(true, Ordering::SeqCst);
        let held = slots.slot(&2, TWO, spent);
        held.store(true, Ordering::SeqCst);
        slots.slot(&3, TWO, spent);
        assert_eq!(names(&slots), [2, 3]);
    }
}
