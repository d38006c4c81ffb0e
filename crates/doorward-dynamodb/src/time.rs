//! Moments as numbers of the table.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970; less than zero before.
pub(crate) fn to_nanos(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(error) => -nanos(error.duration()),
    }
}

/// The moment, if the system's clock can express it.
pub(crate) fn from_nanos(nanos: i128) -> Option<SystemTime> {
    let distance = nanos.unsigned_abs();
    let seconds = u64::try_from(distance / NANOS_PER_SECOND).ok()?;
    let rest = u32::try_from(distance % NANOS_PER_SECOND).ok()?;
    let distance = Duration::new(seconds, rest);
    if nanos < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

/// When DynamoDB may clean away what expires at `expires_at`: a day later. That late costs a little storage;
/// too early, by the clock of somebody else, would forget a guesser.
pub(crate) fn to_ttl(expires_at: SystemTime) -> i128 {
    to_seconds(expires_at) + GRACE_SECONDS
}

/// Whole seconds since 1970, rounded up.
pub(crate) fn to_seconds(time: SystemTime) -> i128 {
    let nanos = to_nanos(time);
    nanos.div_euclid(NANOS_PER_SECOND_SIGNED)
        + i128::from(nanos.rem_euclid(NANOS_PER_SECOND_SIGNED) > 0)
}

fn nanos(duration: Duration) -> i128 {
    i128::from(duration.as_secs()) * NANOS_PER_SECOND_SIGNED + i128::from(duration.subsec_nanos())
}

const NANOS_PER_SECOND: u128 = 1_000_000_000;
const NANOS_PER_SECOND_SIGNED: i128 = 1_000_000_000;
const GRACE_SECONDS: i128 = 86_400;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn moments_come_back(seconds in any::<i64>(), nanos in 0..1_000_000_000_i128) {
            let number = i128::from(seconds) * NANOS_PER_SECOND_SIGNED + nanos;
            if let Some(time) = from_nanos(number) {
                prop_assert_eq!(to_nanos(time), number);
                prop_assert!(to_seconds(time) * NANOS_PER_SECOND_SIGNED >= number);
            }
        }
    }

    #[test]
    fn what_no_clock_can_express_is_none() {
        assert_eq!(from_nanos(i128::MAX), None);
        assert_eq!(from_nanos(i128::MIN), None);
    }
}
