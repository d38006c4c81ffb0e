//! Surges: more attempts fail than calm times explain.

use std::time::{Duration, SystemTime};

use crate::alarm::Alarm;
use crate::column::{Kind, column};
use crate::counters::{Change, Counters, millis};
use crate::detection::Response;
use crate::flagged::{FLAG, LONGEST_HOLD, flagged_until, surge_flag};
use crate::policy::Policy;
use crate::scope::ScopeKind;
use crate::window::Window;

/// What just happened now counts for the last hour, too.
pub(crate) const RECENT: Window = Window::of(900, 4);

/// An attempt that the site or a prefix counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) kind: ScopeKind,
    /// What the failure counts for, in thousandths; zero for a verified attempt.
    pub(crate) weight: u64,
    /// Whether it was answered with a step-up because the site is attacked. Right or wrong, it is taken
    /// for a sign that the attack goes on until its owner redeems it: nobody else can, so a guesser does not see in
    /// how long it lasts whether he was right.
    pub(crate) is_challenged: bool,
}

/// A finding, and the column in which it is claimed: whoever finds a 1 there has found it first.
pub(crate) struct Found {
    pub(crate) claim: u64,
    pub(crate) alarm: Alarm,
}

impl Policy {
    /// Takes note of an attempt in the row of the site or a prefix; says when that makes it a surge.
    pub(crate) fn watch_row(
        &self,
        sample: Sample,
        counters: &Counters,
        now: SystemTime,
        out: &mut Vec<Change>,
    ) -> Option<Found> {
        let is_site = sample.kind == ScopeKind::Site;
        let flag = column(Kind::FlaggedUntil, surge_flag(sample.kind));
        let flagged = flagged_until(counters, surge_flag(sample.kind), now);
        if is_site {
            let (recent, by) = match sample.weight {
                0 => (Kind::RecentVerified, 1),
                weight => (Kind::RecentFailed, i64::try_from(weight).unwrap_or(0)),
            };
            out.push(Change::Add(RECENT.column(recent, now), by));
        }
        if flagged.is_none() {
            self.learn(sample.kind, counters, now, out);
        }
        if sample.weight == 0 {
            return None;
        }
        let hold = self.hold(counters, now, flagged.is_none());
        let window = self.rule(sample.kind).window;
        let calm = baseline(counters, sample.kind);
        let within = |window: Window, failed, verified, redeemed: u64| {
            let failed = window.count(counters, failed, now) / unit(sample.kind);
            let failed = failed.saturating_add(u64::from(!sample.is_challenged));
            let attempts = failed.saturating_add(window.count(counters, verified, now));
            Tally { failed: failed.saturating_sub(redeemed), attempts, calm }
        };
        let redeemed = RECENT.count(counters, Kind::RecentRedeemed, now);
        let day = within(window, Kind::Failed, Kind::Credit, 0);
        let lately = within(window.last_slot(), Kind::Failed, Kind::Credit, 0);
        let hour = within(RECENT, Kind::RecentFailed, Kind::RecentVerified, redeemed);
        if let Some(until) = flagged {
            let asked = Tally { calm: calm + UNREDEEMED, ..hour };
            let goes_on = if is_site { asked.exceeds(SIGNS) } else { day.exceeds(PREFIX_FAILURES) };
            if goes_on && until < now + hold / 2 {
                out.push(Change::Set(flag, millis(now + hold)));
            }
            return None;
        }
        let least = if is_site { self.detection.surge_failures } else { PREFIX_FAILURES };
        // A prefix counts only the first logins of an account a day: its hours are not like each other.
        let horizons = [Some(day), is_site.then_some(lately), is_site.then_some(hour)];
        let tally = horizons.into_iter().flatten().find(|tally| tally.exceeds(least))?;
        out.push(Change::Set(flag, millis(now + hold)));
        if is_site {
            out.push(Change::Set(column(Kind::Recurrence, 0), self.recurrence(counters, now)));
            // What made this surge must not make the next one.
            let counted = [Kind::Failed, Kind::Credit]
                .into_iter()
                .flat_map(|kind| counters.slots(kind).map(move |(slot, _)| column(kind, slot)));
            out.extend(counted.map(Change::Remove));
        }
        let claim = RECENT.column(Kind::Claimed, now);
        let stale = counters.slots(Kind::Claimed).map(|(slot, _)| column(Kind::Claimed, slot));
        out.extend(stale.filter(|&at| at != claim).map(Change::Remove));
        out.push(Change::Add(claim, 1));
        let alarm = Alarm::Surge {
            scope: sample.kind,
            failed: tally.failed,
            attempts: tally.attempts,
            baseline: calm,
        };
        // A prefix counts a whole day, in which it is flagged again and again: that is one attack.
        let last = counters.moment(flag);
        let is_new = is_site || last + LONGEST_HOLD <= now;
        is_new.then_some(Found { claim, alarm })
    }

