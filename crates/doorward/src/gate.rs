//! How many attempts go through the recipe at once, and how many wait in front of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind};
use crate::lane::{Lane, Lanes};
use crate::ranks::Arrival;

/// Lets so many attempts in that the hashing threads always have the next one at hand, and no more: what
/// waits in front holds next to nothing, where an attempt under way holds its account and its counters.
#[derive(Debug)]
pub(crate) struct Gate {
    state: Mutex<State>,
    slots: usize,
    /// How many strangers may wait, from loud networks and from quiet ones, and how many known devices: each has a queue
    /// of its own, which is as long as if they were alone.
    longest: [usize; 2],
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    waiting: Lanes<oneshot::Sender<Slot>>,
}

impl Gate {
    /// For `threads` that hash, and `queue` attempts that may wait beside those that are hashed.
    pub(crate) fn new(threads: usize, queue: usize) -> Arc<Self> {
        let all = threads.saturating_add(queue);
        let slots = all.min(threads.saturating_mul(SLOTS_A_THREAD));
        Arc::new(Self { state: Mutex::default(), slots, longest: [all - slots, queue] })
    }

    /// Waits for a slot; not at all where too many wait already.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Saturated`], at once or at the deadline.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        lane: Lane,
        deadline: Duration,
    ) -> Result<Slot, Error> {
        let (told, _place) = {
            let mut state = self.lock();
            if state.taken < self.slots {
                state.taken += 1;
                return Ok(Slot { gate: Some(Arc::clone(self)) });
            }
            let is_ranked = matches!(lane, Lane::Quiet(..));
            if !is_ranked && state.waiting.len_of(lane) >= self.longest(lane) {
                // Those who have gone away take no room.
                state.waiting.retain(|waiting| !waiting.is_closed());
                if state.waiting.len_of(lane) >= self.longest(lane) {
                    return Err(Error::new(ErrorKind::Saturated));
                }
            }
            let (tell, told) = oneshot::channel();
            let arrival = state.waiting.push(lane, tell);
            // Whoever is turned away is told by the end of the channel.
            state.waiting.trim(self.longest[0]);
            (told, arrival.map(|arrival| Place { gate: self, arrival }))
        };
        match tokio::time::timeout(deadline, told).await {
            Ok(Ok(slot)) => Ok(slot),
            // Too late, or given way to another.
            Ok(Err(_)) | Err(_) => Err(Error::new(ErrorKind::Saturated)),
        }
    }

    /// How many wait in front.
    pub(crate) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    fn longest(&self, lane: Lane) -> usize {
        match lane {
            // As many as were inside.
            Lane::Returning => usize::MAX,
            Lane::Quiet(..) | Lane::Strangers => self.longest[0],
            Lane::Known => self.longest[1],
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where somebody waits among those from quiet networks, until they are let in or go away.
struct Place<'a> {
    gate: &'a Gate,
    arrival: Arrival,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.lock().waiting.remove(self.arrival);
    }
}

/// The right to go through the recipe, until it is dropped: then it is the next one's.
#[derive(Debug)]
pub(crate) struct Slot {
    /// None once it was handed on.
    gate: Option<Arc<Gate>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(gate) = self.gate.take() else { return };
        loop {
            let mut state = gate.lock();
            let Some(next) = state.waiting.pop() else {
                state.taken -= 1;
                return;
            };
            drop(state);
            match next.send(Self { gate: Some(Arc::clone(&gate)) }) {
                Ok(()) => return,
                // It has given up. The slot goes to the one behind it.
                Err(mut slot) => slot.gate = None,
            }
        }
    }
}

