//! Failures of a source, which are counted before it is known that they are any.

use std::time::SystemTime;

use crate::column::{self, Kind, column, is_in};
use crate::counters::{Change, Counters};
use crate::policy::Policy;
use crate::reservation::Reservation;
use crate::scope::ScopeKind;
use crate::window::Window;

/// What an attempt had counted as a failure before it was known to be one.
///
/// A failure then has nothing left to say, which saves a write where most writes are: at a source that
/// guesses. A right attempt takes its failure back. What settled is what is counted less what is under
/// way, so nothing is decided differently. Whoever crashes in between has failed: an owner may wait for
/// it, and a guesser gains nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ahead {
    /// It was none, and is taken back.
    TakenBack,
    /// It was one, in this column.
    Failed(u64),
}

impl Policy {
    /// Whether attempts are counted ahead there: for as long as one holds room, its failure must not
    /// leave the window.
    pub(crate) fn counts_ahead(&self, kind: ScopeKind) -> bool {
        kind == ScopeKind::Source && self.rule(kind).window.length() >= AHEAD.memory()
    }

    /// In which slots room is held.
    ///
    /// Where attempts are counted ahead the cap does not depend on how long room is held; what has not been
    /// given back must soon look like the failure that it is, for others wait for room.
    pub(crate) fn room(&self, kind: ScopeKind) -> Window {
        if self.counts_ahead(kind) { AHEAD } else { self.reservations }
    }

    /// How many of the failures in the row are attempts under way.
    pub(crate) fn under_way(&self, kind: ScopeKind, row: &Counters, now: SystemTime) -> u64 {
        if self.counts_ahead(kind) { AHEAD.count(row, Kind::Pending, now) } else { 0 }
    }

    /// Whether a sum that was held back for the row still means something in it: room that has lapsed may be
    /// cleared away already, and to give it back then would leave a number below zero.
    pub fn still_counts(&self, kind: ScopeKind, at: u64, now: SystemTime) -> bool {
        let window =
            if is_in(Kind::Pending, at) { self.room(kind) } else { self.rule(kind).window };
        window.counts(column::slot(at), now)
    }

    /// Takes room on a scope.
    pub(crate) fn take_room(&self, kind: ScopeKind, now: SystemTime) -> Vec<Change> {
        let mut changes = vec![Change::Add(self.room(kind).column(Kind::Pending, now), 1)];
        if self.counts_ahead(kind) {
            changes.push(Change::Add(self.rule(kind).window.column(Kind::Failed, now), 1));
        }
        changes
    }

    /// Gives the room back that an attempt held.
    pub(crate) fn give_back(
        &self,
        reservation: &Reservation,
        kind: ScopeKind,
        failed: bool,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) -> Option<Ahead> {
        let since = reservation.reserved_at;
        out.push(Change::Add(self.room(kind).column(Kind::Pending, since), -1));
        if !self.counts_ahead(kind) {
            return None;
        }
        let window = self.rule(kind).window;
        let (taken, end) = (window.column(Kind::Failed, since), window.column(Kind::Failed, now));
        if !failed {
            out.push(Change::Add(taken, -1));
            return Some(Ahead::TakenBack);
        }
        if taken != end {
            // It counts from when it failed.
            out.extend([Change::Add(taken, -1), Change::Add(end, 1)]);
        }
        Some(Ahead::Failed(end))
    }

    /// Forgets the failures of a row, but for those that are attempts under way: these may still be none.
    pub(crate) fn forget_settled(
        &self,
        kind: ScopeKind,
        row: &Counters,
        now: SystemTime,
    ) -> Vec<Change> {
        let mut kept = i64::try_from(self.under_way(kind, row, now)).unwrap_or(i64::MAX);
        let mut slots: Vec<_> = row.slots(Kind::Failed).collect();
        slots.reverse();
        let forget = |(slot, value): (u64, i64)| {
            let keeps = value.clamp(0, kept);
            kept -= keeps;
            // Others may be adding to it right now.
            Change::Add(column(Kind::Failed, slot), -(value - keeps))
        };
        slots.into_iter().map(forget).collect()
    }
}

