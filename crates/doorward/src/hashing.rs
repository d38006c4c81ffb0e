//! How much hashing may go on, and how much does.

use std::thread;
use std::time::Duration;

use doorward_hash::Recommendation;

/// How much hashing may go on at once: the bound on the memory and the time that logins can take
/// from the rest of the service (R29).
///
/// Memory is at most `threads` × the cost's memory, and about a kilobyte for each login that waits. Up to
/// 8 logins a thread are under way; whoever has to wait does so before anything is counted or looked up,
/// but for those who wait for others of their own account or source.
/// A queue that is longer than the threads can work off within the deadline only makes people wait for an
/// error; but for that of networks that were quiet, see [`with_queue`](Self::with_queue).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HashingLimits {
    pub(crate) threads: usize,
    pub(crate) queue: usize,
    pub(crate) deadline: Duration,
}

impl HashingLimits {
    /// So many hashes at once; at least 1.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// So many more that wait for their turn; one more is refused at once. Known devices, which go first, have a queue of
    /// this length of their own, and behind them so have strangers from networks that few have come from of late. Those of
    /// networks that owners have logged in from, or that nobody has come from, have one 16 times as long, up to 8,192: a flood is
    /// told from them when it comes back, and until then they wait among it.
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }

    /// How long a hash may take in all, waiting included; at most 60 seconds, within which an
    /// attempt's reservation holds.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline.min(Duration::from_secs(60));
        self
    }

    /// How many hashes at once.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// How many more may wait, of known devices, of strangers from quiet networks, and of others each.
    pub fn queue(&self) -> usize {
        self.queue
    }

    /// How long a hash may take in all, waiting included.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }
}

impl Default for HashingLimits {
    /// One thread a core, 256 waiting a thread, 5 seconds: of the default cost so many are worked off in
    /// that time.
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(2, usize::from);
        Self { threads, queue: 256 * threads, deadline: Duration::from_secs(5) }
    }
}

impl From<&Recommendation> for HashingLimits {
    /// As many threads as there are permits, the deadline of the demand, and half the queue that can be
    /// worked off within it: known devices and strangers have one each.
    fn from(recommendation: &Recommendation) -> Self {
        let candidate = recommendation.candidate();
        Self::default()
            .with_threads(candidate.permits())
            .with_queue(candidate.queue() / 2)
            .with_deadline(candidate.deadline())
    }
}

/// What the pool has done and is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct HashingStats {
    /// Passwords verified, against a stored hash or a decoy.
    pub verifications: u64,
    /// New hashes made, and weak ones wrapped.
    pub hashes: u64,
    /// Verifications against a hash of a kind that the builder was not told to expect: their time tells
    /// that the account exists. See
    /// [`AuthenticatorBuilder::expecting`](crate::AuthenticatorBuilder::expecting).
    pub unexpected: u64,
    /// 1 KiB blocks computed for verifications.
    pub blocks: u64,
    /// Jobs refused because the queue was full, or given up at the deadline.
    pub shed: u64,
    /// Jobs being computed now.
    pub running: usize,
    /// Jobs waiting now.
    pub waiting: usize,
}
