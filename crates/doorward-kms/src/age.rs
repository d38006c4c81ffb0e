use std::time::{Duration, SystemTime};

/// How long ago `born` was, by the caller's clock.
///
/// Callers read the clock before they wait for each other, so a `now` that is a little before `born` is
/// no age at all. Farther back the clock was set, and nothing is known: the greatest age there is.
pub(crate) fn age(born: SystemTime, now: SystemTime) -> Duration {
    match now.duration_since(born) {
        Ok(age) => age,
        Err(error) if error.duration() <= SLACK => Duration::ZERO,
        Err(_) => Duration::MAX,
    }
}

/// Longer than anybody waits for a key: the deadline of a call is 5 s.
const SLACK: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_back_makes_everything_too_old() {
        let born = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        for (now, expected) in [
            (1_007, Duration::from_secs(7)),
            (1_000, Duration::ZERO),
            (970, Duration::ZERO),
            (969, Duration::MAX),
            (0, Duration::MAX),
        ] {
            assert_eq!(age(born, SystemTime::UNIX_EPOCH + Duration::from_secs(now)), expected);
        }
    }
}
