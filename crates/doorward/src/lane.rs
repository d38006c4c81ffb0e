//! Queues side by side: for known devices, for networks that have been quiet, for everybody else, and one before all.

use std::collections::VecDeque;

/// Where something waits. Known devices go first and have a queue of their own, as long as the others: a
/// flood of strangers does not keep owners out. Behind them come strangers from networks that nobody has come from of
/// late: whoever floods has come before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lane {
    /// Whoever was inside already goes before all.
    Returning,
    Known,
    /// Of a network that so many have come from of late, below [`LEVELS`]: the fewer, the sooner.
    Quiet(u8),
    Strangers,
}

/// What waits in each.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    returning: VecDeque<T>,
    known: VecDeque<T>,
    quiet: [VecDeque<T>; LEVELS],
    strangers: VecDeque<T>,
    known_in_a_row: u32,
    quiet_in_a_row: u32,
}

impl<T> Lanes<T> {
    pub(crate) fn push(&mut self, lane: Lane, waiting: T) {
        match lane {
            Lane::Returning => self.returning.push_back(waiting),
            Lane::Known => self.known.push_back(waiting),
            Lane::Quiet(level) => self.quiet[at(level)].push_back(waiting),
            Lane::Strangers => self.strangers.push_back(waiting),
        }
    }

    /// Whose turn it is.
    pub(crate) fn pop(&mut self) -> Option<T> {
        if let Some(waiting) = self.returning.pop_front() {
            return Some(waiting);
        }
        let stranger = self.known.is_empty() || self.known_in_a_row >= KNOWN_IN_A_ROW;
        if let Some(waiting) = stranger.then(|| self.pop_stranger()).flatten() {
            self.known_in_a_row = 0;
            return Some(waiting);
        }
        let known = self.known.pop_front()?;
        self.known_in_a_row = self.known_in_a_row.saturating_add(1);
        Some(known)
    }

    fn pop_stranger(&mut self) -> Option<T> {
        let loud = self.quiet_len() == 0 || self.quiet_in_a_row >= QUIET_IN_A_ROW;
        if let Some(waiting) = loud.then(|| self.strangers.pop_front()).flatten() {
            self.quiet_in_a_row = 0;
            return Some(waiting);
        }
        let quiet = self.quiet.iter_mut().find_map(VecDeque::pop_front)?;
        self.quiet_in_a_row = self.quiet_in_a_row.saturating_add(1);
        Some(quiet)
    }

    /// Takes out whoever came last from a network that is louder than this, to make room: from the loudest of all.
    pub(crate) fn evict(&mut self, lane: Lane) -> Option<T> {
        let Lane::Quiet(level) = lane else { return None };
        self.quiet[at(level) + 1..].iter_mut().rev().find_map(VecDeque::pop_back)
    }

    /// Keeps those alone that do.
    pub(crate) fn retain(&mut self, does: impl Fn(&T) -> bool) {
        self.returning.retain(&does);
        self.known.retain(&does);
        self.quiet.iter_mut().for_each(|level| level.retain(&does));
        self.strangers.retain(&does);
    }

    /// How many wait in one of them.
    pub(crate) fn len_of(&self, lane: Lane) -> usize {
        match lane {
            Lane::Returning => self.returning.len(),
            Lane::Known => self.known.len(),
            // All levels share their room.
            Lane::Quiet(_) => self.quiet_len(),
            Lane::Strangers => self.strangers.len(),
        }
    }

    /// How many wait in all.
    pub(crate) fn len(&self) -> usize {
        self.returning.len() + self.known.len() + self.quiet_len() + self.strangers.len()
    }

    fn quiet_len(&self) -> usize {
        self.quiet.iter().map(VecDeque::len).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Self {
            returning: VecDeque::new(),
            known: VecDeque::new(),
            quiet: Default::default(),
            strangers: VecDeque::new(),
            known_in_a_row: 0,
            quiet_in_a_row: 0,
        }
    }
}

/// How quiet a network can be.
pub(crate) const LEVELS: usize = 8;

fn at(level: u8) -> usize {
    usize::from(level).min(LEVELS - 1)
}

/// After so many known devices in a row it is a stranger's turn, if one waits: nobody who logs in in a
/// loop keeps the others out.
const KNOWN_IN_A_ROW: u32 = 3;

/// Likewise for those from quiet networks, before it is the turn of one from a loud one: an office or a mobile network is
/// loud on a Monday morning, and is not kept out either.
const QUIET_IN_A_ROW: u32 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_devices_go_first_and_strangers_are_not_kept_out() {
        let mut lanes = Lanes::default();
        (0..2).for_each(|_| lanes.push(Lane::Strangers, 's'));
        (0..8).for_each(|_| lanes.push(Lane::Known, 'k'));
        lanes.push(Lane::Returning, 'r');
        assert_eq!((lanes.len(), lanes.len_of(Lane::Known)), (11, 8));
        assert_eq!(std::iter::from_fn(|| lanes.pop()).collect::<String>(), "rkkkskkkskk");
        assert!(lanes.is_empty());
    }

    #[test]
    fn quiet_networks_go_before_loud_ones_which_have_their_turn_all_the_same() {
        let mut lanes = Lanes::default();
        (0..3).for_each(|_| lanes.push(Lane::Strangers, 's'));
        (0..9).for_each(|_| lanes.push(Lane::Quiet(2), 'q'));
        (0..4).for_each(|_| lanes.push(Lane::Known, 'k'));
        assert_eq!(lanes.len_of(Lane::Quiet(0)), 9);
        assert_eq!(std::iter::from_fn(|| lanes.pop()).collect::<String>(), "kkkqkqqqqqqsqqss");
        assert!(lanes.is_empty());
    }

    #[test]
    fn the_quieter_goes_first_and_the_loudest_gives_way() {
        let mut lanes = Lanes::default();
        for (level, waiting) in [(3, 'a'), (0, 'b'), (7, 'c'), (0, 'd'), (3, 'e'), (255, 'f')] {
            lanes.push(Lane::Quiet(level), waiting);
        }
        assert_eq!(
            (lanes.evict(Lane::Quiet(1)), lanes.evict(Lane::Quiet(1))),
            (Some('f'), Some('c'))
        );
        assert_eq!(lanes.evict(Lane::Quiet(3)), None, "nobody gives way to one that is as loud");
        assert_eq!(lanes.evict(Lane::Quiet(2)), Some('e'));
        assert_eq!((lanes.evict(Lane::Strangers), lanes.evict(Lane::Known)), (None, None));
        assert_eq!(std::iter::from_fn(|| lanes.pop()).collect::<String>(), "bda");
    }
}
