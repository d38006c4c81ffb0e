//! Those who wait from networks that can be told apart: the quieter first.

use std::collections::{BTreeMap, BTreeSet};

use doorward_throttle::SourcePrefix;

/// A queue in which one attempt more from a network puts all back that wait from there: how loud it is shows while they
/// wait, and whoever came in the first second of a flood does not go before owners because of that.
#[derive(Debug)]
pub(crate) struct Ranks<T> {
    arrivals: u64,
    /// By level, then in the order in which they came.
    waiting: BTreeMap<(u8, u64), (SourcePrefix, T)>,
    networks: BTreeMap<SourcePrefix, Network>,
    /// How many wait at each level.
    levels: [usize; LEVELS],
}

#[derive(Debug, Default)]
struct Network {
    level: u8,
    arrivals: BTreeSet<u64>,
}

/// Who waits in a [`Ranks`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Arrival {
    network: SourcePrefix,
    number: u64,
}

impl<T> Ranks<T> {
    /// One more, of a network that is as loud as this by now.
    pub(crate) fn push(&mut self, network: SourcePrefix, level: u8, waiting: T) -> Arrival {
        let level = level.min(LOUDEST);
        self.move_to(network, level);
        let number = self.arrivals;
        self.arrivals += 1;
        self.networks.entry(network).or_default().arrivals.insert(number);
        self.waiting.insert((level, number), (network, waiting));
        self.levels[usize::from(level)] += 1;
        Arrival { network, number }
    }

    /// The quietest; of these, whoever came first.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let (key, (network, waiting)) = self.waiting.pop_first()?;
        self.leave(network, key);
        Some(waiting)
    }

    /// The loudest; of these, whoever came last.
    pub(crate) fn pop_loudest(&mut self) -> Option<T> {
        let (key, (network, waiting)) = self.waiting.pop_last()?;
        self.leave(network, key);
        Some(waiting)
    }

    /// Takes one out, if they wait still.
    pub(crate) fn remove(&mut self, arrival: Arrival) {
        let Arrival { network, number } = arrival;
        let Some(known) = self.networks.get(&network) else { return };
        let key = (known.level, number);
        if self.waiting.remove(&key).is_some() {
            self.leave(network, key);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How many of them come from networks that have come back of late.
    pub(crate) fn len_of_loud(&self) -> usize {
        self.levels[usize::from(NEW) + 1..].iter().sum()
    }

    fn move_to(&mut self, network: SourcePrefix, level: u8) {
        let known = self.networks.entry(network).or_default();
        let before = std::mem::replace(&mut known.level, level);
        if before == level {
            return;
        }
        for &number in &known.arrivals {
            if let Some(waiting) = self.waiting.remove(&(before, number)) {
                self.waiting.insert((level, number), waiting);
                self.levels[usize::from(before)] -= 1;
                self.levels[usize::from(level)] += 1;
            }
        }
    }

    fn leave(&mut self, network: SourcePrefix, (level, number): (u8, u64)) {
        self.levels[usize::from(level)] -= 1;
        if let Some(known) = self.networks.get_mut(&network) {
            known.arrivals.remove(&number);
            if known.arrivals.is_empty() {
                self.networks.remove(&network);
            }
        }
    }
}

impl<T> Default for Ranks<T> {
    fn default() -> Self {
        Self {
            arrivals: 0,
            waiting: BTreeMap::new(),
            networks: BTreeMap::new(),
            levels: [0; LEVELS],
        }
    }
}

/// How quiet a network can be.
pub(crate) const LEVELS: usize = 9;

/// Of a network that nobody has come from.
pub(crate) const NEW: u8 = 1;

const LOUDEST: u8 = LEVELS as u8 - 1;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn network(number: u8) -> SourcePrefix {
        SourcePrefix::neighbourhood(Ipv4Addr::new(192, 0, number, 1).into())
    }

    #[test]
    fn whoever_waits_is_as_loud_as_their_network_is_by_now() {
        let mut ranks = Ranks::default();
        let _ = ranks.push(network(1), 1, 'a');
        let _ = ranks.push(network(2), 1, 'b');
        let gone = ranks.push(network(3), 1, 'c');
        assert_eq!((ranks.len(), ranks.len_of_loud()), (3, 0));
        let _ = ranks.push(network(1), 2, 'd');
        assert_eq!((ranks.len(), ranks.len_of_loud()), (4, 2));
        let _ = ranks.push(network(4), 0, 'e');
        ranks.remove(gone);
        ranks.remove(gone);
        assert_eq!(ranks.pop_loudest(), Some('d'));
        assert_eq!(std::iter::from_fn(|| ranks.pop()).collect::<String>(), "eba");
        assert!(ranks.networks.is_empty());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Push(u8, u8),
        Pop,
        PopLoudest,
        Remove(prop::sample::Index),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..6_u8, 0..12_u8).prop_map(|(network, level)| Step::Push(network, level)),
            1 => Just(Step::Pop),
            1 => Just(Step::PopLoudest),
            1 => any::<prop::sample::Index>().prop_map(Step::Remove),
        ]
    }

    proptest! {
        /// Against a list that is sorted anew each time.
        #[test]
        fn it_is_a_list_sorted_by_how_loud_networks_are(steps in prop::collection::vec(step(), 1..200)) {
            let mut ranks = Ranks::default();
            let mut arrivals = Vec::new();
            let mut list: Vec<(u8, usize, u8)> = Vec::new();
            for step in steps {
                match step {
                    Step::Push(number, level) => {
                        let at = arrivals.len();
                        arrivals.push(ranks.push(network(number), level, at));
                        list.push((0, at, number));
                        let same = list.iter_mut().filter(|(_, _, other)| *other == number);
                        same.for_each(|one| one.0 = level.min(LOUDEST));
                    }
                    Step::Pop => {
                        list.sort_unstable();
                        let first = (!list.is_empty()).then(|| list.remove(0).1);
                        prop_assert_eq!(ranks.pop(), first);
                    }
                    Step::PopLoudest => {
                        list.sort_unstable();
                        prop_assert_eq!(ranks.pop_loudest(), list.pop().map(|one| one.1));
                    }
                    Step::Remove(which) if !arrivals.is_empty() => {
                        let at = which.index(arrivals.len());
                        ranks.remove(arrivals[at]);
                        list.retain(|one| one.1 != at);
                    }
                    Step::Remove(_) => {}
                }
                prop_assert_eq!(ranks.len(), list.len());
                let loud = list.iter().filter(|one| one.0 > NEW).count();
                prop_assert_eq!(ranks.len_of_loud(), loud);
                prop_assert_eq!(ranks.networks.is_empty(), list.is_empty());
            }
        }
    }
}
