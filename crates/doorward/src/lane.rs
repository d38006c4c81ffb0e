//! Queues side by side: for known devices, for networks that have been quiet, for everybody else, and one before all.

use std::collections::VecDeque;

use doorward_throttle::SourcePrefix;

use crate::ranks::{Arrival, Ranks};

/// Where something waits. Known devices go first and have a queue of their own, as long as the others: a
/// flood of strangers does not keep owners out. Behind them come strangers from where owners log in from, or from networks that
/// nobody has come from of late: whoever floods has come before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lane {
    /// Whoever was inside already goes before all.
    Returning,
    Known,
    /// Of a network, or of an address that owners know, and how loud that is: the quieter, the sooner.
    Quiet(SourcePrefix, u8),
    Strangers,
}

/// What waits in each.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    returning: VecDeque<T>,
    known: VecDeque<T>,
    quiet: Ranks<T>,
    strangers: VecDeque<T>,
    known_in_a_row: u32,
    quiet_in_a_row: u32,
}

impl<T> Lanes<T> {
    /// Answers who it is among those from quiet networks, who alone can leave.
    pub(crate) fn push(&mut self, lane: Lane, waiting: T) -> Option<Arrival> {
        match lane {
            Lane::Returning => self.returning.push_back(waiting),
            Lane::Known => self.known.push_back(waiting),
            Lane::Quiet(network, level) => return Some(self.quiet.push(network, level, waiting)),
            Lane::Strangers => self.strangers.push_back(waiting),
        }
        None
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
        let loud = self.quiet.len() == 0 || self.quiet_in_a_row >= QUIET_IN_A_ROW;
        if let Some(waiting) = loud.then(|| self.strangers.pop_front()).flatten() {
            self.quiet_in_a_row = 0;
            return Some(waiting);
        }
        let quiet = self.quiet.pop()?;
        self.quiet_in_a_row = self.quiet_in_a_row.saturating_add(1);
        Some(quiet)
    }

    /// Turns the loudest away while more than so many wait from networks that have come back of late, or more than
    /// [`longer`] from quiet networks in all.
    pub(crate) fn trim(&mut self, longest: usize) {
        while self.quiet.len_of_loud() > longest || self.quiet.len() > longer(longest) {
            self.quiet.pop_loudest();
        }
    }

    /// Whoever waits in a network's turn has gone away.
    pub(crate) fn remove(&mut self, arrival: Arrival) {
        self.quiet.remove(arrival);
    }

    /// Keeps those alone that do, but for those who say when they go.
    pub(crate) fn retain(&mut self, does: impl Fn(&T) -> bool) {
        self.returning.retain(&does);
        self.known.retain(&does);
        self.strangers.retain(&does);
    }

    /// How many wait in one of them.
    pub(crate) fn len_of(&self, lane: Lane) -> usize {
        match lane {
            Lane::Returning => self.returning.len(),
            Lane::Known => self.known.len(),
            Lane::Quiet(..) => self.quiet.len(),
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
            quiet: Ranks::default(),
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

/// So many may wait from networks that have not come back yet, where others may be `longest`: a flood shows who it is when it
/// comes back, and until then owners wait among it, who must not be turned away meanwhile. Each holds a connection: there must
/// be some left for whoever asks for something else.
fn longer(longest: usize) -> usize {
    longest.saturating_mul(16).min(longest.max(8_192))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn quiet(network: u8, level: u8) -> Lane {
        let address = Ipv4Addr::new(192, 0, network, 1);
        Lane::Quiet(SourcePrefix::neighbourhood(address.into()), level)
    }

    fn push(lanes: &mut Lanes<char>, lane: Lane, waiting: char) {
        let _ = lanes.push(lane, waiting);
    }

    #[test]
    fn known_devices_go_first_and_strangers_are_not_kept_out() {
        let mut lanes = Lanes::default();
        (0..2).for_each(|_| push(&mut lanes, Lane::Strangers, 's'));
        (0..8).for_each(|_| push(&mut lanes, Lane::Known, 'k'));
        push(&mut lanes, Lane::Returning, 'r');
        assert_eq!((lanes.len(), lanes.len_of(Lane::Known)), (11, 8));
        assert_eq!(std::iter::from_fn(|| lanes.pop()).collect::<String>(), "rkkkskkkskk");
        assert!(lanes.is_empty());
    }

    #[test]
    fn quiet_networks_go_before_loud_ones_which_have_their_turn_all_the_same() {
        let mut lanes = Lanes::default();
        (0..3).for_each(|_| push(&mut lanes, Lane::Strangers, 's'));
        (0..9).for_each(|number| push(&mut lanes, quiet(number, 2), 'q'));
        (0..4).for_each(|_| push(&mut lanes, Lane::Known, 'k'));
        assert_eq!(lanes.len_of(quiet(0, 0)), 9);
        assert_eq!(std::iter::from_fn(|| lanes.pop()).collect::<String>(), "kkkqkqqqqqqsqqss");
        assert!(lanes.is_empty());
    }

    #[test]
    fn the_longer_line_has_an_end() {
        for (longest, expected) in
            [(0, 0), (2, 32), (498, 7_968), (600, 8_192), (9_000, 9_000), (usize::MAX, usize::MAX)]
        {
            assert_eq!(longer(longest), expected);
        }
    }

    #[test]
    fn the_loudest_is_turned_away_and_the_new_wait_in_a_longer_line() {
        let mut lanes = Lanes::default();
        for number in 0..40 {
            push(&mut lanes, quiet(number, 1), 'n');
            lanes.trim(2);
        }
        assert_eq!(lanes.len(), 32);
        // They come back, and two of them stay.
        for number in 0..32 {
            push(&mut lanes, quiet(number, 2), 'l');
            lanes.trim(2);
        }
        assert_eq!(lanes.len(), 2);
        push(&mut lanes, quiet(90, 0), 'o');
        lanes.trim(2);
        assert_eq!(std::iter::from_fn(|| lanes.pop()).collect::<String>(), "onn");
    }
}
