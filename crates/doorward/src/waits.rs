//! Waits that are known already: refused without a call to the store.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_throttle::{Denial, Scope};

/// The waits that this process has learned of lately.
///
/// Whoever knocks during a wait costs a look-up in memory: no request to the store, and no room on
/// the scopes that others share. An entry is believed for [`TRUSTED`] only, so that a wait which
/// another instance lifts ends here soon after.
#[derive(Debug, Default)]
pub(crate) struct KnownWaits(Mutex<HashMap<Vec<u8>, Known>>);

#[derive(Debug)]
struct Known {
    denial: Denial,
    learned_at: SystemTime,
}

/// How long a wait is believed without asking again.
const TRUSTED: Duration = Duration::from_secs(2);

/// Beyond this nothing is learned: asking again is slower, and right all the same.
const MOST: usize = 65_536;

impl KnownWaits {
    /// The longest wait known of these scopes.
    pub(crate) fn find(
        &self,
        judges: impl Iterator<Item = Scope>,
        now: SystemTime,
    ) -> Option<Denial> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return None;
        }
        let denials = judges.filter_map(|scope| known.get(scope.key()));
        let denials = denials.filter(|known| known.holds(now)).map(|known| known.denial);
        denials.max_by_key(Denial::until)
    }

    pub(crate) fn learn(&self, scope: &Scope, denial: Denial, now: SystemTime) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, known| known.holds(now));
        }
        if known.len() < MOST {
            known.insert(scope.key().to_vec(), Known { denial, learned_at: now });
        }
    }

    pub(crate) fn forget(&self, scope: &Scope) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(scope.key());
    }
}

impl Known {
    fn holds(&self, now: SystemTime) -> bool {
        (self.learned_at..self.learned_at + TRUSTED).contains(&now) && now < self.denial.until()
    }
}
