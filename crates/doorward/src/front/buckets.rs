//! Leaky buckets of many keys, one number each, in bounded memory.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Buckets of `burst` that are filled up by one an interval, by the generic cell rate algorithm (ITU-T
/// I.371): all that is kept of a bucket is when it will be full.
///
/// There are never more than `most`. The bucket that gives way to another is the one that is full
/// first, so a key that is being limited stays while there is one that is not.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    interval: Duration,
    /// A bucket that is full this much later has room for one.
    slack: Duration,
    most: usize,
    /// A tree, which takes no pause to grow and none of the room of keys that went.
    full_at: BTreeMap<K, Duration>,
    /// The same, by time.
    by_time: BTreeSet<(Duration, K)>,
}

impl<K: Copy + Ord> Buckets<K> {
    /// `burst` is at least 1.
    pub(super) fn new(interval: Duration, burst: u32, most: usize) -> Self {
        Self {
            interval,
            slack: interval * (burst - 1),
            most,
            full_at: BTreeMap::new(),
            by_time: BTreeSet::new(),
        }
    }

    /// Takes one out of the bucket of `key`; or, if it is empty, tells in how long there will be one.
    pub(super) fn take(&mut self, key: K, now: Duration) -> Result<(), Duration> {
        let known = self.full_at.get(&key).copied();
        let full_at = known.map_or(now, |at| at.max(now));
        let wait = full_at.saturating_sub(now.saturating_add(self.slack));
        if !wait.is_zero() {
            return Err(wait);
        }
        match known {
            Some(at) => {
                self.by_time.remove(&(at, key));
            }
            None => self.make_room(),
        }
        let full_at = full_at.saturating_add(self.interval);
        self.full_at.insert(key, full_at);
        self.by_time.insert((full_at, key));
        Ok(())
    }

    /// Puts one back into the bucket of `key`, if one is missing.
    pub(super) fn put_back(&mut self, key: K, now: Duration) {
        let Some(at) = self.full_at.get_mut(&key) else { return };
        self.by_time.remove(&(*at, key));
        *at = at.saturating_sub(self.interval).max(now);
        self.by_time.insert((*at, key));
    }

    /// How many have been taken out of the bucket of `key` that have not come back.
    pub(super) fn taken(&self, key: K, now: Duration) -> u32 {
        let missing = self.full_at.get(&key).map_or(Duration::ZERO, |at| at.saturating_sub(now));
        let taken = missing.as_nanos().div_ceil(self.interval.as_nanos().max(1));
        u32::try_from(taken).unwrap_or(u32::MAX)
    }

    fn make_room(&mut self) {
        if self.full_at.len() >= self.most
            && let Some((_, fullest)) = self.by_time.pop_first()
        {
            self.full_at.remove(&fullest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl<K> Buckets<K> {
        pub(in crate::front) fn len(&self) -> usize {
            assert_eq!(self.full_at.len(), self.by_time.len());
            self.full_at.len()
        }
    }

    proptest! {
        #[test]
        fn who_gives_way_was_to_be_full_before_all_who_stay(
            (burst, most) in (1..5_u32, 1..6_usize),
            takes in prop::collection::vec((0..12_u8, 0..40_u64), 1..300),
        ) {
            let second = Duration::from_secs(1);
            let mut buckets = Buckets::new(second, burst, most);
            let mut now = Duration::ZERO;
            for (key, millis) in takes {
                now += Duration::from_millis(millis);
                let before = buckets.full_at.clone();
                let taken = buckets.take(key, now);
                prop_assert!(buckets.len() <= most);
                let gone = before.iter().filter(|(key, _)| !buckets.full_at.contains_key(key));
                for (_, full_at) in gone {
                    prop_assert!(taken.is_ok() && !before.contains_key(&key));
                    let mut stayed = before.iter().filter(|(key, _)| buckets.full_at.contains_key(key));
                    prop_assert!(stayed.all(|(_, other)| full_at <= other));
                }
                // Whoever was refused is in mind, and as before.
                prop_assert!(taken.is_ok() || buckets.full_at == before);
            }
        }
    }
}
