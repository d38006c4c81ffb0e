//! Deciding on a reserved attempt.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::column::{Kind, column};
use crate::counters::Counters;
use crate::decision::{Admission, Decision, Denial, Observed, Rule};
use crate::detection::Response;
use crate::flagged::{FLAG, LONGEST_HOLD, flagged_until, surge_flag};
use crate::policy::{Mode, Policy};
use crate::reservation::Reservation;
use crate::scope::{Role, ScopeKind};
use crate::scope_rule::{COARSE_DAY, ScopeRule};
use crate::surge::unit;
use crate::suspicion::Suspicion;
use crate::window::SKEW;

impl Policy {
    /// Decides on a reserved attempt: a pure function of the policy, the rows, what was noticed of the
    /// attempt itself ([`Watch::suspicion`](crate::Watch::suspicion)) and `now`.
    ///
    /// `rows` are those of [`Reservation::scopes`], in that order, right after reserving. A missing
    /// row is taken for a full one: whoever loses a row refuses.
    ///
    /// With `can_challenge` the rules that would keep an owner out ask for a step-up instead of a wait.
    pub fn decide(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        suspicion: Option<Suspicion>,
        now: SystemTime,
        can_challenge: bool,
    ) -> Decision {
        match self.verdict(reservation, rows, suspicion, now, can_challenge) {
            Ok(verdict) => verdict.decision(self.mode),
            Err(decision) => decision,
        }
    }

