//! When an account was last changed, as what hangs on it remembers it: device tokens, tickets, sessions.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_store::Credential;

/// In milliseconds since 1970. It changes with the password and with whether the account is open, and voids what
/// remembers another one.
pub(crate) fn epoch(credential: &Credential) -> u64 {
    millis(credential.changed_at())
}

/// The account as changed now: in another epoch than before, also where two changes fall into one millisecond, or
/// the clock stands behind the one that wrote the last.
pub(crate) fn changed(credential: Credential, now: SystemTime) -> Credential {
    let next = credential.changed_at() + Duration::from_millis(1);
    credential.with_changed_at(now.max(next))
}

pub(crate) fn millis(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use doorward_store::{AccountId, LookupKey};

    use super::*;

    #[test]
    fn every_change_begins_another_epoch_whatever_the_clock_says() {
        let keys = vec![LookupKey::new([1; 32]).unwrap()];
        let now = UNIX_EPOCH + Duration::from_secs(9);
        let account = AccountId::from_bytes([1; 16]);
        let mut credential = Credential::new(account, keys, vec![1], now).unwrap();
        for clock in [now, now, now - Duration::from_secs(5), now + Duration::from_secs(5)] {
            let before = epoch(&credential);
            credential = changed(credential, clock);
            assert!(epoch(&credential) > before);
        }
    }
}
