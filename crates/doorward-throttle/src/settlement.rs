//! Settling an attempt once its password was checked.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::column::{Kind, column};
use crate::counters::{Change, Counters};
use crate::decision::{Admission, Rule};
use crate::policy::Policy;
use crate::reservation::{Reservation, ScopeUpdate};
use crate::scope::{Scope, ScopeKind};

/// How an admitted attempt ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "these are all the ends that an attempt has"
)]
pub enum Settlement {
    /// The password was right and the account is open: a login.
    Verified,
    /// The password was right, and a code was sent to the owner: neither a login nor a failure yet.
    CodeSent,
    /// The password was right, but the owner was sent enough codes already.
    CodeHeld,
    /// Wrong, unknown, disabled: a failure, whatever the caller is told.
    Failed,
}

impl Policy {
    /// Turns the room that an attempt held into what it proved to be, on all of its scopes.
    ///
    /// `rows` are those that were decided on. They only say which old columns to drop and how many
    /// credits the account gave: a settlement from stale rows is still right, for it only adds.
    pub fn settle(
        &self,
        admission: Admission,
        reservation: &Reservation,
        rows: &[Counters],
        settlement: Settlement,
        now: SystemTime,
    ) -> Vec<ScopeUpdate> {
        let empty = Counters::new();
        let gives_credit =
            settlement == Settlement::Verified && self.may_give(reservation, rows, now);
        let mut updates = self.updates(reservation, now, |at| {
            let kind = reservation.scopes[at].kind();
            let counters = rows.get(at).unwrap_or(&empty);
            let mut changes = vec![Change::Add(reservation.pending, -1)];
            match settlement {
                Settlement::Verified => self.on_verified(kind, gives_credit, now, &mut changes),
                // Failures in answer to a bound on consecutive ones are not counted on the account:
                // nothing was learned, and counting would make the owner wait behind strangers.
                // They keep the run alive: it lapses only when nobody guesses.
                Settlement::Failed
                    if kind == ScopeKind::Account
                        && admission.challenge() == Some(Rule::Consecutive) =>
                {
                    changes.push(Change::Set(column(Kind::LastFailure, 0), millis(now)));
                }
                Settlement::Failed => self.on_failed(kind, counters, now, &mut changes),
                Settlement::CodeSent if kind == ScopeKind::Account => {
                    changes.push(Change::Add(self.codes.column(Kind::Codes, now), 1));
                }
                Settlement::CodeSent | Settlement::CodeHeld => {}
            }
            self.forget(reservation, rows, at, now, &mut changes);
            changes
        });
        if settlement == Settlement::Verified && reservation.scopes[0].kind() == ScopeKind::Device {
            updates.push(self.end_run(&reservation.account, now));
        }
        updates
    }

    /// Whether the owner may be sent another code, by the account's row: a stranger who has the
    /// password must not be able to flood its owner.
    pub fn may_send_code(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> bool {
        account_row(reservation, rows).is_none_or(|counters| {
            self.codes.count(counters, Kind::Codes, now) < self.codes_per_window
        })
    }

    /// Ends an account's run of consecutive failures: its owner got in by another way than the
    /// attempt that is being settled (a known device, a redeemed code).
    pub fn end_run(&self, account: &[u8], now: SystemTime) -> ScopeUpdate {
        ScopeUpdate {
            scope: Scope::account(account),
            changes: vec![Change::Set(column(Kind::Streak, 0), 0)],
            expires_at: self.expiry(ScopeKind::Account, now),
        }
    }

    /// Lifts an account's waits: its failures are forgotten. Room that attempts under way hold stays
    /// theirs, so that lifting a wait gives nobody more room than the policy does.
    pub fn lift(&self, account: &[u8], counters: &Counters, now: SystemTime) -> ScopeUpdate {
        let failed = counters
            .slots(Kind::Failed)
            .map(|(slot, _)| column(Kind::Failed, slot));
        let forgotten = failed
            .chain([column(Kind::LastFailure, 0)])
            .map(Change::Remove);
        let mut update = self.end_run(account, now);
        update.changes.extend(forgotten);
        update
    }

    /// An account gives shared scopes only so many credits a day, so that nobody buys an address
    /// room for guesses by logging in to an account of his own all day.
    fn may_give(&self, reservation: &Reservation, rows: &[Counters], now: SystemTime) -> bool {
        account_row(reservation, rows).is_some_and(|counters| {
            self.account.window.count(counters, Kind::Given, now) < self.credits_per_account
        })
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
            out.push(Change::Add(rule.window.column(Kind::Given, now), 1));
        }
        if gives_credit && rule.verified_per_credit.is_some() {
            out.push(Change::Add(rule.window.column(Kind::Credit, now), 1));
        }
    }

    fn on_failed(
        &self,
        kind: ScopeKind,
        counters: &Counters,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) {
        let rule = self.rule(kind);
        out.push(Change::Add(rule.window.column(Kind::Failed, now), 1));
        out.push(Change::Set(column(Kind::LastFailure, 0), millis(now)));
        if rule.consecutive.is_some() {
            let streak = column(Kind::Streak, 0);
            let lapsed = counters.get(streak) > 0 && self.streak(counters, now) == 0;
            out.push(if lapsed {
                Change::Set(streak, 1)
            } else {
                Change::Add(streak, 1)
            });
        }
    }
}

fn account_row<'a>(reservation: &Reservation, rows: &'a [Counters]) -> Option<&'a Counters> {
    let at = reservation
        .scopes
        .iter()
        .position(|scope| scope.kind() == ScopeKind::Account)?;
    rows.get(at)
}

fn millis(now: SystemTime) -> i64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
