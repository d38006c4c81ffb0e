//! The door over a table of DynamoDB: what a login asks of it, and what holds there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, UNIX_EPOCH};

use doorward::dynamodb::{Api, Metrics, RequestFault};
use doorward::{
    Authenticator, Cost, Login, ManualClock, NewGrant, NewSession, Outcome, Policy, Registered,
    Registration,
};
use support::dynamo::{Table, bytes};
use support::sessions::proof;
use support::{PASSWORD, is_verified, keys};
use tokio::task::JoinSet;

struct Door {
    table: Table,
    clock: ManualClock,
    instances: Vec<Authenticator>,
}

async fn door(instances: usize) -> Door {
    door_with(instances, Policy::recommended()).await
}

async fn door_with(instances: usize, policy: Policy) -> Door {
    door_on(Table::new().await, instances, policy)
}

fn door_on(table: Table, instances: usize, policy: Policy) -> Door {
    let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let instance = |_| {
        let builder = Authenticator::builder().store(table.store.clone()).keys(keys());
        let builder = builder.cost(Cost::minimal_for_tests()).clock(clock.clone());
        builder.policy(policy.clone()).build().unwrap()
    };
    let instances = (0..instances).map(instance).collect();
    Door { table, clock, instances }
}

impl Door {
    async fn register(&self, name: &str) {
        let made = self.instances[0].register(Registration::new(name, PASSWORD)).await.unwrap();
        assert!(matches!(made, Registered::Created(_)), "{made:?}");
    }

    async fn login(&self, login: Login) -> Outcome {
        self.instances[0].authenticate(login).await.unwrap()
    }

    /// What this login asks of DynamoDB.
    async fn asked(&self, login: Login) -> (Outcome, Metrics) {
        let before = self.table.store.metrics();
        let outcome = self.login(login).await;
        (outcome, self.table.store.metrics().since(&before))
    }
}

fn source(number: u32) -> IpAddr {
    Ipv4Addr::from((11 << 24) | (number << 8) | 1).into()
}

fn units(asked: &Metrics) -> (f64, f64) {
    (asked.read_units(), asked.write_units())
}

#[tokio::test]
async fn a_login_consumes_at_most_four_read_and_four_write_units() {
    let door = door(1).await;
    door.register("alice").await;
    // What is due once a second, for the whole instance, is done.
    let _ = door.login(Login::new("somebody", "else").from(source(1))).await;

    let (outcome, asked) = door.asked(Login::new("alice", PASSWORD).from(source(2))).await;
    let Outcome::Verified(proof) = outcome else { panic!("{outcome:?}") };
    assert_eq!(units(&asked), (2.0, 4.0), "{asked:?}");
    let known = Login::new("alice", PASSWORD).from(source(3)).device(proof.device().clone());
    let (outcome, asked) = door.asked(known).await;
    assert!(is_verified(&outcome));
    let (reads, writes) = units(&asked);
    assert!(reads <= 4.0 && writes <= 4.0, "{asked:?}");
    let v6: IpAddr = "2001:db8::1".parse().unwrap();
    let (outcome, asked) = door.asked(Login::new("alice", PASSWORD).from(v6)).await;
    assert!(is_verified(&outcome));
    assert_eq!(units(&asked), (3.0, 4.0), "{asked:?}");
    let (_, asked) = door.asked(Login::new("alice", "a wrong one").from(source(4))).await;
    assert_eq!(units(&asked), (2.0, 4.0), "{asked:?}");
    let (_, asked) = door.asked(Login::new("alice", "a wrong one").from(source(4))).await;
    assert_eq!(units(&asked), (2.0, 4.0), "the same wrong one again: {asked:?}");
    let (_, asked) = door.asked(Login::new("nobody", "a guess").from(source(5))).await;
    assert_eq!(units(&asked), (2.0, 4.0), "{asked:?}");
}

#[tokio::test]
async fn a_login_is_one_round_trip_before_the_hash_and_one_after() {
    // Long enough for all requests of one round trip to be on their way before the first is answered.
    let table = Table::with_latency(Duration::from_millis(150)).await;
    let door = door_on(table, 1, Policy::recommended());
    door.register("alice").await;
    let _ = door.login(Login::new("somebody", "else").from(source(1))).await;
    let v6: IpAddr = "2001:db8::1".parse().unwrap();
    for login in [
        Login::new("alice", PASSWORD).from(source(2)),
        Login::new("alice", PASSWORD).from(v6),
        Login::new("alice", "a wrong one").from(source(3)),
        Login::new("nobody", "a guess").from(source(4)),
    ] {
        door.table.connector.reset_log();
        let outcome = door.login(login).await;
        assert_eq!(door.table.connector.round_trips(), 2, "{outcome:?}");
    }
}

