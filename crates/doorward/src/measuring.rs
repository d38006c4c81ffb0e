//! What a hash takes on this machine, and so what a login may cost here.

use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use doorward_hash::{
    Arena, Backend, Budget, Calibration, Demand, HashError, Hasher, Password, Subject, Timing,
};
use thiserror::Error;

use crate::clock::Stopwatch;

/// Recommends what a hash should cost and how many threads should hash, by measuring on this machine.
///
/// It computes hashes for some seconds, on as many threads at once as are being tried, within the memory
/// and the cores of the budget, by the backend that the service will use. Run it where the service runs and with nothing else going on there, and
/// build with optimisation: whatever slows it down makes the recommendation weaker. A service should
/// not run it at every start: two instances may come to different costs, and each would outdate the
/// other's hashes. Run it once, and write down what it says.
///
/// How the choice is made says [`calibrate_with`](crate::calibrate_with), which does all but the
/// measuring.
///
/// ```no_run
/// use std::time::Duration;
/// use doorward::{
///     Authenticator, Backend, Budget, Calibration, Demand, HashingLimits, Keys, MemoryStore,
///     calibrate,
/// };
///
/// // 100 ms a login, 20 logins a second, 512 MiB, 2 cores.
/// let demand = Demand::new(Duration::from_millis(100), 20.0)?;
/// match calibrate(demand, Budget::new(512 * 1_024, 2)?, Backend::default())? {
///     Calibration::Met(recommended) => {
///         let auth = Authenticator::builder()
///             .store(MemoryStore::new())
///             .keys(Keys::generate()?)
///             .cost(recommended.cost())
///             .hashing(HashingLimits::from(&recommended))
///             .build()?;
///     }
///     Calibration::Unmet(shortfall) => println!("{shortfall}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`MeasureError`] when a hash could not be computed: nothing is recommended then.
pub fn calibrate(
    demand: Demand,
    budget: Budget,
    backend: Backend,
) -> Result<Calibration, MeasureError> {
    let since_start = Stopwatch::start();
    doorward_hash::calibrate(demand, budget, |cost, at_once| {
        let patience = Patience { target: demand.target(), spent: since_start.read() };
        let hasher = Hasher::new(cost).with_backend(backend);
        let busy = median_of(&hasher, at_once, patience)?;
        let alone = if at_once == 1 { busy } else { median_of(&hasher, 1, patience)? };
        Ok(Timing::new(alone, busy))
    })
}

/// Why nothing could be measured.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// A hash could not be computed: there is less memory than the budget says.
    #[error("a hash could not be computed: allow less memory, or find out where it went")]
    Hash(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The operating system gave no thread.
    #[error("a thread could not be started: allow fewer cores, or raise the limit")]
    Thread(#[source] std::io::Error),
}

impl From<HashError> for MeasureError {
    fn from(error: HashError) -> Self {
        Self::Hash(Box::new(error))
    }
}

/// How long one hash takes with so many at once: the median of all of them. Each thread has memory of
/// its own that is warm, as in the pool.
fn median_of(
    hasher: &Hasher,
    at_once: usize,
    patience: Patience,
) -> Result<Duration, MeasureError> {
    let mut times = thread::scope(|scope| {
        let mut threads = Vec::with_capacity(at_once);
        for _ in 0..at_once {
            let thread = thread::Builder::new();
            let thread = thread.spawn_scoped(scope, || times_of_one(hasher, patience));
            threads.push(thread.map_err(MeasureError::Thread)?);
        }
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok::<_, MeasureError>(all)
    })?;
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or(Duration::MAX))
}

/// What one thread measures.
fn times_of_one(hasher: &Hasher, patience: Patience) -> Result<Vec<Duration>, HashError> {
    let mut arena = Arena::new();
    let password = Password::from("correct horse battery staple");
    let mut hash = || {
        let stopwatch = Stopwatch::start();
        let _verification = hasher.verify(&mut arena, &password, Subject::Decoy)?;
        Ok(stopwatch.read())
    };
    let first = hash()?;
    (0..patience.hashes_after(first)).map(|_| hash()).collect()
}

/// How much time there is for one measurement.
#[derive(Clone, Copy, Debug)]
struct Patience {
    target: Duration,
    /// By all measurements before.
    spent: Duration,
}

impl Patience {
    /// How many hashes to measure after a first that took so long. What is hopeless anyway, and whatever
    /// comes late, is measured once.
    fn hashes_after(self, first: Duration) -> u32 {
        if first > 4 * self.target || self.spent > LONG {
            return 1;
        }
        let fit = ENOUGH.as_nanos() / first.as_nanos().max(1);
        u32::try_from(fit).unwrap_or(MOST).clamp(LEAST, MOST)
    }
}

/// Measurements take up to this long where that is enough for [`LEAST`] hashes.
const ENOUGH: Duration = Duration::from_millis(250);

/// After so long in all it has to come to an end.
const LONG: Duration = Duration::from_secs(12);

/// A median of fewer is none.
const LEAST: u32 = 3;

/// More tell nothing new.
const MOST: u32 = 9;

#[cfg(test)]
mod tests {
    use doorward_hash::Cost;

    use super::*;

    #[test]
    fn short_hashes_are_measured_more_often_than_long_ones() {
        let patience = Patience { target: Duration::from_secs(1), spent: Duration::ZERO };
        let hashes = |ms| patience.hashes_after(Duration::from_millis(ms));
        assert_eq!((hashes(0), hashes(5), hashes(50), hashes(900)), (9, 9, 5, 3));
    }

    #[test]
    fn what_is_hopeless_and_what_comes_late_is_measured_once() {
        let target = Duration::from_millis(10);
        let early = Patience { target, spent: Duration::ZERO };
        assert_eq!(early.hashes_after(Duration::from_millis(41)), 1);
        let late = Patience { target, spent: Duration::from_secs(13) };
        assert_eq!(late.hashes_after(Duration::from_millis(5)), 1);
    }

    #[test]
    fn as_many_hashes_as_are_asked_for_are_measured() {
        let hasher = Hasher::new(Cost::minimal_for_tests());
        let patience = Patience { target: Duration::from_secs(1), spent: Duration::ZERO };
        assert_eq!(times_of_one(&hasher, patience).unwrap().len(), 9);
        let median = median_of(&hasher, 3, patience).unwrap();
        assert!(median > Duration::ZERO && median < Duration::MAX, "{median:?}");
    }
}
