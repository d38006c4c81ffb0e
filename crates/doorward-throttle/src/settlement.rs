//! Settling an attempt once its password was checked.

use std::time::SystemTime;

use crate::column::{Kind, column, is_in};
use crate::counters::{Change, Counters, millis};
use crate::decision::{Admission, Observed, Rule};
use crate::guess::Guess;
use crate::policy::Policy;
use crate::reservation::Reservation;
use crate::scope::{Role, Scope, ScopeKind};
use crate::scope_rule::COARSE_DAY;
use crate::scope_update::ScopeUpdate;
use crate::settled::Settled;
use crate::surge::{Found, Sample, WHOLE};

/// How an admitted attempt ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "these are all the ends that an attempt has")]
pub enum Settlement {
    /// The password was right and the account is open: a login.
    Verified,
    /// Answered with a step-up, whatever the password was. What is counted must not depend on it: the
    /// answer to a later attempt would tell.
    Challenged {
        /// Whether a code is meant to go to the owner. Only the owner's mailbox shows it.
        code: bool,
    },
    /// Wrong, unknown, disabled: a failure, whatever the caller is told.
    Failed,
}

impl Policy {
    /// Turns the room that an attempt held into what it proved to be, on all of its scopes.
    ///
    /// `rows` are those that were decided on. They say which old columns to drop, how many
    /// credits the account gave, whether the same password failed before, and what is usual: a settlement
    /// from stale rows still counts every failure, for it only adds.
    pub fn settle(
        &self,
        admission: Admission,
        reservation: &Reservation,
        rows: &[Counters],
        settlement: Settlement,
        now: SystemTime,
    ) -> Settled {
        // An attempt that would have had to wait would not have been counted either.
        if matches!(admission.observed(), Some(Observed::Wait(_))) {
            return Settled::uncounted(self.release(reservation, rows, now));
        }
        if settlement == Settlement::Failed && is_repeated(reservation, rows, now) {
            return Settled::repeated(self.release(reservation, rows, now));
        }
        let (challenge, settlement) = as_enforced(&admission, settlement);
        let ends = End {
            settlement,
            challenge,
            gives: settlement == Settlement::Verified
                && self.may_give(Kind::Given, reservation, rows, now),
            // What known devices gave to their networks is no reason to keep quiet about new ones.
            gives_to_site: settlement == Settlement::Verified
                && !reservation.is_known
                && self.may_give(Kind::GivenToSite, reservation, rows, now),
            weight: self.weight(reservation, rows, now),
        };
        let mut settled = Settled::default();
        for at in 0..reservation.scopes.len() {
            let (scope, role) = &reservation.scopes[at];
            let (kind, failed) = (scope.kind(), settlement == Settlement::Failed);
            let expires_at = self.expiry(kind, now);
            let mut update = ScopeUpdate::new(scope.clone(), Vec::new(), expires_at);
            let changes = &mut update.changes;
            if *role == Role::Held {
                update.ahead = self.give_back(reservation, kind, failed, now, changes);
            }
            let found = self.count(&ends, reservation, rows, at, now, changes);
            update.may_wait = self.may_wait(&update, &ends, *role, rows.get(at), now);
            // A row that nothing is counted in is left alone.
            if *role != Role::Credited || !update.changes.is_empty() {
                self.forget(reservation, rows, at, now, &mut update.changes);
            }
            settled.push(update, found);
        }
        settled
    }

    /// Whether the owner may be sent another code, by the account's row: a stranger who has the
    /// password must not be able to flood its owner.
    ///
    /// Asked before settling, it says how to settle. Asked of the row after a settlement with a code,
    /// it says whether that one may go out: of any number of attempts at
    /// once, no more may than the policy lets.
    pub fn may_send_code(&self, account: &Counters, settled: bool, now: SystemTime) -> bool {
        let sent = self.codes.count(account, Kind::Codes, now);
        sent < self.codes_per_window + u64::from(settled)
    }

