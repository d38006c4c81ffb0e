//! A store of counter rows in a map, and a door that runs one attempt at a time or many at once.

#![allow(dead_code, clippy::mod_module_files, reason = "each test file uses its part")]

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_throttle::{
    Admission, Attempt, Counters, Decision, Denial, Policy, Reservation, Rule, Scope, ScopeUpdate,
    Settlement,
};

/// A moment in September 2026.
pub const START: u64 = 1_790_000_000;

pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START + seconds)
}

pub fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

pub fn stranger(account: &[u8], source: Option<IpAddr>) -> Attempt<'_> {
    Attempt { account, device: None, source }
}

#[derive(Debug)]
pub enum Answer {
    Checked { challenge: Option<Rule> },
    Wait(Denial),
    Busy,
    Distrust,
}

impl Answer {
    pub fn denial(&self) -> Denial {
        match self {
            Self::Wait(denial) => *denial,
            other => panic!("not a denial: {other:?}"),
        }
    }

    pub fn is_checked(&self) -> bool {
        matches!(self, Self::Checked { .. })
    }
}

#[derive(Default)]
pub struct Door {
    pub policy: Policy,
    pub can_challenge: bool,
    pub rows: HashMap<Vec<u8>, (Counters, SystemTime)>,
}

pub struct UnderWay {
    pub reservation: Reservation,
    pub rows: Vec<Counters>,
    pub admission: Admission,
}

impl Door {
    /// One whole attempt: reserved, decided, and settled or released.
    pub fn attempt(&mut self, attempt: Attempt<'_>, ends: Settlement, now: SystemTime) -> Answer {
        match self.begin(attempt, now) {
            Ok(under_way) => {
                let challenge = under_way.admission.challenge();
                self.settle(under_way, ends, now);
                Answer::Checked { challenge }
            }
            Err(answer) => answer,
        }
    }

    /// Reserves and decides; what is not admitted is released at once.
    pub fn begin(&mut self, attempt: Attempt<'_>, now: SystemTime) -> Result<UnderWay, Answer> {
        let (reservation, updates) = self.policy.reserve(&attempt, now);
        let rows = self.apply(&updates, now);
        let answer = match self.policy.decide(&reservation, &rows, now, self.can_challenge) {
            Decision::Admit(admission) => {
                return Ok(UnderWay { reservation, rows, admission });
            }
            Decision::Deny(denial) => Answer::Wait(denial),
            Decision::Busy => Answer::Busy,
            Decision::Distrust => Answer::Distrust,
        };
        let updates = self.policy.release(&reservation, &rows, now);
        self.apply(&updates, now);
        Err(answer)
    }

    pub fn settle(&mut self, under_way: UnderWay, ends: Settlement, now: SystemTime) {
        let UnderWay { reservation, rows, admission } = under_way;
        let updates = self.policy.settle(admission, &reservation, &rows, ends, now);
        self.apply(&updates, now);
    }

    /// Lifts an account's waits, as an operator does.
    pub fn lift(&mut self, account: &[u8], now: SystemTime) {
        let row = self.rows.get(Scope::account(account).key()).map(|(row, _)| row.clone());
        let update = self.policy.lift(account, &row.unwrap_or_default(), now);
        self.apply(&[update], now);
    }

    pub fn widest_row(&self) -> usize {
        self.rows.values().map(|(row, _)| row.iter().count()).max().unwrap_or(0)
    }

    pub fn apply(&mut self, updates: &[ScopeUpdate], now: SystemTime) -> Vec<Counters> {
        let apply = |update: &ScopeUpdate| {
            let row =
                self.rows.entry(update.scope().key().to_vec()).or_insert((Counters::new(), now));
            if row.1 <= now {
                row.0 = Counters::new();
            }
            row.1 = row.1.max(update.expires_at());
            row.0.apply(update.changes());
            row.0.clone()
        };
        updates.iter().map(apply).collect()
    }
}
