//! Settling an attempt once its password was checked.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::column::{Kind, column};
use crate::counters::{Change, Counters};
use crate::decision::{Admission, Rule};
use crate::policy::Policy;
use crate::reservation::{Reservation, ScopeUpdate};
use crate::scope::{Role, Scope, ScopeKind};

/// How an admitted attempt ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "these are all the ends that an attempt has")]
pub enum Settlement {
    /// The password was right and the account is open: a login.
    Verified,
    /// Answered with a step-up, whatever the password was. What is counted must not depend on it:
    /// the answer to the next attempt would tell.
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
        let gives = settlement == Settlement::Verified && self.may_give(reservation, rows, now);
        let update = |(at, (scope, role)): (usize, &(Scope, Role))| {
            let counters = rows.get(at).unwrap_or(&empty);
            let kind = scope.kind();
            let mut changes = Vec::new();
            if *role == Role::Held {
                changes.push(Change::Add(reservation.pending, -1));
            }
            match settlement {
                Settlement::Verified => self.on_verified(kind, gives, now, &mut changes),
                // A known device's failures are its own.
                Settlement::Failed if *role == Role::Credited => {}
                Settlement::Failed
                    if kind == ScopeKind::Site && self.is_concentrated(reservation, rows, now) => {}
                Settlement::Failed => self.on_failed(kind, counters, now, &mut changes),
                Settlement::Challenged { code } => {
                    let in_a_row = admission.challenge() == Some(Rule::Consecutive);
                    self.on_challenged(kind, in_a_row, now, &mut changes);
                    if code && kind == ScopeKind::Account {
                        changes.push(Change::Add(self.codes.column(Kind::Codes, now), 1));
                    }
                }
            }
            self.forget(reservation, rows, at, now, &mut changes);
            ScopeUpdate { scope: scope.clone(), changes, expires_at: self.expiry(kind, now) }
        };
        let updates = reservation.scopes.iter().enumerate().map(update);
        updates.filter(|update| !update.changes.is_empty()).collect()
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
        let mut update = self.end_run(account, now);
        update.changes.extend(forget_failures(counters));
        update
    }

    /// An account gives shared scopes only so many credits a day, so that nobody buys an address
    /// room for guesses by logging in to an account of his own all day.
    fn may_give(&self, reservation: &Reservation, rows: &[Counters], now: SystemTime) -> bool {
        account_row(reservation, rows).is_some_and(|counters| {
            self.account.window.count(counters, Kind::Given, now) < self.credits_per_account
        })
    }

    /// Whether this failure comes from where failures have come from already: the rules of the
    /// source and its prefix see to those. The site counts what they cannot see, guesses from many
    /// places; else one loud guesser would have everybody asked for a code.
    fn is_concentrated(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> bool {
        reservation.scopes.iter().zip(rows).any(|((scope, _), counters)| {
            let most = match scope.kind() {
                ScopeKind::Source | ScopeKind::Unaddressed => self.site_counts_of_source,
                ScopeKind::Prefix => self.site_counts_of_prefix,
                _ => return false,
            };
            self.rule(scope.kind()).window.count(counters, Kind::Failed, now) >= most
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

    /// The site does not count what it asked for itself: its step-up would never end.
    fn on_challenged(
        &self,
        kind: ScopeKind,
        in_a_row: bool,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) {
        if kind == ScopeKind::Site {
            return;
        }
        // Under the bound on consecutive failures there are no waits on the account, and counting
        // would make the owner wait behind strangers afterwards. But the run stays alive: it lapses
        // only when nobody tries.
        if !(in_a_row && kind == ScopeKind::Account) {
            out.push(Change::Add(self.rule(kind).window.column(Kind::Challenged, now), 1));
        }
        out.push(Change::Set(column(Kind::LastFailure, 0), millis(now)));
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
            out.push(if lapsed { Change::Set(streak, 1) } else { Change::Add(streak, 1) });
        }
    }
}

/// Drops all failures of a row, and when the last one was.
fn forget_failures(counters: &Counters) -> impl Iterator<Item = Change> + '_ {
    let slots = |kind| counters.slots(kind).map(move |(slot, _)| column(kind, slot));
    let counted = slots(Kind::Failed).chain(slots(Kind::Challenged));
    counted.chain([column(Kind::LastFailure, 0)]).map(Change::Remove)
}

fn account_row<'a>(reservation: &Reservation, rows: &'a [Counters]) -> Option<&'a Counters> {
    let is_account = |scope: &Scope| scope.kind() == ScopeKind::Account;
    rows.get(reservation.scopes().position(is_account)?)
}

fn millis(now: SystemTime) -> i64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
