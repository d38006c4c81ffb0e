//! A login server in the process, and requests to it over TCP.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::mod_module_files,
    reason = "each test file uses its part"
)]

use std::net::SocketAddr;
use std::path::PathBuf;

use doorward::{AccountId, Cost};
use doorward_login_server::arguments::Arguments;
use doorward_login_server::server::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const PASSWORD: &str = "seven quiet herons";

/// It serves until it is told to stop, or dropped.
pub struct House {
    pub address: SocketAddr,
    pub outbox: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, it)| it)
            .next()
            .unwrap_or_default()
    }
}

/// Arguments for a test: a free port, hashes that cost nothing, letters in a folder of its own.
pub fn arguments() -> Arguments {
    let mut arguments = Arguments::default();
    arguments.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    arguments.cost = Cost::minimal_for_tests();
    let name = format!("doorward-test-{}", AccountId::generate().unwrap());
    arguments.outbox = Some(std::env::temp_dir().join(name));
    arguments
}

pub async fn house() -> House {
    house_with(arguments()).await
}

pub async fn house_with(arguments: Arguments) -> House {
    let outbox = arguments.outbox.clone().unwrap();
    let server = Server::start(arguments).await.unwrap();
    let address = server.address();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(server.serve(async move {
        let _ = stopped.await;
    }));
    House { address, outbox, stop: Some(stop), serving }
}

impl House {
    pub async fn get(&self, path: &str) -> Reply {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await
    }

    pub async fn get_with(&self, path: &str, header: &str) -> Reply {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{header}\r\n\r\n")).await
    }

    pub async fn post(&self, path: &str, body: serde_json::Value) -> Reply {
        let body = body.to_string();
        let length = body.len();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    pub async fn register(&self, username: &str) {
        let account = serde_json::json!({ "username": username, "password": PASSWORD });
        assert_eq!(self.post("/register", account).await.status, 201);
    }

    pub async fn access_token(&self, username: &str) -> String {
        let login = serde_json::json!({ "username": username, "password": PASSWORD });
        self.post("/login", login).await.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn me(&self, token: &str, path: &str) -> Reply {
        self.get_with(path, &format!("authorization: Bearer {token}")).await
    }

    pub async fn send(&self, request: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        read(&mut stream).await
    }

    /// Asks it to end, and waits until it has.
    pub async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        (&mut self.serving).await.unwrap();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.serving.abort();
        let _ = std::fs::remove_dir_all(&self.outbox);
    }
}

pub async fn read(stream: &mut TcpStream) -> Reply {
    let mut text = Vec::new();
    loop {
        if let Some(end) = text.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(text[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().unwrap());
            if text.len() >= end + 4 + length {
                let body = String::from_utf8(text[end + 4..end + 4 + length].to_vec()).unwrap();
                return Reply { status: head[9..12].parse().unwrap(), head, body };
            }
        }
        assert_ne!(
            stream.read_buf(&mut text).await.unwrap(),
            0,
            "{}",
            String::from_utf8_lossy(&text)
        );
    }
}
