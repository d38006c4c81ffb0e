//! A service of breached passwords on 127.0.0.1, and a client for it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::mod_module_files,
    reason = "each test file uses its part"
)]

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use async_trait::async_trait;
use doorward_hash::{RangeAnswer, RangeClient, RangeQuery};

/// What a service says to everybody.
pub struct Reply {
    status: u16,
    body: Vec<u8>,
    delay: Duration,
    missing: usize,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), delay: Duration::ZERO, missing: 0 }
    }

    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    /// Only after so long.
    pub fn late(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Ends before it is whole.
    pub fn cut_off(self) -> Self {
        Self { missing: 9, ..self }
    }
}

/// A server of HTTP/1.1, one request a connection, until it is dropped.
pub struct Service {
    address: SocketAddr,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    requests: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Service {
    pub fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::new(State::default()));
        let own = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if own.is_over.load(Ordering::SeqCst) {
                    return;
                }
                // A client that has gone away is no matter of the server's.
                let _ = own.serve(stream, &reply);
            }
        });
        Self { address, state, thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request as it came, without a body.
    pub fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream, reply: &Reply) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut lines = BufReader::new(&stream);
        let mut request = String::new();
        while lines.read_line(&mut request)? > 2 {}
        self.requests.lock().unwrap().push(request);
        // In steps, so that a test which is over does not wait for it.
        let steps = reply.delay.as_millis() / 10;
        for _ in 0..steps {
            if self.is_over.load(Ordering::SeqCst) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(10));
        }
        let length = reply.body.len() + reply.missing;
        write!(
            stream,
            "HTTP/1.1 {} Whatever\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
            reply.status
        )?;
        stream.write_all(&reply.body)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::SeqCst);
        // Wakes it up.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Does what `RangeClient` asks of a client, on a thread that may block.
#[derive(Clone, Debug)]
pub struct TcpClient {
    address: SocketAddr,
}

impl TcpClient {
    pub fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    fn get(&self, prefix: &str) -> io::Result<RangeAnswer> {
        let limit = Duration::from_millis(200);
        let mut stream = TcpStream::connect_timeout(&self.address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        write!(
            stream,
            "GET /range/{prefix} HTTP/1.1\r\nHost: {}\r\nAdd-Padding: true\r\n\
             User-Agent: doorward-test\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        let mut answer = BufReader::new(stream);
        let mut head = String::new();
        while answer.by_ref().take(4096).read_line(&mut head)? > 2 {}
        let length = |line: &str| line.strip_prefix("Content-Length: ")?.parse().ok();
        let length: u64 = head.lines().find_map(length).ok_or(io::ErrorKind::InvalidData)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut body = Vec::new();
        answer.take(length.min(RangeQuery::MAX_BODY as u64 + 1)).read_to_end(&mut body)?;
        if (body.len() as u64) < length && body.len() <= RangeQuery::MAX_BODY {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(RangeAnswer::new(status.ok_or(io::ErrorKind::InvalidData)?, body))
    }
}

#[async_trait]
impl RangeClient for TcpClient {
    async fn range(
        &self,
        prefix: &str,
    ) -> Result<RangeAnswer, Box<dyn std::error::Error + Send + Sync>> {
        let (client, prefix) = (self.clone(), prefix.to_owned());
        Ok(tokio::task::spawn_blocking(move || client.get(&prefix)).await??)
    }
}
