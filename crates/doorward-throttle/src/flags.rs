//! Passwords that are being sprayed, as all instances know them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::column::{Kind, column};
use crate::counters::{Change, Counters, millis};
use crate::flagged::{LONGEST_HOLD, flagged_until};
use crate::scope::{Scope, ScopeKind};
use crate::scope_update::ScopeUpdate;
use crate::window::SKEW;

/// The rows of sprayed passwords, as they were read last, a password's in one of them by its tag.
#[derive(Debug)]
pub(crate) struct Flags {
    rows: [Counters; SHARDS],
    next: usize,
    read_at: SystemTime,
}

impl Default for Flags {
    fn default() -> Self {
        Self { rows: [const { Counters::new() }; SHARDS], next: 0, read_at: UNIX_EPOCH }
    }
}

impl Flags {
    /// Until when a password is flagged, if it is.
    pub(crate) fn until(&self, tag: u64, now: SystemTime) -> Option<SystemTime> {
        flagged_until(&self.rows[shard(tag)], tag, now)
    }

    /// Until when so many passwords count as flagged lately, if they do: each for half a day after its
    /// flag has ended, for a sprayer goes on to the next one.
    pub(crate) fn until_fewer_than(&self, most: usize, now: SystemTime) -> Option<SystemTime> {
        let lately = now.checked_sub(LATELY)?;
        let flagged = |row: &Counters, tag| {
            let until = row.moment(column(Kind::FlaggedUntil, tag));
            (until > lately && until <= now + 2 * LATELY + SKEW).then_some(until + LATELY)
        };
        let of_row = |row| {
            let tags = Counters::slots(row, Kind::FlaggedUntil).map(|(tag, _)| tag);
            tags.filter_map(|tag| flagged(row, tag)).collect::<Vec<_>>()
        };
        let mut untils: Vec<_> = self.rows.iter().flat_map(of_row).collect();
        untils.sort_unstable();
        untils.len().checked_sub(most).map(|at| untils[at])
    }

    /// Flags a password; with `is_new`, the column that says whether this instance is the first to.
    pub(crate) fn raise(
        &mut self,
        tag: u64,
        now: SystemTime,
        hold: Duration,
        is_new: bool,
    ) -> (ScopeUpdate, Option<u64>) {
        let row = &mut self.rows[shard(tag)];
        let (flag, claim) = (column(Kind::FlaggedUntil, tag), column(Kind::Claimed, tag));
        let mut changes = make_room(row, tag, now);
        changes.push(Change::Set(flag, millis(now + hold)));
        if is_new {
            changes.push(Change::Add(claim, 1));
        }
        // Known here at once, whatever the store answers.
        row.apply(&changes);
        let scope = Scope::flags(u8::try_from(shard(tag)).unwrap_or(0));
        // As long as it matters how often it was flagged before.
        let expires_at = now + hold + LONGEST_HOLD;
        (ScopeUpdate::new(scope, changes, expires_at), is_new.then_some(claim))
    }

    /// The row whose turn it is to be read, every second or so.
    pub(crate) fn next_to_read(&mut self, now: SystemTime) -> Option<Scope> {
        let since = now.duration_since(self.read_at);
        if since.is_ok_and(|since| since < READ_EVERY) {
            return None;
        }
        self.read_at = now;
        self.next = (self.next + 1) % SHARDS;
        Some(Scope::flags(u8::try_from(self.next).unwrap_or(0)))
    }

    /// Takes the row as it is in the store; answers which passwords are in it no more.
    pub(crate) fn learn(&mut self, scope: &Scope, row: &Counters) -> Vec<u64> {
        let known = Self::scopes().zip(&mut self.rows).find(|(of, _)| of == scope);
        let Some((_, known)) = known.filter(|_| scope.kind() == ScopeKind::Flags) else {
            return Vec::new();
        };
        let tags = known.slots(Kind::FlaggedUntil).map(|(tag, _)| tag);
        let gone = tags.filter(|&tag| row.get(column(Kind::FlaggedUntil, tag)) == 0).collect();
        known.clone_from(row);
        gone
    }

    pub(crate) fn scopes() -> impl Iterator<Item = Scope> {
        (0..SHARDS).filter_map(|shard| Some(Scope::flags(u8::try_from(shard).ok()?)))
    }
}

/// Drops what has ended, and where that is not enough what ends first.
fn make_room(row: &Counters, tag: u64, now: SystemTime) -> Vec<Change> {
    let mut flagged: Vec<_> = row
        .slots(Kind::FlaggedUntil)
        .filter(|&(other, _)| other != tag)
        .map(|(other, until)| (until, other))
        .collect();
    flagged.sort_unstable();
    let lately = millis(now.checked_sub(LATELY).unwrap_or(UNIX_EPOCH));
    let live = flagged.partition_point(|&(until, _)| until <= lately);
    let ended = live.max((flagged.len() + 1).saturating_sub(MOST_IN_A_ROW));
    let ended = flagged[..ended].iter();
    ended
        .flat_map(|&(_, other)| [Kind::FlaggedUntil, Kind::Claimed].map(|kind| column(kind, other)))
        .map(Change::Remove)
        .collect()
}

fn shard(tag: u64) -> usize {
    usize::try_from(tag % SHARDS as u64).unwrap_or(0)
}

/// Rows for flags.
const SHARDS: usize = 4;
/// Passwords in one of them, so that it stays small: two columns each.
const MOST_IN_A_ROW: usize = 24;
/// How long a flag that has ended says that there is a sprayer.
pub(crate) const LATELY: Duration = Duration::from_secs(43_200);
/// How often one of the rows is read.
const READ_EVERY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn what_one_instance_raises_another_learns() {
        let (mut one, mut other) = (Flags::default(), Flags::default());
        let (update, claim) = one.raise(77, at(0), HOUR, true);
        assert!(claim.is_some());
        // Reading it makes it live no longer: how often it was flagged matters for a day.
        assert_eq!(update.expires_at, at(0) + HOUR + LONGEST_HOLD);
        assert_eq!(update.expires_at(), at(40) + HOUR + LONGEST_HOLD, "the next whole minute");
        let mut row = Counters::new();
        row.apply(update.changes());
        let read: Vec<_> = (0..4).filter_map(|second| other.next_to_read(at(second))).collect();
        assert_eq!(read.len(), 4);
        assert!(other.next_to_read(at(3)).is_none(), "not more often than every second");
        assert!(read.contains(update.scope()));
        other.learn(update.scope(), &row);
        assert_eq!(other.until(77, at(1)), Some(at(3_600)));
        assert_eq!(other.until(78, at(1)), None);
        assert_eq!(other.until(77, at(3_600)), None);
    }

    #[test]
    fn rows_stay_small_and_forget_what_ends_first() {
        let mut flags = Flags::default();
        for tag in 0..400 {
            flags.raise(tag, at(tag), HOUR, true);
        }
        assert!(flags.rows.iter().all(|row| row.iter().count() <= 2 * MOST_IN_A_ROW));
        assert!(flags.until(399, at(400)).is_some() && flags.until(0, at(400)).is_none());
        assert_eq!(flags.until_fewer_than(3, at(400)), Some(at(397 + 3_600 + 43_200)));
        flags.raise(1_000, at(50_000), HOUR, true);
        assert_eq!(flags.until_fewer_than(2, at(50_000)), None);
    }
}
