//! The hashing pool: threads of its own, memory that is reused and wiped, a queue that ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use doorward_hash::{Arena, HashError, Hasher, Password, Salt, StoredHash, Subject, Verification};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind};
use crate::gate::{Gate, Slot};
use crate::hashing::{HashingLimits, HashingStats};
use crate::lane::{Lane, Lanes};
use crate::permit::Permit;

/// Threads that hash. A slot is a thread: a caller who goes away does not free one early.
#[derive(Debug)]
pub(crate) struct Pool {
    shared: Arc<Shared>,
    gate: Arc<Gate>,
    limits: HashingLimits,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    pub(crate) fn start(hasher: Hasher, limits: HashingLimits) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::new(hasher));
        let gate = Gate::new(limits.threads, limits.queue);
        let mut pool = Self { shared, gate, limits, threads: Vec::new() };
        for n in 0..limits.threads {
            let shared = Arc::clone(&pool.shared);
            let name = format!("doorward-hash-{n}");
            pool.threads.push(thread::Builder::new().name(name).spawn(move || shared.work())?);
        }
        Ok(pool)
    }

    /// Waits until an attempt may go through the recipe.
    pub(crate) async fn enter(&self, lane: Lane) -> Result<Slot, Error> {
        let entered = self.gate.enter(lane, self.limits.deadline).await;
        if entered.is_err() {
            self.shared.shed.fetch_add(1, Ordering::Relaxed);
        }
        entered
    }

    /// Verifies a password against a stored hash, or does the same work against a decoy.
    pub(crate) async fn verify(
        &self,
        permit: Permit<'_>,
        lane: Lane,
        password: Password,
        stored: Option<StoredHash>,
    ) -> Result<Verification, Error> {
        let counts = Arc::clone(&self.shared);
        let job = move |hasher: &Hasher, arena: &mut Arena| {
            let subject = stored.as_ref().map_or(Subject::Decoy, Subject::Stored);
            let verification = hasher.verify(arena, &password, subject)?;
            let is_unexpected = stored.as_ref().is_some_and(|stored| !hasher.expects(stored));
            counts.unexpected.fetch_add(u64::from(is_unexpected), Ordering::Relaxed);
            counts.verifications.fetch_add(1, Ordering::Relaxed);
            counts.blocks.fetch_add(verification.work().blocks(), Ordering::Relaxed);
            Ok(verification)
        };
        self.run(permit, lane, job).await
    }

    /// Hashes a new password.
    pub(crate) async fn hash(
        &self,
        permit: Permit<'_>,
        lane: Lane,
        password: Password,
    ) -> Result<StoredHash, Error> {
        let salt = Salt::generate()?;
        let counts = Arc::clone(&self.shared);
        let job = move |hasher: &Hasher, arena: &mut Arena| {
            counts.hashes.fetch_add(1, Ordering::Relaxed);
            hasher.hash(arena, &password, salt)
        };
        self.run(permit, lane, job).await
    }

    /// Puts a weak stored hash inside one of the policy; `None` where nothing is gained.
    ///
    /// It needs no permit, for no password is looked at, and nothing can be learned of one.
    pub(crate) async fn wrap(&self, stored: StoredHash) -> Result<Option<StoredHash>, Error> {
        let salt = Salt::generate()?;
        let counts = Arc::clone(&self.shared);
        let job = move |hasher: &Hasher, arena: &mut Arena| {
            let wrapped = hasher.wrap(arena, &stored, salt)?;
            counts.hashes.fetch_add(u64::from(wrapped.is_some()), Ordering::Relaxed);
            Ok(wrapped)
        };
        self.submit(Lane::Strangers, job).await
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.shared.hasher
    }

    pub(crate) fn stats(&self) -> HashingStats {
        let state = self.shared.lock();
        HashingStats {
            verifications: self.shared.verifications.load(Ordering::Relaxed),
            hashes: self.shared.hashes.load(Ordering::Relaxed),
            unexpected: self.shared.unexpected.load(Ordering::Relaxed),
            blocks: self.shared.blocks.load(Ordering::Relaxed),
            shed: self.shared.shed.load(Ordering::Relaxed),
            running: state.running,
            waiting: state.jobs.len() + self.gate.waiting(),
        }
    }

    async fn run<T, F>(&self, _permit: Permit<'_>, lane: Lane, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Hasher, &mut Arena) -> Result<T, HashError> + Send + 'static,
    {
        self.submit(lane, work).await
    }

    async fn submit<T, F>(&self, lane: Lane, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Hasher, &mut Arena) -> Result<T, HashError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |hasher, arena| {
            // Whoever asked gave up at the deadline: nobody needs the answer.
            let answer = (!sender.is_closed()).then(|| work(hasher, arena));
            Box::new(move || {
                // Nor now, if it fails.
                let _ = answer.map(|answer| sender.send(answer));
            })
        });
        self.shared.submit(job, lane, &self.limits)?;
        match tokio::time::timeout(self.limits.deadline, receiver).await {
            Ok(Ok(answer)) => answer.map_err(Error::from),
            Ok(Err(_)) => Err(Error::new(ErrorKind::Internal)),
            Err(_) => {
                self.shared.shed.fetch_add(1, Ordering::Relaxed);
                Err(Error::new(ErrorKind::Saturated))
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to wait for.
            let _ = thread.join();
        }
    }
}

