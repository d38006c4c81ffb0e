//! R18: refreshing at once, over several instances, while answers are lost: nobody honest is thrown out, and a
//! copied token ends its grant.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{Authenticator, EventKind, GrantPolicy, TokenPair};
use doorward_session::Grant;
use proptest::prelude::*;
use support::door;
use support::sessions::{Instances, instances};
use tokio::task::JoinSet;

type Texts = (String, String);

fn texts(pair: &TokenPair) -> Texts {
    (pair.access().to_owned(), pair.refresh().to_owned())
}

/// As a client does: again and again, until there is an answer.
async fn until_answered(auth: &Authenticator, token: &str) -> Option<TokenPair> {
    for _ in 0..1_000 {
        if let Ok(answer) = auth.tokens().refresh(token).await {
            return answer;
        }
    }
    panic!("no answer after a thousand tries");
}

#[tokio::test]
async fn r18_a_hundred_refreshes_of_one_token_at_once_are_one_exchange() {
    for seed in 0..10 {
        let door = door().with_account("alice").await;
        let first = door.grant("alice").await;
        door.store.seeded(seed, 800, &[1, 2, 3, 5, 8, 13].map(Fault::Yield));
        let mut refreshes = JoinSet::new();
        for _ in 0..100 {
            let (tokens, token) = (door.auth.tokens(), first.refresh().to_owned());
            refreshes.spawn(async move { texts(&tokens.refresh(&token).await.unwrap().unwrap()) });
        }
        let mut pairs = refreshes.join_all().await;
        pairs.dedup();
        assert_eq!(pairs.len(), 1, "seed {seed}");
        assert!(door.is_good(&pairs[0].0).await);
        assert_eq!((door.told(EventKind::RefreshReused), door.memory.session_count()), (0, 1));
        door.clock.advance(Duration::from_secs(60));
        assert!(door.refresh(&pairs[0].1).await.is_some());
    }
}

/// Rounds of clients of one grant, each of which asks an instance of its own until there is an answer.
async fn rounds(shared: &Instances, seed: u64, faults: &[Fault]) {
    let mut token = shared.grant(0, "alice").await.refresh().to_owned();
    shared.store.seeded(seed, 300, faults);
    for round in 0..8 {
        let mut refreshes = JoinSet::new();
        for client in 0..12 {
            let auth = shared.auths[client % shared.auths.len()].clone();
            let token = token.clone();
            refreshes.spawn(async move {
                texts(&until_answered(&auth, &token).await.expect("an honest client stays in"))
            });
        }
        let mut pairs = refreshes.join_all().await;
        pairs.dedup();
        assert_eq!(pairs.len(), 1, "seed {seed}, round {round}");
        assert_ne!(pairs[0].1, token);
        token = pairs.remove(0).1;
        shared.advance(Duration::from_secs(240));
    }
    shared.store.heal();
    assert_eq!(shared.told(EventKind::RefreshReused), 0, "seed {seed}");
    assert!(shared.auths[0].tokens().refresh(&token).await.unwrap().is_some());
}

#[tokio::test]
async fn r18_lost_replies_throw_nobody_out_on_one_instance_and_on_four() {
    for seed in 0..30 {
        for differences in [&[0][..], &[0, 0, 0, 0]] {
            let shared = instances(differences, |builder| builder);
            shared.register("alice").await;
            rounds(&shared, seed, &[Fault::LostReply]).await;
        }
    }
}

