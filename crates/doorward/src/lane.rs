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
    Quiet,
    Strangers,
}

/// What waits in each.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    returning: VecDeque<T>,
    known: VecDeque<T>,
    quiet: VecDeque<T>,
    strangers: VecDeque<T>,
    known_in_a_row: u32,
    quiet_in_a_row: u32,
}

impl<T> Lanes<T> {
    pub(crate) fn push(&mut self, lane: Lane, waiting: T) {
        match lane {
            Lane::Returning => self.returning.push_back(waiting),
            Lane::Known => self.known.push_back(waiting),
            Lane::Quiet => self.quiet.push_back(waiting),
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
        let loud = self.quiet.is_empty() || self.quiet_in_a_row >= QUIET_IN_A_ROW;
        if let Some(waiting) = loud.then(|| self.strangers.pop_front()).flatten() {
            self.quiet_in_a_row = 0;
            return Some(waiting);
        }
        let quiet = self.quiet.pop_front()?;
        self.quiet_in_a_row = self.quiet_in_a_row.saturating_add(1);
        Some(quiet)
    }

    /// Keeps those alone that do.
    pub(crate) fn retain(&mut self, does: impl Fn(&T) -> bool) {
        self.returning.retain(&does);
        self.known.retain(&does);
        self.quiet.retain(&does);
        self.strangers.retain(&does);
    }

    /// How many wait in one of them.
    pub(crate) fn len_of(&self, lane: Lane) -> usize {
        match lane {
            Lane::Returning => self.returning.len(),
            Lane::Known => self.known.len(),
            Lane::Quiet => self.quiet.len(),
            Lane::Strangers => self.strangers.len(),
        }
    }

    /// How many wait in all.
    pub(crate) fn len(&self) -> usize {
        self.returning.len() + self.known.len() + self.quiet.len() + self.strangers.len()
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
            quiet: VecDeque::new(),
            strangers: VecDeque::new(),
            known_in_a_row: 0,
            quiet_in_a_row: 0,
        }
    }
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
        (0..9).for_each(|_| lanes.push(Lane::Quiet, 'q'));
        (0..4).for_each(|_| lanes.push(Lane::Known, 'k'));
        assert_eq!(lanes.len_of(Lane::Quiet), 9);
        assert_eq!(std::iter::from_fn(|| lanes.pop()).collect::<String>(), "kkkqkqqqqqqsqqss");
        assert!(lanes.is_empty());
    }
}