    /// Moves the baseline towards the slot that has ended last: quickly at first, then slowly, and upwards slower
    /// than downwards.
    fn learn(&self, kind: ScopeKind, counters: &Counters, now: SystemTime, out: &mut Vec<Change>) {
        let Some(ended) = self.rule(kind).window.slot(now).checked_sub(1) else { return };
        let learned = u64::try_from(counters.get(column(Kind::Learned, 0))).unwrap_or(u64::MAX);
        // One far ahead was written by a broken clock.
        if (ended..ended + 12).contains(&learned) {
            return;
        }
        let count = |kind| u64::try_from(counters.get(column(kind, ended))).unwrap_or(0);
        let (failed, verified) = (count(Kind::Failed) / unit(kind), count(Kind::Credit));
        let attempts = failed.saturating_add(verified);
        if attempts < LEAST_TO_LEARN {
            return;
        }
        let (calm, seen) = (baseline(counters, kind), failed.saturating_mul(MILLION) / attempts);
        let slots = u64::try_from(counters.get(column(Kind::Baseline, 1))).unwrap_or(0);
        let slowest = if seen > calm { SLOWEST_UP } else { SLOWEST_DOWN };
        let weight = slots.saturating_add(PRIOR).min(slowest);
        let moved = (weight * calm + seen.min(MILLION)) / (weight + 1);
        let moved = moved.clamp(least_calm(kind), MOST_CALM);
        out.push(Change::Add(column(Kind::Baseline, 1), 1));
        out.push(Change::Set(column(Kind::Baseline, 0), i64::try_from(moved).unwrap_or(0)));
        out.push(Change::Set(column(Kind::Learned, 0), i64::try_from(ended).unwrap_or(0)));
    }

    /// How long the flag lasts after the last sign: longer when the attack comes again within a day.
    fn hold(&self, counters: &Counters, now: SystemTime, is_new: bool) -> Duration {
        let recurrence = if is_new {
            self.recurrence(counters, now)
        } else {
            counters.get(column(Kind::Recurrence, 0))
        };
        // Whoever is refused waits as long: no longer than the policy says.
        if self.detection.surges == Response::Refuse {
            return self.detection.hold;
        }
        let times = 4_u32.saturating_pow(u32::try_from(recurrence.saturating_sub(1)).unwrap_or(0));
        self.detection.hold.saturating_mul(times).min(LONGEST_HOLD)
    }

    fn recurrence(&self, counters: &Counters, now: SystemTime) -> i64 {
        let until = counters.moment(column(Kind::FlaggedUntil, FLAG));
        if until + LONGEST_HOLD > now {
            counters.get(column(Kind::Recurrence, 0)).saturating_add(1)
        } else {
            1
        }
    }
}

/// Failures among attempts, and the share of calm times in millionths.
#[derive(Clone, Copy)]
struct Tally {
    failed: u64,
    attempts: u64,
    calm: u64,
}

impl Tally {
    /// Whether there are more failures than calm times explain: their expected number and some more, for
    /// one hour is not like the other, four standard deviations of the binomial distribution, and
    /// `least` for what is not independent.
    fn exceeds(self, least: u64) -> bool {
        #[allow(clippy::cast_precision_loss, reason = "counts of a day are far below 2^52")]
        let [failed, attempts, calm, least] =
            [self.failed, self.attempts, self.calm, least].map(|number| number as f64);
        let share = calm / 1e6;
        let usual = (share + (SLACK.0 * share).min(SLACK.1)) * attempts;
        failed >= usual + 4.0 * (attempts * share * (1.0 - share)).sqrt() + least
    }
}

/// What one failure is counted as.
pub(crate) fn unit(kind: ScopeKind) -> u64 {
    if kind == ScopeKind::Site { WHOLE } else { 1 }
}

/// A failure that counts whole, in thousandths.
pub(crate) const WHOLE: u64 = 1_000;

/// The share that fails in calm times, in millionths.
fn baseline(counters: &Counters, kind: ScopeKind) -> u64 {
    match u64::try_from(counters.get(column(Kind::Baseline, 0))).unwrap_or(0) {
        0 => NOT_LEARNED,
        learned => learned.clamp(least_calm(kind), MOST_CALM),
    }
}

const MILLION: u64 = 1_000_000;
/// Before anything is learned: more than people need who mistype.
const NOT_LEARNED: u64 = 340_000;
/// How much a calm hour may exceed the usual share: by half of it, and by five in a hundred at most.
const SLACK: (f64, f64) = (0.5, 0.05);
/// So many of a hundred who are asked for a code do not enter it, though they could.
const UNREDEEMED: u64 = 200_000;
/// Whatever is learned: an attack that is patient enough to be learned must not become the rule.
const MOST_CALM: u64 = 500_000;
/// What is taken for the baseline at first counts like so many slots.
const PRIOR: u64 = 2;
/// Later, one slot counts against so many: four days of them upwards, one downwards.
const SLOWEST_UP: u64 = 48;
const SLOWEST_DOWN: u64 = 12;
/// What is taken for calm at the least: people mistype, and a few hundred of them at once.
const fn least_calm(kind: ScopeKind) -> u64 {
    match kind {
        ScopeKind::Site => 20_000,
        _ => 200_000,
    }
}

/// A slot with fewer attempts says nothing.
const LEAST_TO_LEARN: u64 = 10;
/// So many failures in an hour beyond what is expected are a sign that an attack goes on.
const SIGNS: u64 = 6;
/// A prefix is smaller than a site.
const PREFIX_FAILURES: u64 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calm_times_are_no_surge_whatever_their_size() {
        for attempts in [10, 100, 1_000, 10_000, 1_000_000] {
            let calm = NOT_LEARNED;
            let usual = Tally { failed: attempts * calm / MILLION, attempts, calm };
            assert!(!usual.exceeds(20));
            assert!(Tally { failed: attempts / 2 + 80, ..usual }.exceeds(20));
        }
    }

    #[test]
    fn where_all_fail_some_sixty_are_a_surge() {
        let exceeds = |failed| Tally { failed, attempts: failed, calm: NOT_LEARNED }.exceeds(20);
        assert_eq!((1..).find(|&failed| exceeds(failed)), Some(57));
    }
}
