//! The policy of this workspace, over counters in a map: the facade without its store and its hashes.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward::Policy;
use doorward_throttle::{
    Attempt as Facts, Counters, Decision, Denial, Device, Fingerprint, Guess, Popularity,
    Reservation, Rule, Scope, ScopeUpdate, Settlement, Watch,
};

use super::attempt::{Answer, Attempt, System};
use super::mixed::mixed;
use super::people::Name;
use super::scale::SECOND;

/// One instance, with its counters.
pub(crate) struct Ours {
    policy: Policy,
    watch: Watch,
    can_challenge: bool,
    tells_repeats: bool,
    /// Whether it was the site that asked for the last code.
    by_site: bool,
    rows: HashMap<Vec<u8>, (Counters, SystemTime)>,
}

impl Ours {
    /// One that can send codes.
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            watch: Watch::new(policy.detection(), true, [1; 32]),
            policy,
            can_challenge: true,
            tells_repeats: true,
            by_site: false,
            rows: HashMap::new(),
        }
    }

    /// Where owners cannot be sent codes.
    pub(crate) fn without_codes(self) -> Self {
        let watch = Watch::new(self.policy.detection(), false, [1; 32]);
        Self { watch, can_challenge: false, ..self }
    }

    /// A wrong password that the same person repeats counts every time.
    pub(crate) fn without_repeats(self) -> Self {
        Self { tells_repeats: false, ..self }
    }

    fn knock(&mut self, attempt: &Attempt, has_device: bool) -> Answer {
        let now = moment(attempt.at);
        let account = account(attempt.name);
        let facts = Facts {
            account: &account,
            device: has_device.then_some(DEVICE),
            source: Some(attempt.source.ip().into()),
            guess: Some(self.guess(attempt, has_device, now)),
        };
        let (reservation, mut updates) = self.policy.reserve(&facts, now);
        updates.extend(self.watch.refresh(now));
        let mut rows = self.apply(&updates, now);
        rows.truncate(reservation.scopes().count());
        let suspicion = self.watch.suspicion(&reservation, &rows, now);
        let can = self.can_challenge;
        let admission = match self.policy.decide(&reservation, &rows, suspicion, now, can) {
            Decision::Admit(admission) => admission,
            Decision::Deny(denial) => {
                self.release(&reservation, &rows, now);
                return refused(denial, now);
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
        self.by_site = admission.challenge() == Some(Rule::Site);
        let sends = attempt.is_right && self.policy.may_send_code(&self.row(&account), false, now);
        let settlement = match (is_challenged, attempt.is_right) {
            (true, _) => Settlement::Challenged { code: sends },
            (false, true) => Settlement::Verified,
            (false, false) => Settlement::Failed,
        };
        let mut settled = self.policy.settle(admission, &reservation, &rows, settlement, now);
        self.watch.observe(&mut settled, &reservation, &rows, settlement, now);
        for update in settled.updates() {
            self.write(update, now);
        }
        match settlement {
            Settlement::Verified => Answer::Verified,
            Settlement::Failed => Answer::Rejected,
            // Asked for a code that does not come, an owner is kept out.
            Settlement::Challenged { .. } if attempt.is_right && !sends => Answer::Refused(CODES),
            Settlement::Challenged { .. } => Answer::StepUp,
        }
    }

    /// What the facade tells of a password, with numbers in place of keyed digests.
    fn guess(&self, attempt: &Attempt, has_device: bool, now: SystemTime) -> Guess {
        let password = u64::from(attempt.password.number());
        let place = if has_device { 0 } else { u64::from(u32::from(attempt.source.ip())) };
        let which = if self.tells_repeats { password } else { u64::from(attempt.at) };
        let print = |day: u64| {
            let parts = [u64::from(attempt.name), place, day, which];
            let digest = parts.into_iter().fold(0, |sum, part| mixed(sum ^ part));
            let [first, second, ..] = digest.to_be_bytes();
            Fingerprint::new([first, second])
        };
        let mut digest = [0; 32];
        for (at, eight) in (0_u64..).zip(digest.chunks_mut(8)) {
            eight.copy_from_slice(&mixed(password << 2 | at).to_be_bytes());
        }
        let listed = attempt.password.rank().filter(|&rank| rank <= LISTED);
        Guess {
            digest,
            popularity: listed.map_or(Popularity::UNLISTED, Popularity::of_rank),
            fingerprints: Fingerprint::day(now).map(print),
        }
    }

    fn release(&mut self, reservation: &Reservation, rows: &[Counters], now: SystemTime) {
        for update in self.policy.release(reservation, rows, now) {
            self.write(&update, now);
        }
    }

    fn row(&self, account: &[u8]) -> Counters {
        let row = self.rows.get(Scope::account(account).key());
        row.map(|(row, _)| row.clone()).unwrap_or_default()
    }

    /// Writes the updates, and reads the rows as they stand after.
    fn apply(&mut self, updates: &[ScopeUpdate], now: SystemTime) -> Vec<Counters> {
        updates.iter().map(|update| self.write(update, now).clone()).collect()
    }

    fn write(&mut self, update: &ScopeUpdate, now: SystemTime) -> &Counters {
        let key = update.scope().key().to_vec();
        let (row, expires_at) = self.rows.entry(key).or_insert((Counters::new(), now));
        if *expires_at <= now {
            *row = Counters::new();
        }
        *expires_at = update.expires_at().max(*expires_at);
        row.apply(update.changes());
        self.watch.learn(update.scope(), row);
        row
    }
}

impl System for Ours {
    fn attempt(&mut self, attempt: &Attempt) -> Answer {
        self.knock(attempt, attempt.has_device)
    }

    fn redeem(&mut self, attempt: &Attempt) {
        let now = moment(attempt.at);
        let source = Some(attempt.source.ip().into());
        let name = account(attempt.name);
        for update in self.policy.redeemed(&name, source, self.by_site, now) {
            self.write(&update, now);
        }
    }
}

fn account(name: Name) -> [u8; 4] {
    name.to_le_bytes()
}

/// A moment in 2026.
fn moment(at: u32) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START) + Duration::from_millis(u64::from(at))
}

