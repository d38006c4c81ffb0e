//! What one instance notices of the attempts that pass it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::address::SourcePrefix;
use crate::alarm::Alarm;
use crate::candidates::Candidates;
use crate::column::{Kind, column};
use crate::counters::{Change, Counters, millis};
use crate::crowd::{Crowds, Sighting};
use crate::decision::Rule;
use crate::detection::{Detection, Response};
use crate::flagged::{FLAG, LONGEST_HOLD};
use crate::flags::Flags;
use crate::guess::Guess;
use crate::popularity_filter::{FREQUENT, PopularityFilter};
use crate::reservation::Reservation;
use crate::scope::{Scope, ScopeKind};
use crate::scope_rule::COARSE_DAY;
use crate::scope_update::ScopeUpdate;
use crate::settled::Settled;
use crate::settlement::Settlement;
use crate::surge::{Found, RECENT};
use crate::suspicion::Suspicion;

/// Notices sprayed passwords and spraying networks in the attempts of unknown devices, and knows what
/// other instances noticed.
///
/// It lives in the memory of one instance, within bounds: the filter, 1,024 passwords of 256 accounts each,
/// 16,384 networks of 128 accounts each. What it finds goes into the store with the settlement that found it: the flag of a
/// network into the network's own row, that of a password into one of a few rows that every
/// instance reads every few seconds ([`refresh`](Self::refresh), [`learn`](Self::learn)).
///
/// A pure machine: time is an argument, randomness a seed.
#[derive(Debug)]
pub struct Watch {
    detection: Detection,
    can_challenge: bool,
    filter: PopularityFilter,
    candidates: Candidates,
    crowds: Crowds,
    flags: Flags,
}

impl Watch {
    /// A watch that has seen nothing yet, of an instance that can or cannot send codes. The seed should
    /// be unpredictable.
    pub fn new(detection: &Detection, can_challenge: bool, seed: [u8; 32]) -> Self {
        Self {
            detection: detection.clone(),
            can_challenge,
            filter: PopularityFilter::new(detection.filter, seed),
            candidates: Candidates::default(),
            crowds: Crowds::default(),
            flags: Flags::default(),
        }
    }

    /// Takes a password for a common one that is on no list: the service's name, last season's. `digest` is the
    /// one of [`Guess::digest`].
    pub fn prime(&mut self, digest: &[u8; 32]) {
        self.filter.prime(digest);
    }