#[tokio::test]
async fn r15_a_check_of_a_session_is_one_read_and_a_refresh_one_write() {
    let door = door(1).await;
    door.register("alice").await;
    let auth = &door.instances[0];
    let session = NewSession::new(proof(auth, "alice").await);
    let session = auth.sessions().open(session).await.unwrap().unwrap();
    let grant = NewGrant::new(proof(auth, "alice").await, "read".parse().unwrap());
    let grant = auth.tokens().grant(grant).await.unwrap().unwrap();
    let gone = NewSession::new(proof(auth, "alice").await);
    let gone = auth.sessions().open(gone).await.unwrap().unwrap();
    auth.sessions().end(gone.token()).await.unwrap();

    for (token, is_open) in [(session.token(), true), (gone.token(), false)] {
        door.table.connector.reset_log();
        assert_eq!(auth.sessions().check(token).await.unwrap().is_some(), is_open);
        assert_eq!(door.table.connector.requests(), [Api::BatchGetItem]);
    }
    door.table.connector.reset_log();
    assert!(auth.tokens().check(grant.access()).await.unwrap().is_some());
    assert_eq!(door.table.connector.requests(), [Api::BatchGetItem]);

    // A use that is written down costs one write more, and what a write has to know before.
    door.clock.advance(Duration::from_secs(120));
    door.table.connector.reset_log();
    assert!(auth.sessions().check(session.token()).await.unwrap().is_some());
    let requests = door.table.connector.requests();
    assert_eq!(writes(&requests), 1, "{requests:?}");

    let before = door.table.store.metrics();
    door.table.connector.reset_log();
    let next = auth.tokens().refresh(grant.refresh()).await.unwrap().unwrap();
    let requests = door.table.connector.requests();
    assert_eq!(writes(&requests), 1, "{requests:?}");
    let asked = door.table.store.metrics().since(&before);
    assert_eq!(asked.write_units(), 1.0, "{asked:?}");

    // Presented once more, it is looked at, and nothing is written.
    door.table.connector.reset_log();
    let again = auth.tokens().refresh(grant.refresh()).await.unwrap().unwrap();
    assert_eq!(again.refresh(), next.refresh());
    assert_eq!(writes(&door.table.connector.requests()), 0);
    // What has the form of no token asks nothing.
    door.table.connector.reset_log();
    assert!(auth.sessions().check(grant.access()).await.unwrap().is_none());
    assert_eq!(door.table.connector.requests(), []);
}

fn writes(requests: &[Api]) -> usize {
    requests.iter().filter(|api| !matches!(api, Api::BatchGetItem | Api::GetItem)).count()
}

/// Whatever happens to requests, clients who ask until they are answered stay in, and are given one token after
/// the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r18_lost_replies_of_requests_throw_nobody_out() {
    let door = door(4).await;
    door.register("alice").await;
    let grant = NewGrant::new(proof(&door.instances[0], "alice").await, "read".parse().unwrap());
    let grant = door.instances[0].tokens().grant(grant).await.unwrap().unwrap();
    let mut token = grant.refresh().to_owned();
    let faults = [RequestFault::LostReply, RequestFault::ServerError, RequestFault::Conflict];
    let _ = door.table.connector.seeded(7, 300, &faults);
    for _ in 0..3 {
        let mut refreshes = JoinSet::new();
        for client in 0..12 {
            let (auth, token) = (door.instances[client % 4].clone(), token.clone());
            refreshes.spawn(async move {
                loop {
                    if let Ok(pair) = auth.tokens().refresh(&token).await {
                        return pair.expect("an honest client stays in").refresh().to_owned();
                    }
                }
            });
        }
        let mut next = refreshes.join_all().await;
        next.dedup();
        assert_eq!(next.len(), 1);
        assert_ne!(next[0], token);
        token = next.remove(0);
        door.clock.advance(Duration::from_secs(120));
    }
}

