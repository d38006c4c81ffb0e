//! A store of counter rows in a map, and a door that runs one attempt at a time or many at once.

#![allow(dead_code, clippy::mod_module_files, reason = "each test file uses its part")]

pub mod tries;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_throttle::{
    Admission, Alarm, Attempt, Counters, Decision, Denial, Device, Fingerprint, Guess, Policy,
    Popularity, Reservation, Rule, Scope, ScopeUpdate, Settlement, Watch,
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
    Attempt { account, device: None, source, guess: None }
}

/// A device whose proof was issued at the start.
pub fn device(id: &[u8]) -> Option<Device<'_>> {
    Some(Device { id, issued_at: at(0) })
}

/// A password by number; those up to 30,000 are listed, the first is the most common one. One person has
/// one account and one source here.
pub fn guess(number: u32, person: u64, now: SystemTime) -> Guess {
    let mixed = |what: u64| {
        let mut bytes = [0; 32];
        for (at, eight) in bytes.chunks_mut(8).enumerate() {
            let mut hasher = DefaultHasher::new();
            (what, at).hash(&mut hasher);
            eight.copy_from_slice(&hasher.finish().to_be_bytes());
        }
        bytes
    };
    let print = |day: u64| {
        let bytes = mixed((day << 40) ^ (person << 20) ^ u64::from(number) ^ (1 << 63));
        Fingerprint::new([bytes[0], bytes[1]])
    };
    Guess {
        digest: mixed(u64::from(number)),
        popularity: match number {
            1..=30_000 => Popularity::of_rank(number),
            _ => Popularity::UNLISTED,
        },
        fingerprints: Fingerprint::day(now).map(print),
    }
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

pub struct Door {
    pub policy: Policy,
    pub watch: Watch,
    pub can_challenge: bool,
    pub rows: HashMap<Vec<u8>, (Counters, SystemTime)>,
    pub alarms: Vec<Alarm>,
}

impl Default for Door {
    fn default() -> Self {
        Self::new(Policy::recommended())
    }
}

pub struct UnderWay {
    pub reservation: Reservation,
    pub rows: Vec<Counters>,
    pub admission: Admission,
}

impl Door {
    pub fn new(policy: Policy) -> Self {
        Self {
            watch: Watch::new(policy.detection(), true, [1; 32]),
            policy,
            can_challenge: false,
            rows: HashMap::new(),
            alarms: Vec::new(),
        }
    }

    /// A door that can send codes.
    pub fn with_codes() -> Self {
        Self { can_challenge: true, ..Self::default() }
    }

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
        let (reservation, mut updates) = self.policy.reserve(&attempt, now);
        updates.extend(self.watch.refresh(now));
        let mut rows = self.apply(&updates, now);
        rows.truncate(reservation.scopes().count());
        let suspicion = self.watch.suspicion(&reservation, &rows, now);
        let can = self.can_challenge;
        let answer = match self.policy.decide(&reservation, &rows, suspicion, now, can) {
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
        let ends = match (admission.challenge(), ends) {
            (Some(_), Settlement::Verified) => Settlement::Challenged { code: true },
            (Some(_), Settlement::Failed) => Settlement::Challenged { code: false },
            (_, ends) => ends,
        };
        let mut settled = self.policy.settle(admission, &reservation, &rows, ends, now);
        self.watch.observe(&mut settled, &reservation, &rows, ends, now);
        let rows = self.apply(settled.updates(), now);
        self.alarms.extend(settled.alarms(&rows));
    }

    /// Lifts an account's waits, as an operator does.
    pub fn lift(&mut self, account: &[u8], now: SystemTime) {
        let scope = Scope::account(account);
        let row = self.rows.get(scope.key()).map(|(row, _)| row.clone());
        let update = self.policy.lift(&scope, &row.unwrap_or_default(), now);
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
            self.watch.learn(update.scope(), &row.0);
            row.0.clone()
        };
        updates.iter().map(apply).collect()
    }
}
