//! Reserving an attempt before its password is checked, and deciding on what that left behind.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::column::{Kind, column};
use crate::counters::{Change, Counters};
use crate::decision::{Admission, Decision, Denial, Rule};
use crate::policy::{Policy, ScopeRule};
use crate::scope::{Attempt, Role, Scope, ScopeKind};
use crate::window::SKEW;

/// An attempt that holds room on its scopes until it is settled, released, or lapses.
#[derive(Clone, Debug)]
pub struct Reservation {
    pub(crate) scopes: Vec<(Scope, Role)>,
    /// How many of the scopes, from the first on, have to be read.
    pub(crate) read: usize,
    pub(crate) pending: u64,
}

impl Reservation {
    /// The scopes whose rows are expected, in order.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> + '_ {
        self.scopes[..self.read].iter().map(|(scope, _)| scope)
    }

    /// The scope whose rule refused.
    pub fn refused_by(&self, denial: &Denial) -> Option<&Scope> {
        let kind = denial.rule().kind();
        self.scopes().find(|scope| scope.kind() == kind)
    }
}

/// What is to be written to the row of one scope.
#[derive(Clone, Debug)]
pub struct ScopeUpdate {
    pub(crate) scope: Scope,
    pub(crate) changes: Vec<Change>,
    pub(crate) expires_at: SystemTime,
}

impl ScopeUpdate {
    /// Whose row.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The changes, to be applied at once.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// From when on the row means nothing.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl Policy {
    /// Takes room for an attempt on all of its scopes: apply the updates, then
    /// [`decide`](Self::decide) on the rows as they stand after.
    ///
    /// Reserving first is what makes a cap exact: however many attempts run at once, each sees
    /// those before it. Room that nobody settles (an instance crashed) lapses by itself.
    pub fn reserve(
        &self,
        attempt: &Attempt<'_>,
        now: SystemTime,
    ) -> (Reservation, Vec<ScopeUpdate>) {
        let pending = self.reservations.column(Kind::Pending, now);
        let scopes = attempt.scopes();
        // Those that only take credits are written when there are some, but for the account, which
        // says how many it may still give.
        let read = scopes
            .iter()
            .take_while(|(scope, role)| {
                *role != Role::Credited || scope.kind() == ScopeKind::Account
            })
            .count();
        let reservation = Reservation { scopes, read, pending };
        let updates = self.touch(&reservation, now, |at| match reservation.scopes[at].1 {
            Role::Held => vec![Change::Add(pending, 1)],
            Role::Watched | Role::Credited => Vec::new(),
        });
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
        let mut updates = self.tidy(reservation, rows, now);
        for (update, (_, role)) in updates.iter_mut().zip(&reservation.scopes) {
            if *role == Role::Held {
                update.changes.push(Change::Add(reservation.pending, -1));
            }
        }
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
        self.touch(reservation, now, |at| {
            let mut changes = Vec::new();
            self.forget(reservation, rows, at, now, &mut changes);
            changes
        })
    }

    /// Decides on a reserved attempt: a pure function of the policy, the rows and `now`.
    ///
    /// `rows` are those of [`Reservation::scopes`], in that order, right after reserving. A missing
    /// row is taken for a full one: whoever loses a row refuses.
    ///
    /// With `can_challenge` the rules that would keep an owner out (the whole site's, and the bound
    /// on consecutive failures) ask for a step-up instead of a wait.
    pub fn decide(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
        can_challenge: bool,
    ) -> Decision {
        let mut denial: Option<Denial> = None;
        let mut challenge = None;
        let mut busy = false;
        for (at, (scope, role)) in reservation.scopes.iter().enumerate() {
            if *role == Role::Credited {
                continue;
            }
            let Some(counters) = rows.get(at) else {
                return Decision::Deny(Denial::new(Rule::of(scope.kind()), now + LOST_ROW_WAIT));
            };
            match self.assess(scope.kind(), *role, counters, now, can_challenge) {
                Finding::Clear => {}
                Finding::Busy => busy = true,
                Finding::Challenge(rule) => challenge = challenge.or(Some(rule)),
                Finding::Distrust => return Decision::Distrust,
                Finding::Wait(found) => {
                    if denial.is_none_or(|known| known.until() < found.until()) {
                        denial = Some(found);
                    }
                }
            }
        }
        match denial {
            Some(denial) => Decision::Deny(denial),
            None if busy => Decision::Busy,
            None => Decision::Admit(Admission::new(challenge)),
        }
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
        let update = |(at, scope): (usize, &Scope)| ScopeUpdate {
            scope: scope.clone(),
            changes: changes(at),
            expires_at,
        };
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
        let window = self.rule(reservation.scopes[at].0.kind()).window;
        let Some(counters) = rows.get(at) else {
            // A row that was not read takes credits and nothing else.
            out.extend(window.forget_blindly(Kind::Credit, now));
            return;
        };
        out.extend(self.reservations.forget(counters, Kind::Pending, now));
        for counted in [Kind::Failed, Kind::Challenged, Kind::Credit, Kind::Given] {
            out.extend(window.forget(counters, counted, now));
        }
        out.extend(self.codes.forget(counters, Kind::Codes, now));
    }

