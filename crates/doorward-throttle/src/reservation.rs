//! Reserving an attempt before its password is checked.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::time::SystemTime;

use crate::column::{Kind, column};
use crate::counters::{Change, Counters};
use crate::decision::Denial;
use crate::guess::{Guess, is_stale};
use crate::policy::Policy;
use crate::scope::{Attempt, Role, Scope, ScopeKind};
use crate::scope_rule::COARSE_DAY;
use crate::scope_update::ScopeUpdate;
use crate::surge::RECENT;
use crate::window::Window;

/// An attempt that holds room on its scopes until it is settled, released, or lapses.
#[derive(Clone, Debug)]
pub struct Reservation {
    pub(crate) scopes: Vec<(Scope, Role)>,
    /// How many of the scopes, from the first on, have to be read.
    pub(crate) read: usize,
    pub(crate) reserved_at: SystemTime,
    pub(crate) guess: Option<Guess>,
    /// Where it comes from, unless that is a trusted network.
    pub(crate) source: Option<IpAddr>,
    /// Tells accounts apart.
    pub(crate) account: u64,
    pub(crate) is_known: bool,
    /// When the device's proof was issued.
    pub(crate) issued_at: Option<SystemTime>,
}

impl Reservation {
    /// The scopes whose rows are expected, in order.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> + '_ {
        self.scopes[..self.read].iter().map(|(scope, _)| scope)
    }

    /// The scopes that judge, among those whose rows are expected.
    pub fn judges(&self) -> impl Iterator<Item = &Scope> + '_ {
        let judging = self.scopes[..self.read].iter().filter(|(_, role)| *role != Role::Credited);
        judging.map(|(scope, _)| scope)
    }

    /// The scope whose rule refused; `None` where it is the attempt itself that was refused.
    pub fn refused_by(&self, denial: &Denial) -> Option<&Scope> {
        let kind = denial.rule().kind()?;
        self.scopes().find(|scope| scope.kind() == kind)
    }

    /// The row of the kind, if it was read.
    pub(crate) fn row<'a>(&self, rows: &'a [Counters], kind: ScopeKind) -> Option<&'a Counters> {
        rows.get(self.scopes().position(|scope| scope.kind() == kind)?)
    }
}

impl Policy {
    /// Takes room for an attempt on all of its scopes: apply the updates, then
    /// [`decide`](Self::decide) on the rows as they stand after. An update without changes asks for the row and
    /// nothing else; whether it makes the row live longer makes no difference.
    ///
    /// Reserving first is what makes a cap exact: however many attempts run at once, each sees
    /// those before it. Room that nobody settles (an instance crashed) lapses by itself, but on a source, where
    /// it counts as a failure from the start: whoever does not come to an end has failed there.
    pub fn reserve(
        &self,
        attempt: &Attempt<'_>,
        now: SystemTime,
    ) -> (Reservation, Vec<ScopeUpdate>) {
        let scopes = self.scopes(attempt);
        // Those that only take credits are written when there are some, but for the account, which
        // says how many it may still give.
        let read = scopes
            .iter()
            .take_while(|(scope, role)| {
                *role != Role::Credited || scope.kind() == ScopeKind::Account
            })
            .count();
        let mut hasher = DefaultHasher::new();
        attempt.account.hash(&mut hasher);
        let reservation = Reservation {
            scopes,
            read,
            reserved_at: now,
            guess: attempt.guess,
            source: attempt.source.filter(|&address| !self.trusted.contain(address)),
            account: hasher.finish(),
            is_known: attempt.device.is_some(),
            issued_at: attempt.device.map(|device| device.issued_at),
        };
        let mut updates = self.touch(&reservation, now, |at| match &reservation.scopes[at] {
            (scope, Role::Held) => self.take_room(scope.kind(), now),
            (_, Role::Watched | Role::Credited) => Vec::new(),
        });
        for update in updates.iter_mut().filter(|update| self.counts_ahead(update.scope.kind())) {
            update.expires_at = self.expiry(update.scope.kind(), now);
        }
        (reservation, updates)
    }