    /// What the end of an attempt counts for in one row.
    fn count(
        &self,
        end: &End,
        reservation: &Reservation,
        rows: &[Counters],
        at: usize,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) -> Option<Found> {
        let empty = Counters::new();
        let counters = rows.get(at).unwrap_or(&empty);
        let (scope, role) = &reservation.scopes[at];
        let kind = scope.kind();
        if kind == ScopeKind::Site {
            return self.count_for_site(end, counters, now, out);
        }
        match end.settlement {
            Settlement::Verified => {
                self.on_verified(kind, end.gives, now, out);
                if end.gives_to_site && kind == ScopeKind::Account {
                    out.push(Change::Add(COARSE_DAY.column(Kind::GivenToSite, now), 1));
                }
                if let (ScopeKind::Device, Some(issued_at)) = (kind, reservation.issued_at) {
                    out.push(Change::Set(column(Kind::Issued, 0), millis(issued_at)));
                }
            }
            // A known device's failures are its own.
            Settlement::Failed if *role == Role::Credited => return None,
            Settlement::Failed => {
                self.on_failed(kind, reservation.guess.as_ref(), counters, now, out);
            }
            Settlement::Challenged { code } => {
                self.on_challenged(kind, end.challenge == Some(Rule::Consecutive), now, out);
                if code && kind == ScopeKind::Account {
                    out.push(Change::Add(self.codes.column(Kind::Codes, now), 1));
                }
            }
        }
        let failed = end.settlement == Settlement::Failed;
        if kind != ScopeKind::Prefix || *role == Role::Credited || !(failed || end.gives) {
            return None;
        }
        let weight = if failed { WHOLE } else { 0 };
        self.watch_row(Sample { kind, weight, is_challenged: false }, counters, now, out)
    }

    /// The site counts what nothing else explains: not what made a source, a prefix or a password
    /// suspicious, and little of what comes from where failures have come from already.
    fn count_for_site(
        &self,
        end: &End,
        counters: &Counters,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) -> Option<Found> {
        let kind = ScopeKind::Site;
        let (failed, is_challenged) = match (end.settlement, end.challenge) {
            (Settlement::Verified, _) => (false, false),
            (Settlement::Failed, _) => (true, false),
            (Settlement::Challenged { .. }, Some(Rule::Site)) => (true, true),
            (Settlement::Challenged { .. }, _) => return None,
        };
        let window = self.rule(kind).window;
        if failed {
            // Without a step-up, the wait runs from here.
            out.push(Change::Set(column(Kind::LastFailure, 0), millis(now)));
        }
        match (failed, is_challenged) {
            (true, false) => {
                let weight = i64::try_from(end.weight).unwrap_or(0);
                out.push(Change::Add(window.column(Kind::Failed, now), weight));
            }
            (false, false) if end.gives_to_site => {
                out.push(Change::Add(window.column(Kind::Credit, now), 1));
            }
            (false, false) => return None,
            (_, true) => {}
        }
        let weight = if failed { end.weight } else { 0 };
        self.watch_row(Sample { kind, weight, is_challenged }, counters, now, out)
    }

