//! How the server begins and ends, and what it does with connections that do not speak.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::Cost;
use doorward_login_server::server::Server;
use serde_json::json;
use support::{House, PASSWORD, arguments, house, house_with, read};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_answered_before_it_ends() {
    let mut told = arguments();
    // A hash that takes its time.
    told.cost = Cost::new(64 * 1024, 8, 1).unwrap();
    let house = house_with(told).await;
    let body = json!({ "username": "nobody", "password": PASSWORD }).to_string();
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    // It is being hashed.
    loop {
        let metrics = house.get("/metrics").await.body;
        if metrics.contains("doorward_hashing_running 1") {
            break;
        }
    }
    let address = house.address;
    let (reply, ()) = tokio::join!(read(&mut stream), house.stop());
    assert_eq!(reply.status, 401);
    assert!(TcpStream::connect(address).await.is_err(), "nobody is let in any more");
}

#[tokio::test]
async fn connections_that_wait_for_nothing_hold_up_no_end() {
    let house = house().await;
    let idle = TcpStream::connect(house.address).await.unwrap();
    let mut used = TcpStream::connect(house.address).await.unwrap();
    used.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(read(&mut used).await.status, 200);
    tokio::time::timeout(Duration::from_secs(9), house.stop()).await.unwrap();
    drop(idle);
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_others_are_served() {
    let house: House = house().await;
    for nonsense in [
        "\0\0\0\0",
        "GET / HTTP/9.9\r\n\r\n",
        "hello\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nhost: x\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{nonsense:?}");
    }
    // Long heads and long bodies.
    let long =
        format!("GET / HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\r\n", "a=b; ".repeat(20_000));
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let _ = stream.write_all(long.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    let login = json!({ "username": "alice", "password": "x".repeat(20_000) });
    assert_eq!(house.post("/login", login).await.status, 413);
    assert_eq!(house.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_to_be_so_with_the_remedy() {
    let house = house().await;
    let mut told = arguments();
    told.listen = house.address;
    let failure = Server::start(told).await.unwrap_err();
    assert!(failure.to_string().contains("choose another port"), "{failure}");
    assert_eq!(failure.code(), 1);
}

#[tokio::test]
async fn files_that_will_not_do_are_told_by_their_place_and_nothing_begins() {
    let folder = std::env::temp_dir().join(format!("doorward-bad-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        Some(path)
    };
    for (users, policy, says) in [
        (
            write("twice.csv", "identifier,password\nalice,p1-p1-p1-p1\nALICE,p2-p2-p2-p2\n"),
            None,
            "names the same account as line 2",
        ),
        (write("head.csv", "name,password\nalice,x\n"), None, "head.csv"),
        (Some(folder.join("missing.csv")), None, "missing.csv"),
        (None, write("policy.toml", "preset = \"fierce\"\n"), "policy.toml"),
    ] {
        let mut told = arguments();
        (told.users, told.policy) = (users, policy);
        let failure = Server::start(told).await.unwrap_err();
        assert!(failure.to_string().contains(says), "{failure}");
        assert_eq!(failure.code(), 2);
        assert!(!failure.to_string().contains("p1-p1"), "a password is told: {failure}");
    }
    let mut told = arguments();
    told.origin = Some("login.example.com".to_owned());
    let failure = Server::start(told).await.unwrap_err();
    assert!(failure.to_string().contains("https://example.com"), "{failure}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn users_of_a_file_log_in() {
    let folder = std::env::temp_dir().join(format!("doorward-users-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("users.csv");
    std::fs::write(
        &path,
        "identifier,password\nalice@example.com,123456\nbob@example.com,seven quiet herons\n",
    )
    .unwrap();
    let mut told = arguments();
    told.users = Some(path);
    let house = house_with(told).await;
    let login = json!({ "username": "alice@example.com", "password": "123456" });
    assert_eq!(
        house.post("/login", login).await.status,
        200,
        "passwords that there are already are not judged"
    );
    house.access_token("bob@example.com").await;
    std::fs::remove_dir_all(&folder).unwrap();
}
