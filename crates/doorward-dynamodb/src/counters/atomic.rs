//! The update of a counter row in one request.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use doorward_store::{Change, Column, CounterRow, CounterUpdate};

use super::form::{cell, short};
use crate::expression::{Placeholders, Update};
use crate::item::{number, time};
use crate::schema::{COLUMNS, EXPIRES, EXPIRES_SHORT, SEQUENCE, TTL};
use crate::time::{to_seconds, to_ttl};

/// An update that does to the row what the contract says, if its condition holds: that the row is absent, or
/// alive, with room, and expires no later than it is asked to.
#[derive(Debug)]
pub(crate) struct Atomic {
    pub(crate) update: Update,
    pub(crate) condition: String,
    pub(crate) placeholders: Placeholders,
}

impl Atomic {
    pub(crate) fn new(update: &CounterUpdate, now: SystemTime) -> Self {
        let mut atomic = Self::changing(update.changes());
        atomic.keep(update.expires_at(), now);
        let room = atomic.room(update.changes());
        let alive = atomic.alive(now);
        let in_order = atomic.in_order(update.expires_at(), now);
        atomic.condition =
            format!("attribute_not_exists(pk) OR (({alive}) AND ({in_order}) AND ({room}))");
        atomic
    }

    /// The same for a row that was seen to live as long as it is asked to, or longer: its expiry stays. An
    /// instance whose clock is behind would else compete with all others for the whole row, and lose.
    pub(crate) fn of_lasting(update: &CounterUpdate, now: SystemTime) -> Self {
        let mut atomic = Self::changing(update.changes());
        let room = atomic.room(update.changes());
        let alive = atomic.alive(now);
        let lasting = atomic.lasting(update.expires_at());
        atomic.condition = format!("({alive}) AND ({lasting}) AND ({room})");
        atomic
    }

    fn changing(changes: &[Change]) -> Self {
        let mut atomic = Self {
            update: Update::default(),
            condition: String::new(),
            placeholders: Placeholders::default(),
        };
        atomic.change(changes);
        atomic.count();
        atomic
    }

    fn change(&mut self, changes: &[Change]) {
        let Self { update, placeholders, .. } = self;
        for change in changes {
            match *change {
                Change::Add(column, by) => update.add(placeholders, &cell(column), number(by)),
                Change::Set(column, to) => update.set(placeholders, &cell(column), number(to)),
                Change::Remove(column) => update.remove(placeholders, &cell(column)),
            }
        }
        let touched = touched(changes).map(|column| short(column).to_string()).collect::<Vec<_>>();
        if !touched.is_empty() {
            update.add(placeholders, COLUMNS, AttributeValue::Ns(touched));
        }
    }

    /// Most rows live for days, and are touched by updates that ask for minutes. These have an attribute of
    /// their own, so that neither takes from the other and no condition fails for it.
    fn keep(&mut self, until: SystemTime, now: SystemTime) {
        let Self { update, placeholders, .. } = self;
        update.set(placeholders, attribute(until, now), time(until));
        if is_short(until, now) {
            // The row may have a later one, which must not move back.
            let later = number(to_ttl(until) + SHORT_ROW_SECONDS);
            update.set_if_absent(placeholders, TTL, later);
        } else {
            update.set(placeholders, TTL, number(to_ttl(until)));
        }
    }

    fn alive(&mut self, now: SystemTime) -> String {
        let [long, short] = [EXPIRES, EXPIRES_SHORT].map(|name| self.placeholders.name(name));
        let now = self.placeholders.value(time(now));
        format!("{long} > {now} OR {short} > {now}")
    }

    fn in_order(&mut self, until: SystemTime, now: SystemTime) -> String {
        let placeholders = &mut self.placeholders;
        let asked = placeholders.value(time(until));
        let no_later =
            |name: String| format!("(attribute_not_exists({name}) OR {name} <= {asked})");
        let short = no_later(placeholders.name(EXPIRES_SHORT));
        if is_short(until, now) {
            let ttl = placeholders.name(TTL);
            let cleaned = placeholders.value(number(to_seconds(until) + LEAST_GRACE_SECONDS));
            format!("{short} AND {ttl} >= {cleaned}")
        } else {
            format!("{short} AND {}", no_later(placeholders.name(EXPIRES)))
        }
    }

    fn lasting(&mut self, until: SystemTime) -> String {
        let [long, short] = [EXPIRES, EXPIRES_SHORT].map(|name| self.placeholders.name(name));
        let asked = self.placeholders.value(time(until));
        format!("{long} >= {asked} OR {short} >= {asked}")
    }

    /// The row's list of columns may name some that are gone, and then there is room though this says no.
    fn room(&mut self, changes: &[Change]) -> String {
        let columns = self.placeholders.name(COLUMNS);
        let most = CounterRow::MAX_COLUMNS.saturating_sub(touched(changes).count());
        let most = self.placeholders.value(number(most));
        format!("attribute_not_exists({columns}) OR size({columns}) <= {most}")
    }

    /// Counts the write. A row begins with a random number: one that was made anew is not taken for the one
    /// that was read.
    fn count(&mut self) {
        let sequence = self.placeholders.name(SEQUENCE);
        let first = self.placeholders.value(number(fastrand::u64(..1 << 40)));
        let one = self.placeholders.value(number(1));
        self.update.set_to(format!("{sequence} = if_not_exists({sequence}, {first}) + {one}"));
    }
}

/// The columns that are there after the changes.
fn touched(changes: &[Change]) -> impl Iterator<Item = Column> + '_ {
    let stays = changes.iter().filter(|change| !matches!(change, Change::Remove(_)));
    stays.map(|change| change.column())
}

fn attribute(until: SystemTime, now: SystemTime) -> &'static str {
    if is_short(until, now) { EXPIRES_SHORT } else { EXPIRES }
}

fn is_short(until: SystemTime, now: SystemTime) -> bool {
    until.duration_since(now).unwrap_or_default() <= SHORT
}

/// A row that is asked to live no longer than this has it asked for by an attempt that is under way.
const SHORT: Duration = Duration::from_secs(900);

/// A row that only such attempts touch is written whole once it is so old.
const SHORT_ROW_SECONDS: i128 = 7 * 86_400;

/// What is left at the least between a row's end and its cleaning, for clocks that differ.
const LEAST_GRACE_SECONDS: i128 = 3_600;
