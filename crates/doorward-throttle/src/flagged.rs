//! What a row says of being attacked.

use std::time::{Duration, SystemTime};

use crate::column::{Kind, column};
use crate::counters::Counters;
use crate::scope::ScopeKind;
use crate::window::SKEW;

/// The flag of what sprays or, in the row of the site, of a surge; in the rows of sprayed passwords the slots
/// are the passwords' tags.
pub(crate) const FLAG: u64 = 0;
/// The flag of a prefix whose failures surge.
const SURGE: u64 = 1;

/// Where a surge is flagged.
pub(crate) fn surge_flag(kind: ScopeKind) -> u64 {
    if kind == ScopeKind::Site { FLAG } else { SURGE }
}

/// Until when the row is flagged, if it is at `now`. A moment further ahead than any flag lasts was
/// written by a broken clock.
pub(crate) fn flagged_until(counters: &Counters, slot: u64, now: SystemTime) -> Option<SystemTime> {
    let flag = column(Kind::FlaggedUntil, slot);
    if counters.get(flag) == 0 {
        return None;
    }
    let until = counters.moment(flag);
    (until > now && until <= now + LONGEST_HOLD + SKEW).then_some(until)
}

/// No detection lasts longer than this after the last sign of it.
pub(crate) const LONGEST_HOLD: Duration = Duration::from_secs(86_400);
