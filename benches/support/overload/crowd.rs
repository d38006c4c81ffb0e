//! Who comes to the door, from where, and what they send.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::ledger::{Record, Who};
use super::letters::Letters;
use crate::http::{Connection, Reply, post};
use crate::stopwatch::Stopwatch;

/// What all that come have in common.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    pub(super) port: u16,
    pub(super) watch: Stopwatch,
    pub(super) letters: Letters,
    /// So many networks (/24) guesses come from, four addresses of each.
    pub(super) networks: u32,
    /// Of known devices, by number of the owner.
    pub(super) devices: Arc<Vec<Option<String>>>,
}

/// What is said of whoever tried again.
pub(super) const AGAIN: &str = ", tried again";
/// Owners on new devices try three times where the service says that it cannot decide.
const TRIES: u32 = 3;
/// After so long, whoever waits goes away.
const PATIENCE: Duration = Duration::from_secs(10);
/// Accounts that guessers try; and owners with a known device, and owners who never come from the same network twice in
/// two minutes: no guesser tries an owner of these.
pub(super) const VICTIMS: usize = 400;
pub(super) const OWNERS: usize = 100;
pub(super) const ELSEWHERE: usize = 240;
/// Of each network of the guessers.
const ADDRESSES: u32 = 4;
/// The first of them, 127.1.0.1; so many networks are below those of owners.
const GUESSERS: u32 = 0x7f01_0001;
/// The address of whoever is at home in one of them, behind those of the guessers.
const NEIGHBOUR: u32 = 76;
const FAR_AWAY: u32 = 0x7fc8_0001;
pub(super) const MOST_NETWORKS: u32 = 50_000;

pub(super) fn name(number: usize) -> String {
    format!("user{number:04}@example.com")
}

pub(super) fn password(number: usize) -> String {
    format!("the owner of {number:04}")
}

impl Crowd {
    pub(super) async fn health(self, at: Duration) -> Record {
        let request = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
        let sent = self.once(Ipv4Addr::LOCALHOST, request).await;
        let is_good = sent.as_ref().is_ok_and(|reply| reply.status == 200);
        self.record(Who::Health, at, is_good, told(&sent))
    }