fn refused(denial: Denial, now: SystemTime) -> Answer {
    let seconds = denial.wait_from(now).as_millis().div_ceil(u128::from(SECOND));
    Answer::Refused(u32::try_from(seconds).unwrap_or(u32::MAX))
}

const START: u64 = 1_790_000_000;
/// It keeps its first token: nobody steals one here.
const DEVICE: Device<'_> = Device { id: b"the account's own", issued_at: UNIX_EPOCH };

/// The list of common passwords ends at this rank.
const LISTED: u32 = 30_000;

/// The owner's mailbox has had its codes: seconds until another may go out, at the most.
const CODES: u32 = 3_600;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::password::Password;

    #[test]
    fn strangers_wait_after_four_failures_and_the_device_does_not() {
        let mut system = Ours::new(Policy::recommended());
        for second in 0..4 {
            assert_eq!(system.attempt(&Attempt::wrong(second, 1, second)), Answer::Rejected);
        }
        assert_eq!(system.attempt(&Attempt::right(4, 1, 99)), Answer::Refused(59));
        assert_eq!(system.attempt(&Attempt::right(4, 1, 99).on_device()), Answer::Verified);
        assert_eq!(system.attempt(&Attempt::right(63, 1, 99)), Answer::Verified);
    }

    #[test]
    fn a_repeated_password_counts_once_unless_that_is_off() {
        let twenty = |mut system: Ours| {
            let old = Password::unique(5);
            let tries = (0..20).map(|second| {
                let tried = Attempt { password: old, ..Attempt::wrong(second, 1, 7) };
                system.attempt(&tried)
            });
            tries.filter(|answer| matches!(answer, Answer::Refused(_))).count()
        };
        assert_eq!(twenty(Ours::new(Policy::recommended())), 0);
        assert_eq!(twenty(Ours::new(Policy::recommended()).without_repeats()), 16);
    }

    #[test]
    fn a_sprayed_password_is_answered_with_a_step_up_and_its_owner_gets_a_code() {
        let mut system = Ours::new(Policy::recommended());
        let common = Password::at_rank(1);
        let mut answers = Vec::new();
        for number in 0..40 {
            let tried = Attempt::wrong(number, 100 + number, 1_000 * number);
            answers.push(system.attempt(&Attempt { password: common, ..tried }));
        }
        assert_eq!(answers.first(), Some(&Answer::Rejected));
        assert_eq!(answers.last(), Some(&Answer::StepUp));
        let owner = Attempt { password: common, ..Attempt::right(41, 1, 99) };
        assert_eq!(system.attempt(&owner), Answer::StepUp);
        system.redeem(&owner);
        assert_eq!(system.attempt(&owner.on_device()), Answer::Verified);
    }
}
