//! One attempt at a time takes room on an account or a source, in the order of arrival.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// A queue for each account, known device and source that attempts of this process stand in.
///
/// Attempts that take room only to find that there is none get into each other's way: with a slow
/// store a crowd of right logins can keep itself out. So only the first in the queue asks the store.
#[derive(Debug, Default)]
pub(crate) struct Queues(Mutex<HashMap<Vec<u8>, Arc<tokio::sync::Mutex<()>>>>);

/// The head of a queue, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    queues: &'a Queues,
    key: Vec<u8>,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Queues {
    /// One's turn, if nobody is before one.
    pub(crate) fn turn_at_once(&self, key: &[u8]) -> Option<Turn<'_>> {
        let mut turn = Turn { queues: self, key: key.to_vec(), guard: None };
        turn.guard = Some(self.queue(key).try_lock_owned().ok()?);
        Some(turn)
    }

    /// Waits for one's turn; none in a queue that is too long already.
    pub(crate) async fn turn(&self, key: &[u8]) -> Option<Turn<'_>> {
        // Made first, so that the queue is cleared away also when the wait is given up.
        let mut turn = Turn { queues: self, key: key.to_vec(), guard: None };
        let queue = self.queue(key);
        if Arc::strong_count(&queue) > LONGEST {
            return None;
        }
        turn.guard = Some(queue.lock_owned().await);
        Some(turn)
    }

    fn queue(&self, key: &[u8]) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(queues.entry(key.to_vec()).or_default())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.guard = None;
        let mut queues = self.queues.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waits holds a handle of its own.
        if queues.get(&self.key).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            queues.remove(&self.key);
        }
    }
}

/// A queue of this length takes about as long as anybody waits.
const LONGEST: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_queue_is_cleared_away_when_the_last_one_leaves_or_gives_up() {
        let queues = Queues::default();
        let first = queues.turn(b"a").await.unwrap();
        let waiting = tokio::time::timeout(std::time::Duration::from_millis(5), queues.turn(b"a"));
        assert!(waiting.await.is_err(), "one at a time");
        assert!(queues.turn_at_once(b"a").is_none());
        drop(first);
        drop(queues.turn_at_once(b"a").unwrap());
        assert!(queues.0.lock().unwrap().is_empty());
        drop(queues.turn(b"a").await);
        assert!(queues.0.lock().unwrap().is_empty());
    }
}