/// A login takes one hash and two round trips to the store: so many are under way that the threads stay
/// busy where these take up to seven times as long as a hash.
const SLOTS_A_THREAD: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(5);

    /// A gate of one slot, with room for two in each lane.
    fn narrow() -> Arc<Gate> {
        Arc::new(Gate { state: Mutex::default(), slots: 1, longest: [2, 2] })
    }

    #[test]
    fn slots_follow_threads_and_queue() {
        for (threads, queue, slots, longest) in
            [(1, 0, 1, 0), (1, 2, 3, 0), (2, 1_000, 16, 986), (4, usize::MAX, 32, usize::MAX - 32)]
        {
            let gate = Gate::new(threads, queue);
            assert_eq!((gate.slots, gate.longest), (slots, [longest, queue]));
        }
    }

    #[tokio::test]
    async fn known_devices_go_first_and_a_full_lane_refuses_at_once() {
        let gate = narrow();
        let first = gate.enter(Lane::Strangers, SOON).await.unwrap();
        let enter = |lane| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.enter(lane, Duration::from_secs(5)).await })
        };
        let (one, two) = (enter(Lane::Strangers), enter(Lane::Strangers));
        tokio::task::yield_now().await;
        assert_eq!(gate.waiting(), 2);
        let refused = gate.enter(Lane::Strangers, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Saturated);
        let known = enter(Lane::Known);
        tokio::task::yield_now().await;
        drop(first);
        let known = known.await.unwrap().unwrap();
        assert!(!one.is_finished() && !two.is_finished());
        drop(known);
        drop(one.await.unwrap().unwrap());
        drop(two.await.unwrap().unwrap());
        assert_eq!(gate.lock().taken, 0);
    }

    fn quiet(network: u8, level: u8) -> Lane {
        let address = std::net::Ipv4Addr::new(192, 0, network, 1);
        Lane::Quiet(doorward_throttle::SourcePrefix::neighbourhood(address.into()), level)
    }

    #[tokio::test]
    async fn in_a_full_line_the_loudest_gives_way_to_the_quieter() {
        let gate = narrow();
        let first = gate.enter(Lane::Known, SOON).await.unwrap();
        let enter = |lane| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.enter(lane, Duration::from_secs(5)).await })
        };
        let (second, third) = (enter(quiet(1, 2)), enter(quiet(2, 5)));
        tokio::task::yield_now().await;
        let new = enter(quiet(3, 2));
        assert_eq!(third.await.unwrap().unwrap_err().kind(), ErrorKind::Saturated);
        let as_loud = gate.enter(quiet(4, 2), Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(as_loud.kind(), ErrorKind::Saturated);
        // Its network comes back while it waits, and so it is the one that gives way.
        let again = gate.enter(quiet(1, 3), Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Saturated);
        let last = enter(quiet(5, 2));
        assert_eq!(second.await.unwrap().unwrap_err().kind(), ErrorKind::Saturated);
        drop(first);
        drop(new.await.unwrap().unwrap());
        drop(last.await.unwrap().unwrap());
        let state = gate.lock();
        assert_eq!((state.taken, state.waiting.len()), (0, 0));
    }

    #[tokio::test]
    async fn whoever_goes_away_leaves_their_place_to_others() {
        let gate = narrow();
        let first = gate.enter(Lane::Known, SOON).await.unwrap();
        for network in 0..200 {
            let late = gate.enter(quiet(network, 1), Duration::from_micros(1)).await.unwrap_err();
            assert_eq!(late.kind(), ErrorKind::Saturated);
        }
        assert_eq!(gate.waiting(), 0);
        drop(first);
        assert_eq!(gate.lock().taken, 0);
    }

    #[tokio::test]
    async fn whoever_comes_back_goes_before_a_full_line() {
        let gate = narrow();
        let first = gate.enter(Lane::Known, SOON).await.unwrap();
        let enter = |lane| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.enter(lane, Duration::from_secs(5)).await })
        };
        let line = [Lane::Known, Lane::Known, Lane::Strangers, Lane::Strangers].map(&enter);
        tokio::task::yield_now().await;
        let back = [Lane::Returning, Lane::Returning, Lane::Returning].map(&enter);
        tokio::task::yield_now().await;
        drop(first);
        for returned in back {
            drop(returned.await.unwrap().unwrap());
        }
        for waited in line {
            drop(waited.await.unwrap().unwrap());
        }
        assert_eq!(gate.lock().taken, 0);
    }

    #[tokio::test]
    async fn who_gives_up_or_goes_away_takes_no_slot_and_no_room() {
        let gate = narrow();
        let first = gate.enter(Lane::Known, SOON).await.unwrap();
        for _ in 0..5 {
            let late = gate.enter(Lane::Known, SOON).await.unwrap_err();
            assert_eq!(late.kind(), ErrorKind::Saturated);
        }
        let gone = tokio::time::timeout(SOON, gate.enter(Lane::Known, Duration::from_secs(5)));
        assert!(gone.await.is_err());
        let waits = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.enter(Lane::Known, Duration::from_secs(5)).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        drop(waits.await.unwrap().unwrap());
        let state = gate.lock();
        assert_eq!((state.taken, state.waiting.len()), (0, 0));
    }

    /// Never more inside than slots, whatever happens to those who wait; and at the end all are free.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn r29_no_more_go_in_than_there_are_slots() {
        let gate = Gate::new(1, 500);
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..400_u64 {
            let gate = Arc::clone(&gate);
            tasks.spawn(async move {
                let lane = [Lane::Known, Lane::Strangers, quiet((n % 50) as u8, (n % 10) as u8)]
                    [(n % 3) as usize];
                let deadline = Duration::from_micros(if n % 7 == 0 { 300 } else { 10_000_000 });
                let Ok(_slot) = gate.enter(lane, deadline).await else { return };
                assert!((1..=SLOTS_A_THREAD).contains(&gate.lock().taken));
                tokio::time::sleep(Duration::from_micros(50 * (n % 5))).await;
            });
            if n % 90 == 89 {
                tasks.abort_all();
            }
        }
        while let Some(done) = tasks.join_next().await {
            assert!(done.is_ok() || done.unwrap_err().is_cancelled());
        }
        let state = gate.lock();
        assert_eq!((state.taken, state.waiting.len()), (0, 0));
    }
}
