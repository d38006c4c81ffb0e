//! R20: the ticket of a login is good once, for a while, where it was issued, and for the account as it was.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::net::IpAddr;
use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{Changed, Login, PasswordChange, Redemption};
use support::app::{door, is_rejected, proof, race};
use support::{PASSWORD, is_verified, login};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r20_a_ticket_is_redeemed_once_with_many_good_codes() {
    for _ in 0..10 {
        let (door, owner) = door().await;
        let ticket = door.ticket(login("alice", PASSWORD)).await;
        for operation in [Operation::Peek, Operation::Take, Operation::Replace] {
            door.store.fail_every(operation, Fault::Yield(5));
        }
        let racers = owner.codes.iter().take(5);
        let racers = racers.map(|code| Redemption::new(&*ticket, code).from([192, 0, 2, 7]));
        assert_eq!(race(&door.auth, racers).await, 1);
        door.store.heal();
        assert!(is_rejected(&door.redeem(&ticket, &owner.codes[9]).await));
        let principal = door.full_session("alice", &owner).await.principal().clone();
        let status = door.auth.second_factors().status(&principal).await.unwrap().unwrap();
        assert_eq!(status.codes_left(), 10, "each that was used has a successor");
    }
}

#[tokio::test]
async fn r20_a_ticket_is_good_where_it_was_issued_and_nowhere_else() {
    let (door, owner) = door().await;
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let from = |ticket: &str, code: &str, source: Option<IpAddr>| {
        let redemption = Redemption::new(ticket, code);
        source.map_or(redemption.clone(), |source| redemption.from(source))
    };
    for (issued, elsewhere, same) in [
        (Some("192.0.2.7"), vec![Some("192.0.2.8"), Some("2001:db8::1"), None], Some("192.0.2.7")),
        (
            Some("2001:db8:1:2::3"),
            vec![Some("2001:db8:1:3::3"), Some("192.0.2.7"), None],
            Some("2001:db8:1:2:ffff::9"),
        ),
        (Some("::ffff:198.51.100.1"), vec![Some("198.51.100.2")], Some("198.51.100.1")),
        (None, vec![Some("192.0.2.7")], None),
    ] {
        let attempt = Login::new("alice", PASSWORD);
        let attempt = issued.map_or(attempt.clone(), |source| attempt.from(ip(source)));
        let ticket = door.ticket(attempt).await;
        let code = owner.app.next_code(&door);
        for source in elsewhere {
            let redemption = from(&ticket, &code, source.map(ip));
            assert!(is_rejected(&door.auth.redeem(redemption).await.unwrap()), "{source:?}");
        }
        let redemption = from(&ticket, &code, same.map(ip));
        assert!(is_verified(&door.auth.redeem(redemption).await.unwrap()), "{same:?}");
    }
}

#[tokio::test]
async fn r20_a_ticket_is_good_with_the_device_token_that_it_was_issued_to() {
    let (door, owner) = door().await;
    let device = proof(door.step_up("alice", &owner.app.next_code(&door)).await).device().clone();
    let other = doorward::DeviceToken::new("dwd_made-up");
    let tokens = [Some(device), Some(other), None];
    for (issued, presented) in (0..3).flat_map(|n| (0..3).map(move |m| (n, m))) {
        let attempt = login("alice", PASSWORD);
        let attempt = match &tokens[issued] {
            Some(token) => attempt.device(token.clone()),
            None => attempt,
        };
        let ticket = door.ticket(attempt).await;
        let redemption = Redemption::new(ticket, owner.app.next_code(&door)).from([192, 0, 2, 7]);
        let redemption = match &tokens[presented] {
            Some(token) => redemption.device(token.clone()),
            None => redemption,
        };
        let is_in = is_verified(&door.auth.redeem(redemption).await.unwrap());
        assert_eq!(is_in, issued == presented, "{issued} {presented}");
    }
}

#[tokio::test]
async fn r20_a_ticket_lives_ten_minutes_to_the_millisecond() {
    for (late, good) in [(Duration::from_millis(1), true), (Duration::ZERO, false)] {
        let (door, owner) = door().await;
        let ticket = door.ticket(login("alice", PASSWORD)).await;
        door.clock.advance(Duration::from_secs(600) - late);
        assert_eq!(is_verified(&door.redeem(&ticket, &owner.app.code(&door)).await), good);
    }
}

#[tokio::test]
async fn r20_a_changed_password_or_a_shut_account_voids_the_ticket() {
    let (door, owner) = door().await;
    let verified = proof(door.step_up("alice", &owner.app.next_code(&door)).await);
    let ticket = door.ticket(login("alice", PASSWORD)).await;
    let change = PasswordChange::proven(verified, "nine patient otters");
    assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    assert!(is_rejected(&door.redeem(&ticket, &owner.app.next_code(&door)).await));

    let ticket = door.ticket(login("alice", "nine patient otters")).await;
    let _ = door.auth.disable("alice").await.unwrap();
    assert!(is_rejected(&door.redeem(&ticket, &owner.app.code(&door)).await));
    let _ = door.auth.enable("alice").await.unwrap();
    assert!(is_rejected(&door.redeem(&ticket, &owner.app.code(&door)).await));
    let ticket = door.ticket(login("alice", "nine patient otters")).await;
    assert!(is_verified(&door.redeem(&ticket, &owner.app.code(&door)).await), "it was not used");
}