#[tokio::test]
async fn r18_all_faults_together_throw_nobody_out() {
    let faults = [
        Fault::LostReply,
        Fault::Unavailable,
        Fault::Throttled,
        Fault::Conflict,
        Fault::Yield(1),
        Fault::Yield(7),
    ];
    for seed in 0..30 {
        let shared = instances(&[0, 0, 0, 0], |builder| builder);
        shared.register("alice").await;
        rounds(&shared, seed, &faults).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r18_lost_replies_on_threads_throw_nobody_out() {
    for seed in 0..5 {
        let shared = instances(&[0, 0, 0, 0], |builder| builder);
        shared.register("alice").await;
        rounds(&shared, seed, &[Fault::LostReply, Fault::Yield(2)]).await;
    }
}

#[tokio::test]
async fn r18_clocks_that_differ_by_less_than_the_time_of_grace_throw_nobody_out() {
    for seed in 0..20 {
        // Thirty seconds are allowed.
        for differences in [[0, 30, 0, 30], [-30, 0, -30, 0], [-10, 10, 0, 5]] {
            let shared = instances(&differences, |builder| builder);
            shared.register("alice").await;
            rounds(&shared, seed, &[Fault::LostReply]).await;
        }
        // Whose clocks differ by more says a longer time of grace.
        let policy = GrantPolicy::default().grace(Duration::from_secs(120));
        let shared = instances(&[-40, 40, 0, 40], |builder| builder.grants(policy));
        shared.register("alice").await;
        rounds(&shared, seed, &[Fault::LostReply]).await;
    }
}

#[tokio::test]
async fn r18_a_thief_who_refreshes_first_is_thrown_out_when_the_owner_does() {
    let door = door().with_account("alice").await;
    let owner = door.grant("alice").await;
    let thief = door.refresh(owner.refresh()).await.unwrap();
    door.clock.advance(Duration::from_secs(60));
    let thief = door.refresh(thief.refresh()).await.unwrap();
    assert!(door.refresh(owner.refresh()).await.is_none());
    assert!(!door.is_good(thief.access()).await && door.refresh(thief.refresh()).await.is_none());
    assert_eq!(door.told(EventKind::RefreshReused), 1);
}

#[tokio::test]
async fn r18_a_copied_token_ends_the_grant_also_when_the_store_fails_meanwhile() {
    for operation in [Operation::Session, Operation::Fetch, Operation::End] {
        for fault in [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict] {
            let door = door().with_account("alice").await;
            let first = door.grant("alice").await;
            let next = door.refresh(first.refresh()).await.unwrap();
            door.clock.advance(Duration::from_secs(60));
            door.store.reset_log();
            door.store.fail_nth(operation, 1, fault);
            assert!(door.auth.tokens().refresh(first.refresh()).await.is_err(), "{operation:?}");
            assert!(door.refresh(first.refresh()).await.is_none());
            assert!(!door.is_good(next.access()).await, "{operation:?} {fault:?}");
            assert!(door.refresh(next.refresh()).await.is_none());
            assert!(door.told(EventKind::RefreshReused) >= 1);
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// The client refreshes, at this instance.
    Refresh(usize),
    /// So many of its threads do, all at once.
    Together(usize, usize),
    /// The reply of the `n`-th call to the store is lost, and so the answer.
    LoseReply(usize, usize),
    /// The exchange was made, and the answer did not arrive.
    LoseAnswer(usize),
    /// A thread that has not heard of the last exchange comes with the token before.
    Former(usize),
    /// Seconds pass: as many as a client may let pass in this state.
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = 0..3_usize;
    let step = prop_oneof![
        3 => at.clone().prop_map(Step::Refresh),
        1 => (at.clone(), 2..5_usize).prop_map(|(at, threads)| Step::Together(at, threads)),
        2 => (at.clone(), 1..5_usize).prop_map(|(at, call)| Step::LoseReply(at, call)),
        2 => at.clone().prop_map(Step::LoseAnswer),
        1 => at.prop_map(Step::Former),
        3 => (0..100_u64).prop_map(Step::Wait),
        1 => (0..50_000_u64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..40)
}

/// An honest client of one grant, with all that a thief may have copied.
struct Client {
    shared: Instances,
    present: Texts,
    /// Those exchanged, the last one last.
    former: Vec<String>,
    /// For so long nobody has been told what an exchange gave.
    unanswered: Option<u64>,
    /// So long ago, at most, was the last exchange that was answered.
    answered: u64,
    /// How often it came since the last time that it stayed away for long.
    burst: usize,
}

const GRACE: u64 = 60;
/// By which the clocks differ at most.
const DIFFERENCE: u64 = 40;
/// Within which a client has to come again whose answer was lost.
const PATIENCE: u64 = GRACE - DIFFERENCE;

impl Client {
    fn learn(&mut self, pair: Option<TokenPair>) {
        let pair = texts(&pair.expect("an honest client stays in"));
        if pair.1 != self.present.1 {
            let former = std::mem::replace(&mut self.present, pair);
            self.former.push(former.1);
            self.answered = self.unanswered.unwrap_or(0);
        }
        self.unanswered = None;
    }

    async fn refresh(&mut self, at: usize) {
        let pair = self.shared.auths[at].tokens().refresh(&self.present.1).await.unwrap();
        self.learn(pair);
    }

    /// A client that comes more often than exchanges are remembered is told to keep what it has, and its threads no
    /// longer the same: so it stays away for a while.
    async fn pause(&mut self) {
        self.burst += 1;
        if self.burst + 1 < Grant::MAX_RECENT {
            return;
        }
        self.refresh(0).await;
        self.shared.advance(Duration::from_secs(GRACE + DIFFERENCE));
        self.answered += GRACE + DIFFERENCE;
        self.burst = 0;
    }

    async fn take(&mut self, step: Step) {
        if !matches!(step, Step::Wait(_)) {
            self.pause().await;
        }
        match step {
            Step::Refresh(at) => self.refresh(at).await,
            Step::Together(at, threads) => {
                let tokens = self.shared.auths[at].tokens();
                let others = self.shared.auths[(at + 1) % 3].tokens();
                let mut refreshes = JoinSet::new();
                for thread in 0..threads {
                    let tokens = if thread % 2 == 0 { tokens.clone() } else { others.clone() };
                    let token = self.present.1.clone();
                    refreshes.spawn(async move { tokens.refresh(&token).await.unwrap() });
                }
                let mut pairs = refreshes.join_all().await;
                let same =
                    pairs.iter().flatten().all(|it| texts(it) == texts(pairs[0].as_ref().unwrap()));
                assert!(same, "all are given the same");
                let pair = pairs.remove(0);
                self.learn(pair);
            }
            Step::LoseReply(at, call) => {
                self.shared.store.reset_log();
                self.shared.store.fail_call(call, Fault::LostReply);
                let answer = self.shared.auths[at].tokens().refresh(&self.present.1).await;
                self.shared.store.heal();
                match answer {
                    Ok(pair) => self.learn(pair),
                    Err(_) => {
                        let _ = self.unanswered.get_or_insert(0);
                    }
                }
            }
            Step::LoseAnswer(at) => {
                let answer = self.shared.auths[at].tokens().refresh(&self.present.1).await;
                assert!(answer.unwrap().is_some(), "an honest client stays in");
                let _ = self.unanswered.get_or_insert(0);
            }
            Step::Former(at) if self.answered < PATIENCE => {
                let Some(former) = self.former.last() else { return };
                let pair = self.shared.auths[at].tokens().refresh(former).await.unwrap();
                let pair = pair.expect("a slow thread stays in");
                // It may be ahead of what was answered, and is never behind.
                assert!(!self.former.contains(&pair.refresh().to_owned()));
            }
            Step::Former(_) => {}
            Step::Wait(seconds) => {
                let most = self.unanswered.map_or(u64::MAX, |since| PATIENCE - 1 - since);
                let seconds = seconds.min(most);
                self.shared.advance(Duration::from_secs(seconds));
                self.answered += seconds;
                self.unanswered = self.unanswered.map(|since| since + seconds);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn r18_no_schedule_throws_an_honest_client_out_and_a_copy_always_ends_the_grant(
        steps in steps(), copied: prop::sample::Index, instance in 0..3_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let policy = GrantPolicy::default().grace(Duration::from_secs(GRACE));
            let shared = instances(&[0, 20, -20], |builder| builder.grants(policy));
            shared.register("alice").await;
            let present = texts(&shared.grant(0, "alice").await);
            let mut client =
                Client { shared, present, former: Vec::new(), unanswered: None, answered: 0, burst: 0 };
            for step in steps {
                client.take(step).await;
            }
            client.refresh(0).await;
            let access = client.shared.auths[0].tokens().check(&client.present.0).await.unwrap();
            assert!(access.is_some());
            assert_eq!(client.shared.told(EventKind::RefreshReused), 0);

            // A copy of any that was exchanged, by any instance.
            client.shared.advance(Duration::from_secs(GRACE + DIFFERENCE));
            if client.former.is_empty() {
                return;
            }
            let copy = copied.get(&client.former);
            let tokens = client.shared.auths[instance].tokens();
            assert!(tokens.refresh(copy).await.unwrap().is_none());
            assert_eq!(client.shared.told(EventKind::RefreshReused), 1);
            let tokens = client.shared.auths[0].tokens();
            assert!(tokens.refresh(&client.present.1).await.unwrap().is_none());
            assert!(tokens.check(&client.present.0).await.unwrap().is_none());
        });
    }
}