    /// Decides on an attempt to give the code of a second factor: [`decide`](Self::decide), in force whatever the mode
    /// is, since there are few codes to guess.
    ///
    /// Rules that would ask for a step-up let it through, for it is one; but for the bound on consecutive failures, which
    /// makes it wait.
    pub fn decide_code(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> Decision {
        let decision = match self.verdict(reservation, rows, None, now, true) {
            Ok(verdict) => verdict.decision(Mode::Enforce),
            Err(decision) => decision,
        };
        match (decision, self.over_bound(reservation, rows, now)) {
            (Decision::Admit(_) | Decision::Busy, Some(denial)) => Decision::Deny(denial),
            (decision, _) => decision,
        }
    }

    /// Whether the account has failed as often in a row as it may.
    fn over_bound(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> Option<Denial> {
        let judging = reservation.scopes.iter().zip(rows);
        let account = judging.filter(|((scope, role), _)| {
            scope.kind() == ScopeKind::Account && *role != Role::Credited
        });
        account.map(|(_, row)| row).find_map(|row| {
            let most = self.rule(ScopeKind::Account).consecutive?;
            let until = last_of_run(row, now) + self.consecutive_memory;
            (self.streak(row, now) >= most).then(|| Denial::new(Rule::Consecutive, until))
        })
    }

    fn verdict(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        suspicion: Option<Suspicion>,
        now: SystemTime,
        can_challenge: bool,
    ) -> Result<Verdict, Decision> {
        let mut verdict = Verdict::default();
        for (at, (scope, role)) in reservation.scopes.iter().enumerate() {
            if *role == Role::Credited {
                continue;
            }
            let Some(counters) = rows.get(at) else {
                let until = now + LOST_ROW_WAIT;
                return Err(Decision::Deny(Denial::new(Rule::of(scope.kind()), until)));
            };
            if scope.kind() == ScopeKind::Device && is_void(reservation, counters, now) {
                return Err(Decision::Distrust);
            }
            match self.assess(scope.kind(), *role, counters, now, can_challenge) {
                Finding::Distrust => return Err(Decision::Distrust),
                finding => verdict.add(finding),
            }
        }
        if let Some(denial) = self.turn_away(reservation.source, now) {
            verdict.add(Finding::Wait(denial));
        }
        if let Some(suspicion) = suspicion {
            verdict.add(suspicion.finding(now, can_challenge));
        }
        Ok(verdict)
    }

    pub(crate) fn assess(
        &self,
        kind: ScopeKind,
        role: Role,
        counters: &Counters,
        now: SystemTime,
        can_challenge: bool,
    ) -> Finding {
        let rule = self.rule(kind);
        let state = State::of(rule, counters, self.under_way(kind, counters, now), now);
        let streak = match rule.consecutive {
            Some(_) => self.streak(counters, now),
            None => 0,
        };
        if rule.consecutive.is_some_and(|most| streak >= most) {
            return match (kind, can_challenge) {
                (ScopeKind::Device, _) => Finding::Distrust,
                (_, true) => Finding::Challenge(Rule::Consecutive),
                (_, false) => {
                    let until = last_of_run(counters, now) + self.consecutive_memory;
                    Finding::Wait(Denial::new(Rule::Consecutive, until))
                }
            };
        }
        if kind == ScopeKind::Site {
            return self.assess_site(rule, &state, counters, now, can_challenge);
        }
        if let Some(until) = state.wait(rule, counters, now) {
            return Finding::Wait(Denial::new(Rule::of(kind), until));
        }
        let pending = self.room(kind).count(counters, Kind::Pending, now);
        let left = rule.consecutive.map_or(u64::MAX, |most| most - streak);
        let allowance = rule.ladder.allowance(state.failures).saturating_add(state.slack).min(left);
        if role == Role::Held && pending > allowance {
            return Finding::Busy;
        }
        let flags = [(FLAG, self.detection.networks), (surge_flag(kind), self.detection.surges)];
        let findings = flags.map(|(flag, response)| {
            match (flagged_until(counters, flag, now), response, can_challenge) {
                (Some(_), Response::StepUp, true) => Finding::Challenge(Rule::of(kind)),
                (Some(until), Response::Refuse, _) => {
                    Finding::Wait(Denial::new(Rule::of(kind), until))
                }
                _ => Finding::Clear,
            }
        });
        // A wait before a step-up: whoever is refused is not asked.
        let rank = |finding: &Finding| match finding {
            Finding::Wait(denial) => Some(denial.until()),
            Finding::Challenge(_) => Some(UNIX_EPOCH),
            _ => None,
        };
        findings.into_iter().max_by_key(rank).unwrap_or(Finding::Clear)
    }

    /// In calm times the site judges nobody. While it is attacked and nobody can step up, its ladder
    /// makes strangers wait for each other.
    fn assess_site(
        &self,
        rule: &ScopeRule,
        state: &State,
        counters: &Counters,
        now: SystemTime,
        can_challenge: bool,
    ) -> Finding {
        let Some(until) = flagged_until(counters, FLAG, now) else {
            return Finding::Clear;
        };
        match (self.detection.surges, can_challenge) {
            (Response::AlarmOnly, _) => Finding::Clear,
            (Response::StepUp, true) => Finding::Challenge(Rule::Site),
            (Response::Refuse, _) => Finding::Wait(Denial::new(Rule::Site, until)),
            (Response::StepUp, false) => {
                let first = rule.ladder.first();
                let failures = state.failures / unit(ScopeKind::Site);
                let until = state.last + rule.ladder.wait(failures.max(first));
                if until > now {
                    Finding::Wait(Denial::new(Rule::Site, until))
                } else {
                    Finding::Clear
                }
            }
        }
    }

    /// Whether attempts under way in a network have to be counted where all instances see them: half of
    /// what it may fail before the first wait is used up. `row` is the network's, with the room that this
    /// instance holds in it.
    pub fn needs_room(&self, kind: ScopeKind, row: &Counters, now: SystemTime) -> bool {
        let rule = self.rule(kind);
        let state = State::of(rule, row, self.under_way(kind, row, now), now);
        let pending = self.room(kind).count(row, Kind::Pending, now);
        let used = 2_u64.saturating_mul(state.failures.saturating_add(pending));
        used >= rule.ladder.first().saturating_add(state.slack.saturating_mul(2))
    }

    /// Whether a failure that was counted ahead changes nothing that anybody is told: with it, the row
    /// still is below the first rung, and so its moment means nothing.
    pub(crate) fn is_silent(&self, kind: ScopeKind, row: &Counters, now: SystemTime) -> bool {
        let rule = self.rule(kind);
        let challenged = COARSE_DAY.count(row, Kind::Challenged, now) / CHALLENGES_PER_FAILURE;
        let counted = rule.window.count(row, Kind::Failed, now).saturating_add(challenged);
        counted < rule.ladder.first()
    }

    /// Failures since the last verified attempt; a run that is older than the memory has lapsed.
    pub(crate) fn streak(&self, counters: &Counters, now: SystemTime) -> u64 {
        if last_of_run(counters, now) + self.consecutive_memory <= now {
            return 0;
        }
        u64::try_from(counters.get(column(Kind::Streak, 0))).unwrap_or(0)
    }
}

/// Whether a device's proof is void: revoked by an operator, who alone flags a device, or older than one that
/// the device has logged in with since.
fn is_void(reservation: &Reservation, counters: &Counters, now: SystemTime) -> bool {
    let newest = counters.moment(column(Kind::Issued, 0));
    counters.moment(column(Kind::FlaggedUntil, FLAG)) > now
        || reservation.issued_at.is_some_and(|issued_at| newest > issued_at)
}

/// So many attempts that were answered with a step-up count as one failure.
const CHALLENGES_PER_FAILURE: u64 = 8;

/// When a row is lost there is nothing to compute a wait from.
const LOST_ROW_WAIT: Duration = Duration::from_secs(60);

/// What one rule says.
#[derive(Debug)]
pub(crate) enum Finding {
    Clear,
    Busy,
    Challenge(Rule),
    Distrust,
    Wait(Denial),
}

/// What all of them say: the longest wait first, then room, then the first challenge.
#[derive(Default)]
struct Verdict {
    denial: Option<Denial>,
    challenge: Option<Rule>,
    busy: bool,
}

impl Verdict {
    fn add(&mut self, finding: Finding) {
        match finding {
            Finding::Clear | Finding::Distrust => {}
            Finding::Busy => self.busy = true,
            // What the attempt itself shows explains it better than that the site is attacked: the site
            // counts only what nothing else explains.
            Finding::Challenge(rule) if self.challenge.is_none_or(|known| known == Rule::Site) => {
                self.challenge = Some(rule);
            }
            Finding::Challenge(_) => {}
            Finding::Wait(found) => {
                if self.denial.is_none_or(|known| known.until() < found.until()) {
                    self.denial = Some(found);
                }
            }
        }
    }

    fn decision(self, mode: Mode) -> Decision {
        if mode == Mode::Monitor {
            let observed = match (self.denial, self.challenge) {
                (Some(denial), _) => Some(Observed::Wait(denial)),
                (None, challenge) => challenge.map(Observed::StepUp),
            };
            return Decision::Admit(Admission::observing(observed));
        }
        match self.denial {
            Some(denial) => Decision::Deny(denial),
            None if self.busy => Decision::Busy,
            None => Decision::Admit(Admission::new(self.challenge)),
        }
    }
}

/// What one row says under one rule.
struct State {
    /// Attempts under way that are counted as failures already.
    ahead: u64,
    /// Failures in the window beyond those that credits make up for.
    failures: u64,
    /// Credits beyond the failures.
    slack: u64,
    last: SystemTime,
}

impl State {
    fn of(rule: &ScopeRule, counters: &Counters, ahead: u64, now: SystemTime) -> Self {
        // An attempt that was answered with a step-up taught a guesser nothing, and cost a hash.
        let challenged = COARSE_DAY.count(counters, Kind::Challenged, now) / CHALLENGES_PER_FAILURE;
        let failed = rule.window.count(counters, Kind::Failed, now).saturating_sub(ahead);
        let failed = failed.saturating_add(challenged);
        let forgiven = match rule.verified_per_credit {
            Some(per) => {
                let credits = rule.window.count(counters, Kind::Credit, now) / per;
                credits.min(rule.most_credits)
            }
            None => 0,
        };
        Self {
            ahead,
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
            let wait = rule.ladder.wait(Self::of(rule, counters, self.ahead, at).failures);
            // Below the first rung nobody waits, not even for a failure that is noted in a moment to
            // come: attempts overtake each other, and clocks differ.
            wait.is_zero() || last + wait <= at
        };
        let wait = rule.ladder.wait(self.failures);
        if wait.is_zero() || last + wait <= now {
            return None;
        }
        let mut moments: Vec<_> = rule.ladder.waits().map(|wait| last + wait).collect();
        for counted in [Kind::Failed, Kind::Credit] {
            moments.extend(rule.window.ends(counters, counted, now));
        }
        moments.extend(COARSE_DAY.ends(counters, Kind::Challenged, now));
        moments.retain(|&at| at > now);
        moments.sort_unstable();
        Some(moments.into_iter().find(|&at| over(at)).unwrap_or(last + rule.ladder.longest()))
    }
}

/// When the row's last failure was; long ago where there is none. One that is further ahead than
/// clocks may differ was written by a broken clock, and is none.
fn last_failure(counters: &Counters, now: SystemTime) -> SystemTime {
    let last = counters.moment(column(Kind::LastFailure, 0));
    if last > now + SKEW { UNIX_EPOCH } else { last }
}

/// The same for a run, whose bound must hold though a clock is minutes ahead; and so far ahead that nobody
/// would live to see its end, it is none.
fn last_of_run(counters: &Counters, now: SystemTime) -> SystemTime {
    let last = counters.moment(column(Kind::LastFailure, 0));
    if last > now + LONGEST_HOLD { UNIX_EPOCH } else { last }
}
