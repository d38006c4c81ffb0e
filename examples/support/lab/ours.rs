//! The policy of this workspace, over counters in a map.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward::{Ladder, Policy};
use doorward_throttle::{
    Attempt as Facts, Counters, Decision, Reservation, Scope, ScopeUpdate, Settlement,
};

use super::attempt::{Answer, Attempt, System};
use super::people::Name;
use super::scale::SECOND;
use super::systems::Entrant;

/// The recommended policy, with codes that owners can be sent.
pub(crate) fn recommended() -> Entrant {
    entrant("doorward", Policy::recommended(), true)
}

/// The same with one rule less each.
pub(crate) fn ablations() -> Vec<Entrant> {
    Vec::new()
}

fn entrant(name: &'static str, policy: Policy, can_challenge: bool) -> Entrant {
    Entrant::new(name, move || Ours { policy: policy.clone(), can_challenge, rows: HashMap::new() })
}

/// A door as the facade builds it, without its store and its hashes.
struct Ours {
    policy: Policy,
    can_challenge: bool,
    rows: HashMap<Vec<u8>, (Counters, SystemTime)>,
}

impl Ours {
    fn knock(&mut self, attempt: &Attempt, has_device: bool) -> Answer {
        let now = moment(attempt.at);
        let account = account(attempt.name);
        let facts = Facts {
            account: &account,
            device: has_device.then_some(b"own"),
            source: Some(attempt.source.ip().into()),
        };
        let (reservation, updates) = self.policy.reserve(&facts, now);
        let rows = self.apply(&updates, now);
        let admission = match self.policy.decide(&reservation, &rows, now, self.can_challenge) {
            Decision::Admit(admission) => admission,
            Decision::Deny(denial) => {
                self.release(&reservation, &rows, now);
                let wait = denial.wait_from(now).as_millis();
                let seconds = wait.div_ceil(u128::from(SECOND));
                return Answer::Refused(u32::try_from(seconds).unwrap_or(u32::MAX));
            }
            // Every attempt of the lab is settled before the next: nobody is under way.
            Decision::Busy => {
                self.release(&reservation, &rows, now);
                return Answer::Refused(1);
            }
            Decision::Distrust => {
                self.release(&reservation, &rows, now);
                return self.knock(attempt, false);
            }
        };
        let is_challenged = admission.challenge().is_some();
        let sends = attempt.is_right
            && is_challenged
            && self.policy.may_send_code(&self.row(&account), false, now);
        let settlement = match (is_challenged, attempt.is_right) {
            (true, _) => Settlement::Challenged { code: sends },
            (false, true) => Settlement::Verified,
            (false, false) => Settlement::Failed,
        };
        let updates = self.policy.settle(admission, &reservation, &rows, settlement, now);
        self.apply(&updates, now);
        match settlement {
            Settlement::Verified => Answer::Verified,
            Settlement::Failed => Answer::Rejected,
            // Asked for a code that does not come, an owner is kept out.
            Settlement::Challenged { .. } if attempt.is_right && !sends => Answer::Refused(CODES),
            Settlement::Challenged { .. } => Answer::StepUp,
        }
    }

    fn release(&mut self, reservation: &Reservation, rows: &[Counters], now: SystemTime) {
        let updates = self.policy.release(reservation, rows, now);
        self.apply(&updates, now);
    }

    fn row(&self, account: &[u8]) -> Counters {
        let row = self.rows.get(Scope::account(account).key());
        row.map(|(row, _)| row.clone()).unwrap_or_default()
    }

    fn apply(&mut self, updates: &[ScopeUpdate], now: SystemTime) -> Vec<Counters> {
        let apply = |update: &ScopeUpdate| {
            let key = update.scope().key();
            if !self.rows.contains_key(key) {
                self.rows.insert(key.to_vec(), (Counters::new(), now));
            }
            let Some((row, expires_at)) = self.rows.get_mut(key) else {
                return Counters::new();
            };
            if *expires_at <= now {
                *row = Counters::new();
            }
            *expires_at = (*expires_at).max(update.expires_at());
            row.apply(update.changes());
            row.clone()
        };
        updates.iter().map(apply).collect()
    }
}

impl System for Ours {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        self.knock(attempt, attempt.has_device)
    }

    fn redeem(&mut self, attempt: &Attempt) {
        let now = moment(attempt.at);
        let update = self.policy.end_run(&account(attempt.name), now);
        self.apply(&[update], now);
    }
}

fn account(name: Name) -> [u8; 4] {
    name.to_le_bytes()
}

/// A moment in 2026.
fn moment(at: u32) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START) + Duration::from_millis(u64::from(at))
}

const START: u64 = 1_790_000_000;

/// The owner's mailbox has had its codes: seconds until another may go out, at the most.
const CODES: u32 = 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_wait_after_four_failures_and_the_device_does_not() {
        let mut system = recommended().make();
        for second in 0..4 {
            assert_eq!(system.attempt(&Attempt::wrong(second, 1, second)), Answer::Rejected);
        }
        assert_eq!(system.attempt(&Attempt::right(4, 1, 99)), Answer::Refused(59));
        assert_eq!(system.attempt(&Attempt::right(4, 1, 99).on_device()), Answer::Verified);
        assert_eq!(system.attempt(&Attempt::right(63, 1, 99)), Answer::Verified);
    }
}