    /// An account gives shared scopes only so many credits a day, so that nobody buys an address
    /// room for guesses by logging in to an account of his own all day.
    fn may_give(
        &self,
        given: Kind,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> bool {
        reservation.row(rows, ScopeKind::Account).is_some_and(|counters| {
            COARSE_DAY.count(counters, given, now) < self.credits_per_account
        })
    }

    /// What a failure counts for on the site, in thousandths. An account, a source and a prefix count for
    /// so many failures a day, however many they have: their own rules see to those. The site counts what they
    /// cannot see, guesses from many places at many accounts; else one loud guesser would have everybody
    /// asked for a code.
    fn weight(&self, reservation: &Reservation, rows: &[Counters], now: SystemTime) -> u64 {
        let share = |((scope, _), counters): (&(Scope, Role), &Counters)| {
            let most = match scope.kind() {
                ScopeKind::Account => self.site_counts_of_account,
                ScopeKind::Source | ScopeKind::Unaddressed => self.site_counts_of_source,
                ScopeKind::Prefix => self.site_counts_of_prefix,
                _ => return WHOLE,
            };
            let failed = self
                .rule(scope.kind())
                .window
                .count(counters, Kind::Failed, now)
                .saturating_sub(self.under_way(scope.kind(), counters, now))
                .saturating_add(COARSE_DAY.count(counters, Kind::Challenged, now));
            WHOLE.min(WHOLE * most / failed.saturating_add(1))
        };
        let shares = reservation.scopes.iter().zip(rows).map(share);
        shares.min().unwrap_or(WHOLE).max(1)
    }

    /// Whether an update may wait for the next one of its row: it only gives a network credits, or says of a
    /// source what nobody is told yet.
    fn may_wait(
        &self,
        update: &ScopeUpdate,
        end: &End,
        role: Role,
        row: Option<&Counters>,
        now: SystemTime,
    ) -> bool {
        let kind = update.scope.kind();
        let counts = |of| update.changes.iter().any(|change| is_in(of, change.column()));
        match (end.settlement, kind) {
            (Settlement::Failed, ScopeKind::Source) => {
                update.ahead.is_some()
                    && !counts(Kind::Failed)
                    && row.is_some_and(|row| self.is_silent(kind, row, now))
            }
            (Settlement::Verified, ScopeKind::Source) if role == Role::Held => false,
            (Settlement::Verified, ScopeKind::Source | ScopeKind::EndSite | ScopeKind::Prefix) => {
                let harmless = [Kind::Credit, Kind::Pending];
                update
                    .changes
                    .iter()
                    .all(|change| harmless.into_iter().any(|kind| is_in(kind, change.column())))
                    && !row.is_some_and(|row| self.needs_room(kind, row, now))
            }
            _ => false,
        }
    }

    fn on_verified(
        &self,
        kind: ScopeKind,
        gives_credit: bool,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) {
        let rule = self.rule(kind);
        if rule.consecutive.is_some() {
            out.push(Change::Set(column(Kind::Streak, 0), 0));
        }
        if gives_credit && kind == ScopeKind::Account {
            out.push(Change::Add(COARSE_DAY.column(Kind::Given, now), 1));
        }
        if gives_credit && rule.verified_per_credit.is_some() {
            out.push(Change::Add(rule.window.column(Kind::Credit, now), 1));
        }
    }

    fn on_challenged(
        &self,
        kind: ScopeKind,
        in_a_row: bool,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) {
        // Under the bound on consecutive failures there are no waits on the account, and counting
        // would make the owner wait behind strangers afterwards. But the run stays alive: it lapses
        // only when nobody tries.
        if !(in_a_row && kind == ScopeKind::Account) {
            out.push(Change::Add(COARSE_DAY.column(Kind::Challenged, now), 1));
        }
        out.push(Change::Set(column(Kind::LastFailure, 0), millis(now)));
    }

    fn on_failed(
        &self,
        kind: ScopeKind,
        guess: Option<&Guess>,
        counters: &Counters,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) {
        let rule = self.rule(kind);
        if !self.counts_ahead(kind) {
            out.push(Change::Add(rule.window.column(Kind::Failed, now), 1));
        }
        out.push(Change::Set(column(Kind::LastFailure, 0), millis(now)));
        if rule.consecutive.is_some() {
            let streak = column(Kind::Streak, 0);
            let lapsed = counters.get(streak) > 0 && self.streak(counters, now) == 0;
            out.push(if lapsed { Change::Set(streak, 1) } else { Change::Add(streak, 1) });
        }
        let Some(guess) = guess else { return };
        if matches!(kind, ScopeKind::Account | ScopeKind::Device) {
            // In the place of the oldest.
            let cell = |place: &u64| counters.get(column(Kind::Fingerprint, *place));
            let place = (0..FINGERPRINTS).min_by_key(cell).unwrap_or(0);
            let print = guess.fingerprints[0].cell(now);
            out.push(Change::Set(column(Kind::Fingerprint, place), print));
        }
        if kind == ScopeKind::Account && guess.popularity.is_listed() {
            let hits = i64::from(guess.popularity.millionths());
            out.push(Change::Add(COARSE_DAY.column(Kind::Hits, now), hits));
        }
    }
}

/// How an attempt ended, and what that is worth.
struct End {
    settlement: Settlement,
    challenge: Option<Rule>,
    gives: bool,
    gives_to_site: bool,
    /// What a failure counts for on the site.
    weight: u64,
}

/// So many wrong passwords of an account are remembered.
const FINGERPRINTS: u64 = 4;

/// Whether the same person tried the same wrong password before.
fn is_repeated(reservation: &Reservation, rows: &[Counters], now: SystemTime) -> bool {
    let (Some(guess), Some(own)) = (&reservation.guess, rows.first()) else { return false };
    own.slots(Kind::Fingerprint).any(|(_, cell)| guess.is_in(cell, now))
}

/// A policy that only monitors counts as if it were in force.
fn as_enforced(admission: &Admission, settlement: Settlement) -> (Option<Rule>, Settlement) {
    match admission.observed() {
        Some(Observed::StepUp(rule)) => (Some(rule), Settlement::Challenged { code: false }),
        _ => (admission.challenge(), settlement),
    }
}