    pub(crate) fn expiry(&self, kind: ScopeKind, now: SystemTime) -> SystemTime {
        let memory = self.rule(kind).window.memory();
        match self.rule(kind).consecutive {
            Some(_) => now + memory.max(self.consecutive_memory),
            None => now + memory,
        }
    }

    fn assess(
        &self,
        kind: ScopeKind,
        role: Role,
        counters: &Counters,
        now: SystemTime,
        can_challenge: bool,
    ) -> Finding {
        let rule = self.rule(kind);
        let state = State::of(rule, counters, now);
        let pending = self.reservations.count(counters, Kind::Pending, now);
        let streak = self.streak(counters, now);
        if rule.consecutive.is_some_and(|most| streak >= most) {
            return match (kind, can_challenge) {
                (ScopeKind::Device, _) => Finding::Distrust,
                (_, true) => Finding::Challenge(Rule::Consecutive),
                (_, false) => {
                    let until = state.last + self.consecutive_memory;
                    Finding::Wait(Denial::new(Rule::Consecutive, until))
                }
            };
        }
        if kind == ScopeKind::Site
            && can_challenge
            && rule.ladder.wait(state.failures) > Duration::ZERO
        {
            return Finding::Challenge(Rule::Site);
        }
        if let Some(until) = state.wait(rule, counters, now) {
            return Finding::Wait(Denial::new(Rule::of(kind), until));
        }
        let left = rule.consecutive.map_or(u64::MAX, |most| most - streak);
        let allowance = rule.ladder.allowance(state.failures).saturating_add(state.slack).min(left);
        if role == Role::Held && pending > allowance { Finding::Busy } else { Finding::Clear }
    }

    /// Failures since the last verified attempt; a run that is older than the memory has lapsed.
    pub(crate) fn streak(&self, counters: &Counters, now: SystemTime) -> u64 {
        if last_failure(counters, now) + self.consecutive_memory <= now {
            return 0;
        }
        u64::try_from(counters.get(column(Kind::Streak, 0))).unwrap_or(0)
    }
}

/// So many attempts that were answered with a step-up count as one failure.
const CHALLENGES_PER_FAILURE: u64 = 8;

/// When a row is lost there is nothing to compute a wait from.
const LOST_ROW_WAIT: Duration = Duration::from_secs(60);

enum Finding {
    Clear,
    Busy,
    Challenge(Rule),
    Distrust,
    Wait(Denial),
}

/// What one row says under one rule.
struct State {
    /// Failures in the window beyond those that credits make up for.
    failures: u64,
    /// Credits beyond the failures.
    slack: u64,
    last: SystemTime,
}

impl State {
    fn of(rule: &ScopeRule, counters: &Counters, now: SystemTime) -> Self {
        // An attempt that was answered with a step-up taught a guesser nothing, and cost a hash.
        let failed = rule.window.count(counters, Kind::Failed, now)
            + rule.window.count(counters, Kind::Challenged, now) / CHALLENGES_PER_FAILURE;
        let forgiven = match rule.verified_per_credit {
            Some(per) => {
                let credits = rule.window.count(counters, Kind::Credit, now) / per;
                credits.min(rule.most_credits)
            }
            None => 0,
        };
        Self {
            failures: failed.saturating_sub(forgiven),
            slack: forgiven.saturating_sub(failed),
            last: last_failure(counters, now),
        }
    }

    /// The first moment from `now` on at which no wait runs, if one runs now.
    ///
    /// A wait ends when its rung says so, or sooner when slots leave the window and a lower rung
    /// applies. (Credits leaving may raise the rung again: each moment is judged by itself.)
    fn wait(&self, rule: &ScopeRule, counters: &Counters, now: SystemTime) -> Option<SystemTime> {
        let last = self.last;
        let over = |at: SystemTime| {
            let wait = rule.ladder.wait(Self::of(rule, counters, at).failures);
            // Below the first rung nobody waits, not even for a failure that is noted in a moment to
            // come: attempts overtake each other, and clocks differ.
            wait.is_zero() || last + wait <= at
        };
        if over(now) {
            return None;
        }
        let mut moments: Vec<_> = rule.ladder.waits().map(|wait| last + wait).collect();
        for counted in [Kind::Failed, Kind::Challenged, Kind::Credit] {
            moments.extend(rule.window.ends(counters, counted, now));
        }
        moments.retain(|&at| at > now);
        moments.sort_unstable();
        Some(moments.into_iter().find(|&at| over(at)).unwrap_or(last + rule.ladder.longest()))
    }
}

/// When the row's last failure was; long ago where there is none. One that is further ahead than
/// clocks may differ was written by a broken clock, and is none.
fn last_failure(counters: &Counters, now: SystemTime) -> SystemTime {
    let millis = u64::try_from(counters.get(column(Kind::LastFailure, 0))).unwrap_or(0);
    let last = UNIX_EPOCH + Duration::from_millis(millis);
    if last > now + SKEW { UNIX_EPOCH } else { last }
}
