//! What one login costs the store, in calls and in rows.
//!
//! The rows of the site and of sprayed passwords are written or read once a second, and counted apart: here
//! time stands still, and the first login has done that.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::net::IpAddr;
use std::time::Duration;

use doorward::store::Operation::{Find, Read, Update};
use doorward::{Authenticator, DeviceToken, Login, Outcome, Registered, Registration};
use support::counted::{CountedStore, counted_door};
use support::{PASSWORD, is_verified};

const V4: &str = "192.0.2.7";
const V6: &str = "2001:db8::7";

fn from(name: &str, password: &str, source: &str) -> Login {
    Login::new(name, password).from(source.parse::<IpAddr>().unwrap())
}

async fn register(auth: &Authenticator, name: &str) {
    let registered = auth.register(Registration::new(name, PASSWORD)).await.unwrap();
    assert!(matches!(registered, Registered::Created(_)));
}

/// A door that somebody has logged in at in this very second.
async fn warm() -> (Authenticator, CountedStore) {
    let (auth, store, _) = counted_door();
    for name in ["alice", "bob"] {
        register(&auth, name).await;
    }
    let first = from("bob", PASSWORD, "198.51.100.1");
    assert!(is_verified(&auth.authenticate(first).await.unwrap()));
    store.take();
    (auth, store)
}

async fn device(auth: &Authenticator, name: &str, source: &str) -> DeviceToken {
    match auth.authenticate(from(name, PASSWORD, source)).await.unwrap() {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r03_a_right_login_of_a_stranger_writes_four_rows_and_reads_the_networks() {
    for (source, networks) in [(V4, 1), (V6, 2)] {
        let (auth, store) = warm().await;
        let outcome = auth.authenticate(from("alice", PASSWORD, source)).await.unwrap();
        assert!(is_verified(&outcome));
        // Account and source, before the hash and after.
        assert_eq!(store.take(), [(Find, 1), (Read, networks), (Update, 2), (Update, 2)]);
    }
}

#[tokio::test]
async fn r03_a_wrong_one_writes_the_account_and_the_networks_whoever_it_names() {
    for (source, networks) in [(V4, 1), (V6, 2)] {
        for name in ["alice", "nobody"] {
            let (auth, store) = warm().await;
            for n in 0..2 {
                let guess = from(name, &format!("guess {n}"), source);
                let outcome = auth.authenticate(guess).await.unwrap();
                assert!(matches!(outcome, Outcome::Rejected));
                // Account and source before; account and networks after, one more for IPv6.
                let calls = [(Find, 1), (Read, networks), (Update, 2), (Update, 1 + networks)];
                assert_eq!(store.take(), calls, "{name} from {source}");
            }
        }
    }
}

#[tokio::test]
async fn r03_a_known_device_writes_three_rows() {
    let (auth, store) = warm().await;
    let mut token = device(&auth, "alice", V4).await;
    store.take();
    for _ in 0..4 {
        let own = from("alice", PASSWORD, V4).device(token);
        let Outcome::Verified(proof) = auth.authenticate(own).await.unwrap() else { panic!() };
        token = proof.device().clone();
        // The device; then the device and the account, which is read before.
        assert_eq!(store.take(), [(Find, 1), (Read, 1), (Update, 1), (Update, 2)]);
    }
    // Its own failures concern nobody else.
    let typo = from("alice", "a typo", V4).device(token);
    assert!(matches!(auth.authenticate(typo).await.unwrap(), Outcome::Rejected));
    assert_eq!(store.take(), [(Find, 1), (Read, 1), (Update, 1), (Update, 1)]);
}

#[tokio::test]
async fn r03_a_wait_that_is_known_costs_nothing_and_one_that_is_not_what_it_took() {
    let (auth, store) = warm().await;
    for n in 0..4 {
        let guess = from("alice", &format!("guess {n}"), &format!("203.0.{n}.1"));
        assert!(matches!(auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
    }
    store.take();
    let knock = || auth.authenticate(from("alice", PASSWORD, "203.0.99.1"));
    assert!(matches!(knock().await.unwrap(), Outcome::Wait(_)));
    assert_eq!(store.take(), [(Find, 1), (Read, 1), (Update, 2), (Update, 2)]);
    assert!(matches!(knock().await.unwrap(), Outcome::Wait(_)));
    assert_eq!(store.take(), []);
}

#[tokio::test]
async fn r03_a_source_from_its_first_wait_on_is_written_after_each_failure() {
    let (auth, store) = warm().await;
    for n in 0..6 {
        let guess = from(&format!("name {n}"), &format!("guess {n}"), V4);
        assert!(matches!(auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
        let after = if n == 5 { 3 } else { 2 };
        assert_eq!(store.take(), [(Find, 1), (Read, 1), (Update, 2), (Update, after)], "{n}");
    }
    let next = auth.authenticate(from("name 6", "guess 6", V4)).await.unwrap();
    assert!(matches!(next, Outcome::Wait(_)));
}

#[tokio::test]
async fn r03_a_network_that_turns_restless_costs_one_call_more_once() {
    let (auth, store) = warm().await;
    for n in 0..12 {
        let guess = from(&format!("name {n}"), &format!("guess {n}"), &format!("192.0.2.{n}"));
        assert!(matches!(auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
        let calls = match n {
            // With its own, half of the twenty that are free are used up.
            9 => vec![(Find, 1), (Read, 1), (Update, 1), (Update, 2), (Update, 2)],
            10.. => vec![(Find, 1), (Update, 2 + 1), (Update, 2)],
            _ => vec![(Find, 1), (Read, 1), (Update, 2), (Update, 2)],
        };
        assert_eq!(store.take(), calls, "{n}");
    }
}

#[tokio::test]
async fn r03_the_site_and_the_sprayed_passwords_cost_a_row_each_a_second() {
    let (auth, store, clock) = counted_door();
    register(&auth, "alice").await;
    let mut rows = [0, 0];
    for n in 0..50 {
        let guess = from(&format!("name {n}"), &format!("guess {n}"), &format!("203.0.{n}.1"));
        assert!(matches!(auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
        clock.advance(Duration::from_millis(100));
        for (operation, count) in store.take() {
            match operation {
                Update => rows[0] += count,
                Read => rows[1] += count,
                _ => {}
            }
        }
    }
    // Fifty attempts in five seconds: four writes and one read each, and the others.
    assert!(rows[0] <= 200 + 6, "{rows:?}");
    assert!(rows[1] <= 50 + 6, "{rows:?}");
}

#[tokio::test]
async fn r03_credits_are_written_once_in_thirty_logins() {
    let (auth, store) = warm().await;
    let mut written = 0;
    for n in 0..60 {
        let name = format!("person {n}");
        register(&auth, &name).await;
        let login = from(&name, PASSWORD, &format!("192.0.2.{n}"));
        assert!(is_verified(&auth.authenticate(login).await.unwrap()));
        let calls = store.take();
        written += calls.last().unwrap().1 - 2;
    }
    assert_eq!(written, 2);
    assert!(store.memory().accounts() > 60);
}