    /// Whether the password of this attempt makes it suspicious. It does not depend on whether the
    /// password is right, nor on whether there is an account.
    ///
    /// `rows` are those of [`Reservation::scopes`]. Known devices and attempts whose
    /// [`guess`](crate::Attempt::guess) is not told are never suspicious.
    pub fn suspicion(
        &self,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> Option<Suspicion> {
        let guess = reservation.guess.as_ref().filter(|_| !reservation.is_known)?;
        let is_listed = guess.popularity.is_listed();
        let sprayed = |until, or_refuse| Suspicion {
            rule: Rule::SprayedPassword,
            response: self.detection.passwords,
            until,
            or_refuse,
        };
        if let Some(until) = self.flags.until(tag(guess), now) {
            return Some(sprayed(until, true));
        }
        if !is_listed {
            return None;
        }
        // A likely next one is asked for a code; to refuse it would be to refuse for half a day.
        let lately = self.flags.until_fewer_than(SPRAYED_LATELY, now);
        if let Some(until) = lately.filter(|_| self.detection.passwords != Response::Refuse) {
            return Some(sprayed(until, false));
        }
        let account = reservation.row(rows, ScopeKind::Account)?;
        let is_spent = |at| COARSE_DAY.count(account, Kind::Hits, at) >= self.detection.hit_budget;
        is_spent(now).then(|| Suspicion {
            rule: Rule::HitBudget,
            response: self.detection.popular,
            until: COARSE_DAY
                .ends(account, Kind::Hits, now)
                .find(|&end| !is_spent(end))
                .unwrap_or(now + self.detection.hold),
            or_refuse: false,
        })
    }

    /// Takes note of a settled attempt, by the rows that were decided on. What it finds is added to the
    /// settlement: apply that after.
    pub fn observe(
        &mut self,
        settled: &mut Settled,
        reservation: &Reservation,
        rows: &[Counters],
        settlement: Settlement,
        now: SystemTime,
    ) {
        if !settled.is_counted() {
            return;
        }
        let failed = match settlement {
            Settlement::Verified => false,
            Settlement::Failed => true,
            // It taught nobody anything; and if its being wrong counted, how long a flag lasts would
            // tell whether it was.
            Settlement::Challenged { .. } => return,
        };
        // A known device speaks for its network, not against it.
        if failed && reservation.is_known {
            return;
        }
        self.observe_networks(settled, reservation, rows, failed, now);
        if let Some(guess) = reservation.guess.as_ref().filter(|_| failed) {
            self.observe_guess(settled, guess, reservation.account, now);
        }
    }

    /// What to read along with the next update, if it is time to learn what other instances found. Give
    /// the row to [`learn`](Self::learn).
    pub fn refresh(&mut self, now: SystemTime) -> Option<ScopeUpdate> {
        let scope = self.flags.next_to_read(now)?;
        let expires_at = now + LONGEST_HOLD;
        Some(ScopeUpdate::new(scope, Vec::new(), expires_at))
    }

    /// Learns what other instances found, from a row that came back from the store; others are of no
    /// interest.
    pub fn learn(&mut self, scope: &Scope, row: &Counters) {
        // What is gone was lifted by an operator: it takes new evidence to flag it again.
        for tag in self.flags.learn(scope, row) {
            self.candidates.forget(tag);
        }
    }

    /// Forgets what was noticed of a network, as an operator asks.
    pub fn forget_network(&mut self, network: &SourcePrefix) {
        self.crowds.forget(network);
    }

    /// The rows of sprayed passwords: to be cleared, as an operator asks. Other instances follow within
    /// seconds.
    pub fn forget_passwords(&mut self) -> Vec<Scope> {
        self.candidates = Candidates::default();
        self.flags = Flags::default();
        Flags::scopes().collect()
    }

    fn observe_networks(
        &mut self,
        settled: &mut Settled,
        reservation: &Reservation,
        rows: &[Counters],
        failed: bool,
        now: SystemTime,
    ) {
        let Some(address) = reservation.source else { return };
        let networks = [
            (ScopeKind::Source, SourcePrefix::party(address)),
            (ScopeKind::Prefix, SourcePrefix::neighbourhood(address)),
        ];
        for (kind, network) in networks {
            let is_party = kind == ScopeKind::Source;
            let row = reservation.row(rows, kind);
            let flagged =
                row.map_or(UNIX_EPOCH, |row| row.moment(column(Kind::FlaggedUntil, FLAG)));
            if row.is_some() && flagged <= now {
                // An operator lifted it, perhaps on another instance.
                self.crowds.forget_if_flagged(&network, now);
            }
            let account = reservation.account;
            let detection = &self.detection;
            let seen = self.crowds.note(network, is_party, account, failed, detection, now);
            let Some(Sighting { alarm, recurrence }) = seen else { continue };
            // Another instance may have found it first.
            let alarm = alarm.filter(|_| flagged + LONGEST_HOLD <= now);
            let until = now + self.hold(recurrence, self.detection.networks);
            let mut changes = vec![Change::Set(column(Kind::FlaggedUntil, FLAG), millis(until))];
            let claim = RECENT.column(Kind::Claimed, now);
            changes.extend(alarm.map(|_| Change::Add(claim, 1)));
            let scope = Scope::network(kind, network);
            let found = alarm.map(|alarm| Found { claim, alarm });
            let update = ScopeUpdate::new(scope, changes, until + LONGEST_HOLD);
            settled.push(update, found);
        }
    }

    /// How long a flag lasts that was raised before within a day, so many times: longer, but not where
    /// people wait for its end.
    fn hold(&self, recurrence: u32, response: Response) -> Duration {
        let grows = self.can_challenge && response == Response::StepUp;
        let times = if grows { 4_u32.saturating_pow(recurrence) } else { 1 };
        self.detection.hold.saturating_mul(times).min(LONGEST_HOLD)
    }

    fn observe_guess(
        &mut self,
        settled: &mut Settled,
        guess: &Guess,
        account: u64,
        now: SystemTime,
    ) {
        let height = self.filter.step(&guess.digest);
        let is_listed = guess.popularity.is_listed();
        let tag = tag(guess);
        let flagged = self.flags.until(tag, now);
        if flagged.is_none() {
            self.candidates.note_failure(now);
        }
        if !is_listed && height < FREQUENT {
            return;
        }
        let accounts = self.candidates.note(tag, account, now);
        let least = self.candidates.threshold(self.detection.password_accounts);
        if accounts < least || flagged.is_some() {
            return;
        }
        let recurrence = self.candidates.flag(tag, now);
        let hold = self.hold(recurrence, self.detection.passwords);
        let (update, claim) = self.flags.raise(tag, now, hold, recurrence == 0);
        let alarm = Alarm::SprayedPassword { accounts, is_listed };
        let found = claim.map(|claim| Found { claim, alarm });
        settled.push(update, found);
    }
}

/// Fifty-six bits that stand for a password.
fn tag(guess: &Guess) -> u64 {
    let bytes = &guess.digest[16..23];
    bytes.iter().fold(0, |tag, &byte| tag << 8 | u64::from(byte))
}

/// So many sprayed passwords within half a day, and the next one is likely to be a common one, too.
const SPRAYED_LATELY: usize = 3;