    /// A guess at an account, or at a name that nobody has.
    pub(super) async fn hostile(self, at: Duration, number: u64) -> Record {
        let turn = usize::try_from(number).unwrap_or_default();
        let name = match turn % 2 {
            0 => name(OWNERS + ELSEWHERE + turn / 2 % VICTIMS),
            _ => format!("nobody{}@example.com", turn % 10_000),
        };
        let body = format!(r#"{{"username":"{name}","password":"guess {number}"}}"#);
        let source = self.guesser(number);
        let sent = self.once(source, &post("/login", &body)).await;
        // A guess that is answered in any way is no more than that.
        self.record(Who::Hostile, at, sent.is_ok(), told(&sent))
    }

    /// All networks in turn, then again from the next address of each. A network comes back as late as can be, which is the
    /// quietest that a flood of this strength can be.
    fn guesser(&self, number: u64) -> Ipv4Addr {
        let all = u64::from(self.networks) * u64::from(ADDRESSES);
        let turn = u32::try_from(number % all).unwrap_or_default();
        let (network, address) = (turn % self.networks, turn / self.networks);
        Ipv4Addr::from(GUESSERS + (network << 8) + address)
    }

    pub(super) async fn known(self, at: Duration, number: usize) -> Record {
        let device = self.devices.get(number).and_then(Option::as_deref);
        let device = device.map(|it| format!(r#","device_token":"{it}""#)).unwrap_or_default();
        let sent = self.login(number, &device).await;
        let is_good = sent.as_ref().is_ok_and(|reply| reply.status == 200);
        self.record(Who::Known, at, is_good, told(&sent))
    }

    /// From the address that the owner's known device logged in from.
    pub(super) async fn at_home(self, at: Duration, number: usize) -> Record {
        self.new_device(Who::Home, at, number).await
    }

    /// From a network that nobody has come from.
    pub(super) async fn elsewhere(self, at: Duration, number: usize) -> Record {
        self.new_device(Who::Elsewhere, at, OWNERS + number).await
    }

    async fn new_device(self, who: Who, at: Duration, number: usize) -> Record {
        let (mut sent, mut by_code) = self.on_a_new_device(number).await;
        let mut tries = 1;
        // As it is told: `Retry-After` is a second.
        while tries < TRIES && sent.as_ref().is_ok_and(|reply| reply.status == 503) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            (sent, by_code) = self.on_a_new_device(number).await;
            tries += 1;
        }
        let is_good = sent.as_ref().is_ok_and(|reply| reply.status == 200);
        let mut told = told(&sent) + if by_code { " with a code" } else { "" };
        if tries > 1 {
            told.push_str(AGAIN);
        }
        self.record(who, at, is_good, told)
    }

    /// And whether a code was asked for.
    async fn on_a_new_device(&self, number: usize) -> (Result<Reply, String>, bool) {
        let sent = self.login(number, "").await;
        match sent {
            Ok(reply) => match ticket(&reply) {
                Some(ticket) => (self.redeem(number, &ticket).await, true),
                None => (Ok(reply), false),
            },
            Err(error) => (Err(error), false),
        }
    }

    /// What is in the answer to an owner's login: to make a device known.
    pub(super) async fn device(&self, number: usize) -> Option<String> {
        let reply = self.login(number, "").await.ok()?;
        member(&reply, "device_token")
    }

    /// A login that is right, from the owner's own address.
    pub(super) async fn login(&self, number: usize, device: &str) -> Result<Reply, String> {
        let (name, password) = (name(number), password(number));
        let body = format!(r#"{{"username":"{name}","password":"{password}"{device}}}"#);
        self.once(own_address(number), &post("/login", &body)).await
    }

    async fn redeem(&self, number: usize, ticket: &str) -> Result<Reply, String> {
        let mut code = None;
        for _ in 0..100 {
            code = self.letters.take(&name(number));
            if code.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let code = code.ok_or("no letter")?;
        let body = format!(r#"{{"ticket":"{ticket}","code":"{code}"}}"#);
        self.once(own_address(number), &post("/login/second-factor", &body)).await
    }

    /// On a connection of its own.
    async fn once(&self, source: Ipv4Addr, request: &[u8]) -> Result<Reply, String> {
        let sent = async {
            let mut connection = Connection::open(source, self.port).await?;
            connection.send(request).await
        };
        match timeout(PATIENCE, sent).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(error.kind().to_string()),
            Err(_) => Err("no answer in 10 s".to_owned()),
        }
    }

    fn record(&self, who: Who, at: Duration, is_good: bool, what: String) -> Record {
        Record { who, at, took: self.watch.elapsed().saturating_sub(at), is_good, what }
    }
}

/// At home, there is a guesser in the same network; elsewhere nobody has been before.
fn own_address(number: usize) -> Ipv4Addr {
    let first = if number < OWNERS { GUESSERS + NEIGHBOUR } else { FAR_AWAY };
    let number = u32::try_from(number).unwrap_or_default();
    Ipv4Addr::from(first + (number << 8))
}

fn told(sent: &Result<Reply, String>) -> String {
    match sent {
        Ok(reply) if ticket(reply).is_some() => "401 with a ticket".to_owned(),
        Ok(reply) => reply.status.to_string(),
        Err(error) => error.clone(),
    }
}

fn ticket(reply: &Reply) -> Option<String> {
    member(reply, "ticket")
}

/// The value of a member: texts of these answers have no quotes in them.
fn member(reply: &Reply, name: &str) -> Option<String> {
    let text = std::str::from_utf8(&reply.body).ok()?;
    let (_, rest) = text.split_once(&format!(r#""{name}":""#))?;
    rest.split('"').next().map(str::to_owned)
}