/// Attempts take seconds; half a minute is for a crowd in front of the hashes.
pub(crate) const AHEAD: Window = Window::of(10, 2);

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;
    use crate::counters::millis;
    use crate::decision::Decision;
    use crate::scope::{Attempt, Role, Scope};
    use crate::scope_rule::ScopeRule;
    use crate::scope_update::ScopeUpdate;
    use crate::settlement::Settlement;

    const SOURCE: ScopeKind = ScopeKind::Source;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000) + Duration::from_millis(millis)
    }

    fn attempt(account: &[u8]) -> Attempt<'_> {
        let source = Some("192.0.2.7".parse().unwrap());
        Attempt { account, device: None, source, guess: None }
    }

    /// The policy under which the row of those without an address is judged as a source is, but for what is
    /// counted ahead.
    fn twin(policy: &Policy) -> Policy {
        Policy { unaddressed: policy.rule(SOURCE).clone(), ..policy.clone() }
    }

    fn finding(policy: &Policy, kind: ScopeKind, row: &Counters, now: SystemTime) -> String {
        let finding = policy.assess(kind, Role::Held, row, now, false);
        format!("{finding:?}").replace("Unaddressed", "Source")
    }

    /// What an attempt writes to the row of its source once it is known how it ended.
    fn settled(
        policy: &Policy,
        one: &Reservation,
        row: &Counters,
        settlement: Settlement,
        now: SystemTime,
    ) -> ScopeUpdate {
        let rows = [Counters::new(), row.clone(), Counters::new(), Counters::new()];
        let calm = vec![Counters::new(); 4];
        let Decision::Admit(admission) = policy.decide(one, &calm, None, now, false) else {
            panic!("empty rows admit everybody")
        };
        let settled = policy.settle(admission, one, &rows, settlement, now);
        settled.updates().iter().find(|update| update.scope().kind() == SOURCE).unwrap().clone()
    }

    proptest! {
        /// Of attempts that begin and end in any order, each is decided as if failures were counted when they
        /// happen.
        #[test]
        fn counted_ahead_decides_as_counted_after(
            steps in prop::collection::vec(
                (0_u64..4, any::<prop::sample::Index>(), 0_u64..900, 0_u64..40), 1..150
            ),
            has_credits in any::<bool>(),
        ) {
            let mut policy = Policy::recommended();
            if !has_credits {
                policy.source = ScopeRule::new(policy.source.ladder.clone());
            }
            let (twin, window) = (twin(&policy), policy.source.window);
            let pending = |of: &Reservation| policy.reservations.column(Kind::Pending, of.reserved_at);
            let (mut ahead, mut after) = (Counters::new(), Counters::new());
            let mut under_way: Vec<(Reservation, bool)> = Vec::new();
            let mut now = 0;
            for (n, (end, which, pause, jump)) in steps.into_iter().enumerate() {
                // Now and then hours pass, in which nothing is under way.
                now += if under_way.is_empty() && jump == 0 { 40_000_000 } else { pause };
                let name = n.to_be_bytes();
                let (reservation, updates) = policy.reserve(&attempt(&name), at(now));
                ahead.apply(updates[1].changes());
                after.apply(&[Change::Add(pending(&reservation), 1)]);
                let said = finding(&policy, SOURCE, &ahead, at(now));
                prop_assert_eq!(&said, &finding(&twin, ScopeKind::Unaddressed, &after, at(now)));
                under_way.push((reservation, said == "Clear"));
                // Nobody takes as long as room lasts.
                let is_late = |(one, _): &(Reservation, bool)| {
                    one.reserved_at + Duration::from_secs(15) < at(now)
                };
                while let Some(which) = under_way.iter().position(is_late).or_else(|| {
                    (end > 0 && under_way.len() > 2).then(|| which.index(under_way.len()))
                }) {
                    let (one, is_admitted) = under_way.swap_remove(which);
                    after.apply(&[Change::Add(pending(&one), -1)]);
                    if !is_admitted {
                        let released = policy.release(&one, &[], at(now));
                        ahead.apply(released[1].changes());
                        continue;
                    }
                    let failed = end == 1;
                    let settlement = if failed { Settlement::Failed } else { Settlement::Verified };
                    ahead.apply(settled(&policy, &one, &ahead, settlement, at(now)).changes());
                    if failed {
                        let counted = Change::Add(window.column(Kind::Failed, at(now)), 1);
                        let last = Change::Set(column(Kind::LastFailure, 0), millis(at(now)));
                        after.apply(&[counted, last]);
                    } else if has_credits {
                        after.apply(&[Change::Add(window.column(Kind::Credit, at(now)), 1)]);
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_never_settles_has_failed() {
        let policy = Policy::recommended();
        let mut row = Counters::new();
        for n in 0..6_u8 {
            let (_, updates) = policy.reserve(&attempt(&[n]), at(0));
            row.apply(updates[1].changes());
            // Such a row lives as long as what it counts.
            assert!(updates[1].expires_at() >= at(86_400_000));
        }
        let under_way = |millis| policy.under_way(SOURCE, &row, at(millis));
        assert_eq!((under_way(0), under_way(19_000), under_way(30_000)), (6, 6, 0));
        let failed = policy.rule(SOURCE).window.count(&row, Kind::Failed, at(3_600_000));
        assert_eq!(failed, 6);
    }

    #[test]
    fn a_failure_counts_from_when_it_is_one() {
        let policy = Policy::recommended();
        let window = policy.rule(SOURCE).window;
        let (slot, _) = window.slots();
        let end = 1_790_000_000 / slot.as_secs() * slot.as_secs() + slot.as_secs();
        let moment = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
        let (reservation, updates) = policy.reserve(&attempt(b"a"), moment(end - 1));
        let mut rows: Vec<_> = vec![Counters::new(); 4];
        rows.iter_mut().zip(&updates).for_each(|(row, update)| row.apply(update.changes()));
        let own = settled(&policy, &reservation, &rows[1], Settlement::Failed, moment(end + 1));
        assert!(!own.may_wait(), "it moves to another slot");
        rows[1].apply(own.changes());
        let last = window.last_slot();
        assert_eq!(last.count(&rows[1], Kind::Failed, moment(end + slot.as_secs() * 2 - 1)), 1);
        // Elsewhere, where it was not counted ahead, it counts once, too.
        let mut apart = Counters::new();
        apart.apply(own.without_room().changes());
        assert_eq!(window.count(&apart, Kind::Failed, moment(end + 1)), 1);
        assert_eq!(window.count(&apart, Kind::Pending, moment(end + 1)), 0);
    }

    #[test]
    fn lifting_leaves_those_under_way_their_failures() {
        let policy = Policy::recommended();
        let scope = Scope::around("192.0.2.7".parse().unwrap()).next().unwrap();
        let window = policy.rule(SOURCE).window;
        let mut row = Counters::new();
        row.apply(&[Change::Add(window.column(Kind::Failed, at(0)), 5)]);
        row.apply(&[Change::Add(window.column(Kind::Failed, at(7_200_000)), 4)]);
        for n in 0..2_u8 {
            row.apply(policy.reserve(&attempt(&[n]), at(7_200_000)).1[1].changes());
        }
        let lifted = policy.lift(&scope, &row, at(7_200_000));
        // One more begins before it is written.
        row.apply(policy.reserve(&attempt(&[9]), at(7_200_000)).1[1].changes());
        row.apply(lifted.changes());
        assert_eq!(window.count(&row, Kind::Failed, at(7_200_000)), 3);
        assert_eq!(policy.under_way(SOURCE, &row, at(7_200_000)), 3);
    }
}
