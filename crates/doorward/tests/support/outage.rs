//! A door whose rules go on without their counters.

use std::num::NonZeroU32;
use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{EventKind, Login, MemoryStore, Outage, Outcome, Policy, ScopeKind};

use super::{Door, door_on, keys, stranger};

pub fn local(instances: u32) -> Outage {
    Outage::Local { instances: NonZeroU32::new(instances).unwrap() }
}

/// All rules local, but for these.
pub fn policy(instances: u32, but: &[(ScopeKind, Outage)]) -> Policy {
    let mut builder = Policy::builder();
    for kind in ScopeKind::JUDGES {
        builder = builder.outage(kind, local(instances));
    }
    but.iter()
        .fold(builder, |builder, &(kind, outage)| builder.outage(kind, outage))
        .build()
        .unwrap()
}

pub fn door_under(policy: Policy, memory: &MemoryStore) -> Door {
    door_on(memory.clone(), &keys(), |builder, _| builder.policy(policy))
}

pub async fn local_door() -> Door {
    door_under(policy(1, &[]), &MemoryStore::new()).with_account("alice").await
}

impl Door {
    pub fn lose_counters(&self) {
        self.store.fail_every(Operation::Update, Fault::Throttled);
    }

    /// The store answers again, and it is time to ask it.
    pub fn find_counters(&self) {
        self.store.heal();
        self.clock.advance(Duration::from_secs(3));
    }

    pub async fn guess(&self, n: u32) -> Outcome {
        let guess = Login::new("alice", format!("wrong {n}")).from(stranger(n));
        self.auth.authenticate(guess).await.unwrap()
    }

    /// So many wrong passwords, each rejected.
    pub async fn guesses(&self, numbers: std::ops::Range<u32>) {
        for n in numbers {
            let outcome = self.guess(n).await;
            assert!(matches!(outcome, Outcome::Rejected), "{n}: {outcome:?}");
        }
    }

    pub fn outages(&self) -> Vec<EventKind> {
        let kinds = [EventKind::OutageBegan, EventKind::OutageEnded];
        self.events.kinds().into_iter().filter(|kind| kinds.contains(kind)).collect()
    }
}