/// Computes, and returns what tells the answer: that is called once the thread and its memory are
/// free again, so that whoever hears it finds them free.
type Job = Box<dyn FnOnce(&Hasher, &mut Arena) -> Tell + Send>;
type Tell = Box<dyn FnOnce() + Send>;

struct Shared {
    hasher: Hasher,
    state: Mutex<State>,
    wake: Condvar,
    verifications: AtomicU64,
    hashes: AtomicU64,
    unexpected: AtomicU64,
    blocks: AtomicU64,
    shed: AtomicU64,
}

/// Arenas are handed out last used first, so that one that is warm in the caches is used again, and
/// the others stay wiped.
#[derive(Default)]
struct State {
    jobs: Lanes<Job>,
    running: usize,
    used: Vec<Arena>,
    wiped: Vec<Arena>,
    closed: bool,
}

/// Memory that was hashed in is wiped once a thread has had nothing to do for this long. While jobs
/// follow each other it is overwritten by the next fill anyway, and wiping it in between would cost
/// each login more than a tenth of its hash.
const WIPE_AFTER: Duration = Duration::from_millis(5);

impl Shared {
    fn new(hasher: Hasher) -> Self {
        Self {
            hasher,
            state: Mutex::default(),
            wake: Condvar::new(),
            verifications: AtomicU64::new(0),
            hashes: AtomicU64::new(0),
            unexpected: AtomicU64::new(0),
            blocks: AtomicU64::new(0),
            shed: AtomicU64::new(0),
        }
    }

    fn submit(&self, job: Job, lane: Lane, limits: &HashingLimits) -> Result<(), Error> {
        let mut state = self.lock();
        let running = state.running;
        if state.jobs.len_of(lane) + running >= limits.threads.saturating_add(limits.queue) {
            self.shed.fetch_add(1, Ordering::Relaxed);
            return Err(Error::new(ErrorKind::Saturated));
        }
        state.jobs.push(lane, job);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    /// What each thread does until the pool is dropped.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop() {
                let mut arena = state.used.pop().or_else(|| state.wiped.pop()).unwrap_or_default();
                state.running += 1;
                drop(state);
                // A panic in a hash must not cost the pool a thread; its caller gets an error.
                let tell = catch_unwind(AssertUnwindSafe(|| job(&self.hasher, &mut arena)));
                state = self.lock();
                state.running -= 1;
                state.used.push(arena);
                if let Ok(tell) = tell {
                    drop(state);
                    tell();
                    state = self.lock();
                }
            } else if state.closed {
                return;
            } else {
                state = self.rest(state);
            }
        }
    }

    /// Waits for a job; wipes used memory when none comes.
    fn rest<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        if state.used.is_empty() {
            return self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (mut state, timeout) =
            self.wake.wait_timeout(state, WIPE_AFTER).unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() && state.jobs.is_empty() {
            let mut used = std::mem::take(&mut state.used);
            drop(state);
            for arena in &mut used {
                arena.wipe();
                // A stored hash may have asked for more than new ones do: do not keep that.
                arena.shrink_to(self.hasher.cost().m_kib());
            }
            state = self.lock();
            state.wiped.append(&mut used);
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("hasher", &self.hasher).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use doorward_hash::{Cost, PasswordPolicy, Verdict};

    use super::*;

    fn accepted() -> doorward_hash::AcceptedPassword {
        PasswordPolicy::default().check(Password::from("seven quiet herons"), &[]).unwrap()
    }

    fn pool(threads: usize) -> Pool {
        let limits = HashingLimits::default().with_threads(threads);
        Pool::start(Hasher::new(Cost::minimal_for_tests()), limits).unwrap()
    }

    #[tokio::test]
    async fn law_08_memory_is_reused_and_wiped_when_nothing_follows() {
        let pool = pool(3);
        let accepted = accepted();
        for _ in 0..20 {
            pool.hash(Permit::from(&accepted), Lane::Strangers, accepted.password().clone())
                .await
                .unwrap();
        }
        let arenas = || {
            let state = pool.shared.lock();
            (state.used.len(), state.wiped.len(), state.wiped.iter().any(Arena::is_dirty))
        };
        assert!(arenas().0 + arenas().1 <= 1, "jobs in a row use one arena: {:?}", arenas());
        tokio::time::sleep(20 * WIPE_AFTER).await;
        assert_eq!(arenas(), (0, 1, false));
    }

    #[tokio::test]
    async fn a_panic_in_a_job_costs_no_thread() {
        let pool = pool(1);
        let accepted = accepted();
        let panicking = |_: &Hasher, _: &mut Arena| -> Result<(), HashError> { panic!("a fault") };
        let failed = pool.run(Permit::from(&accepted), Lane::Known, panicking).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Internal);
        let hash = pool
            .hash(Permit::from(&accepted), Lane::Strangers, accepted.password().clone())
            .await
            .unwrap();
        let permit = Permit::from(&accepted);
        let verified = pool
            .verify(permit, Lane::Known, accepted.password().clone(), Some(hash))
            .await
            .unwrap();
        assert_eq!(verified.verdict(), Verdict::Valid);
        assert_eq!(pool.stats().running, 0);
    }
}