    /// Gives the room back: for an attempt that was not admitted, or whose password could not be
    /// checked. It counts nothing, so an attempt during a wait neither counts nor extends it.
    ///
    /// `rows` are those that were decided on; they say which old columns to drop.
    pub fn release(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> Vec<ScopeUpdate> {
        let mut updates = self.stale(reservation, rows, now);
        for (update, (scope, role)) in updates.iter_mut().zip(&reservation.scopes) {
            if *role == Role::Held {
                let kind = scope.kind();
                update.ahead = self.give_back(reservation, kind, false, now, &mut update.changes);
            }
        }
        updates.retain(|update| !update.changes.is_empty());
        updates
    }

    /// Drops the columns that cannot count any more, and nothing else: for rows that grew too wide
    /// for their store while settling failed.
    pub fn tidy(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> Vec<ScopeUpdate> {
        let mut updates = self.stale(reservation, rows, now);
        updates.retain(|update| !update.changes.is_empty());
        updates
    }

    fn stale(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> Vec<ScopeUpdate> {
        self.touch(reservation, now, |at| {
            let mut changes = Vec::new();
            self.forget(reservation, rows, at, now, &mut changes);
            changes
        })
    }

    /// Updates of the rows that are read, which make none of them live longer than a reservation:
    /// an attempt that is refused must not leave a row for weeks.
    fn touch(
        &self,
        reservation: &Reservation,
        now: SystemTime,
        changes: impl Fn(usize) -> Vec<Change>,
    ) -> Vec<ScopeUpdate> {
        let expires_at = now + self.reservations.memory();
        let update =
            |(at, scope): (usize, &Scope)| ScopeUpdate::new(scope.clone(), changes(at), expires_at);
        reservation.scopes().enumerate().map(update).collect()
    }

    /// Drops the columns of one row that cannot count any more: a row under attack for months must
    /// not grow.
    pub(crate) fn forget(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        at: usize,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) {
        let kind = reservation.scopes[at].0.kind();
        let window = self.rule(kind).window;
        let Some(counters) = rows.get(at) else {
            // A row that was not read takes credits and nothing else.
            out.extend(window.forget_blindly(Kind::Credit, now));
            return;
        };
        for (kind, window) in self.windows(kind) {
            out.extend(window.forget(counters, kind, now));
        }
        let fingerprints = counters.slots(Kind::Fingerprint);
        let stale = fingerprints.filter(|&(_, cell)| is_stale(cell, now));
        out.extend(stale.map(|(place, _)| Change::Remove(column(Kind::Fingerprint, place))));
    }

    /// What is counted in slots of time, and the window of each.
    fn windows(&self, kind: ScopeKind) -> [(Kind, Window); 12] {
        let window = self.rule(kind).window;
        [
            (Kind::Pending, self.room(kind)),
            (Kind::Failed, window),
            (Kind::Credit, window),
            (Kind::Challenged, COARSE_DAY),
            (Kind::Given, COARSE_DAY),
            (Kind::GivenToSite, COARSE_DAY),
            (Kind::Hits, COARSE_DAY),
            (Kind::Codes, self.codes),
            (Kind::RecentFailed, RECENT),
            (Kind::RecentVerified, RECENT),
            (Kind::RecentRedeemed, RECENT),
            (Kind::Claimed, RECENT),
        ]
    }

    pub(crate) fn expiry(&self, kind: ScopeKind, now: SystemTime) -> SystemTime {
        // A baseline is learned over days, and what a quiet week forgets has to be learned again.
        let memory = match kind {
            // As long as a device's former proofs could be presented.
            ScopeKind::Device => Policy::PROOF_LIFE,
            ScopeKind::Site => self.consecutive_memory,
            _ => self.rule(kind).window.memory(),
        };
        match self.rule(kind).consecutive {
            Some(_) => now + memory.max(self.consecutive_memory),
            None => now + memory,
        }
    }
}
