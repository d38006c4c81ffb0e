//! R30: what attack tools get, and what owners get meanwhile.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::BTreeSet;

use serde_json::json;
use support::{House, PASSWORD, Reply, arguments, house_with};

/// The most common ones, as tools bring them.
const COMMON: [&str; 20] = [
    "123456",
    "password",
    "123456789",
    "12345",
    "12345678",
    "qwerty",
    "1234567",
    "111111",
    "123123",
    "abc123",
    "1234567890",
    "password1",
    "1234",
    "iloveyou",
    "000000",
    "dragon",
    "monkey",
    "sunshine",
    "princess",
    "football",
];

fn name(number: usize) -> String {
    format!("owner{number}@example.com")
}

/// Every tenth owner has one of these passwords, from before anybody looked.
fn password(number: usize) -> &'static str {
    if number.is_multiple_of(10) { COMMON[5 + number / 10] } else { PASSWORD }
}

async fn login(
    house: &House,
    from: &str,
    who: &str,
    password: &str,
    device: Option<&str>,
) -> Reply {
    let mut body = json!({ "username": who, "password": password });
    if let Some(device) = device {
        body["device_token"] = device.into();
    }
    let body = body.to_string();
    let length = body.len();
    let head = format!("POST /login HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {from}\r\n");
    let head = format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n");
    house.send(&format!("{head}{body}")).await
}

#[tokio::test]
async fn r30_guessers_get_a_few_refusals_then_waits_and_owners_log_in() {
    let mut told = arguments();
    told.proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let users = std::env::temp_dir().join(told.outbox.as_ref().unwrap().file_name().unwrap());
    let users = users.with_extension("csv");
    let rows: String = (0..50).map(|n| format!("{},{}\n", name(n), password(n))).collect();
    std::fs::write(&users, format!("identifier,password\n{rows}")).unwrap();
    told.users = Some(users.clone());
    let house = house_with(told).await;
    std::fs::remove_file(users).unwrap();

    let known = login(&house, "203.0.113.1", &name(1), PASSWORD, None).await;
    let device = known.json()["device_token"].as_str().unwrap().to_owned();
    let (mut heard, mut refusals) = (0, BTreeSet::new());
    for (turn, guess) in COMMON.iter().enumerate() {
        for number in 0..50 {
            let reply = login(&house, "198.51.100.9", &name(number), guess, None).await;
            match reply.status {
                401 => {
                    heard += 1;
                    assert!(reply.json().get("access_token").is_none());
                    refusals.insert(reply.body);
                }
                429 => assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0),
                other => panic!("{other}: {}", reply.body),
            }
        }
        let at_home = login(&house, "203.0.113.1", &name(1), PASSWORD, Some(&device)).await;
        assert_eq!(at_home.status, 200, "{turn}: {}", at_home.body);
        let elsewhere = format!("192.0.2.{}", turn + 1);
        let elsewhere = login(&house, &elsewhere, &name(2 + turn % 8), PASSWORD, None).await;
        assert_eq!(elsewhere.status, 200, "{turn}: {}", elsewhere.body);
    }
    // Of a thousand guesses, what one address may fail before it waits; and the same words for all of them.
    assert!((1..=6).contains(&heard), "{heard}");
    assert_eq!(refusals.len(), 1, "{refusals:?}");
}