#[tokio::test]
async fn law_01_unknown_and_wrong_make_the_same_requests() {
    let door = door(1).await;
    door.register("alice").await;
    let _ = door.login(Login::new("somebody", "else").from(source(1))).await;
    let requests = async |name: &str, number: u32| {
        door.table.connector.reset_log();
        let guess = Login::new(name, format!("guess {number}")).from(source(number));
        assert!(matches!(door.login(guess).await, Outcome::Rejected));
        let mut requests = door.table.connector.requests();
        // Those of one round trip leave in no order.
        requests.sort_unstable();
        requests
    };
    let wrong = requests("alice", 10).await;
    assert_eq!(requests("nobody", 11).await, wrong);
    assert_eq!(requests(&"over-long".repeat(200), 12).await, wrong);
    assert!(wrong.iter().all(|api| matches!(api, Api::UpdateItem | Api::GetItem)), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_the_cap_is_exact_over_instances_that_share_a_table() {
    let door = door(4).await;
    door.register("alice").await;
    let mut attempts = JoinSet::new();
    for number in 0..400 {
        let auth = door.instances[number as usize % 4].clone();
        let guess = Login::new("alice", format!("guess {number}")).from(source(number));
        attempts.spawn(async move { auth.authenticate(guess).await });
    }
    attempts.join_all().await;
    let checked: u64 = door.instances.iter().map(|auth| auth.hashing().verifications).sum();
    assert_eq!(checked, 4, "the recommended policy lets four be tried before the first wait");
}

/// Refusals pass, and what is lost is not taken for a yes: whatever happens to requests, a wrong password lets
/// nobody in, and the cap holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r08_faults_of_requests_let_nobody_in_and_give_no_guess_away() {
    let door = door(2).await;
    door.register("alice").await;
    let _ = door.table.connector.seeded(
        5,
        200,
        &[
            RequestFault::Conflict,
            RequestFault::LostReply,
            RequestFault::ServerError,
            RequestFault::Throttled,
            RequestFault::Unreachable,
        ],
    );
    let mut attempts = JoinSet::new();
    for number in 0..300_u32 {
        let auth = door.instances[number as usize % 2].clone();
        let guess = Login::new("alice", format!("guess {number}")).from(source(number));
        attempts.spawn(async move { auth.authenticate(guess).await });
    }
    let answers = attempts.join_all().await;
    assert!(!answers.iter().flatten().any(is_verified));
    let rejected = answers.iter().flatten().filter(|it| matches!(it, Outcome::Rejected)).count();
    assert!(rejected <= 4, "{rejected} guesses were answered");
}

/// DynamoDB takes a thousand writes a second at one key.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_under_attack_gets_less_than_a_thousand_writes_a_second() {
    let guess = |name: &str, n: u32| Login::new(name, format!("guess {n}"));
    let attempt = |attack: &str, n: u32| match attack {
        "one account, from everywhere" => guess("alice", n).from(source(n)),
        "every account, from one address" => guess(&format!("name {n}"), n).from(source(1)),
        _ => guess(&format!("name {n}"), n),
    };
    for attack in [
        "one account, from everywhere",
        "every account, from one address",
        "every account, from nowhere",
    ] {
        let door = door(1).await;
        door.register("alice").await;
        let mut attempts = JoinSet::new();
        // All of it within one second: the clock stands still.
        for number in 0..4_000 {
            let (auth, attempt) = (door.instances[0].clone(), attempt(attack, number));
            attempts.spawn(async move { auth.authenticate(attempt).await });
        }
        let before = door.table.store.metrics();
        attempts.join_all().await;
        let asked = door.table.store.metrics().since(&before);
        let writes = asked.of(Api::UpdateItem).requests() + asked.of(Api::PutItem).requests();
        assert!(writes < 1_000, "{attack}: {writes} writes at all keys together");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_counter_row_stays_below_a_kibibyte() {
    for policy in [Policy::recommended(), Policy::strict(), Policy::lenient()] {
        let door = door_with(1, policy).await;
        door.register("alice").await;
        let office: IpAddr = [192, 0, 2, 9].into();
        // Eight days of a few sources that guess, one after the other, at one account and at others.
        for hour in 0..24 * 8_u32 {
            door.clock.advance(Duration::from_secs(3_600));
            let guess = Login::new("alice", format!("guess {hour}"));
            let _ = door.login(guess.from([192, 0, 2, (hour % 3) as u8])).await;
            let other = Login::new(format!("name {}", hour % 5), format!("other {hour}"));
            let _ = door.login(other.from(office)).await;
            if hour % 7 == 0 {
                let _ = door.login(Login::new("alice", PASSWORD).from(office)).await;
            }
        }
        let items = door.table.scan().await;
        let rows = items.iter().filter(|item| item["pk"].as_s().unwrap().starts_with("COUNTER#"));
        let widest = rows.map(bytes).max().unwrap();
        assert!(widest > 200 && widest < 1_024, "{widest} bytes");
    }
}
