//! One service, its owners, and the flood.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::crowd::{Crowd, ELSEWHERE, MOST_NETWORKS, OWNERS, VICTIMS, name, password};
use super::ledger::{Ledger, Record};
use super::letters::Letters;
use crate::door::Failure;
use crate::folder::Folder;
use crate::http::Child;
use crate::stopwatch::Stopwatch;

/// A service to be tried.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "there are two")]
pub enum Subject {
    /// The login server.
    Doorward {
        /// `default` or `minimal`.
        cost: String,
    },
    /// One without doorward.
    Peer {
        /// What it is called.
        name: String,
        /// Its program.
        program: PathBuf,
    },
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Trial {
    /// The name of the service.
    pub name: String,
    /// Logins a second that it hashes when nothing else is asked of it.
    pub capacity: f64,
    /// Guesses a second that were to be sent.
    pub asked: f64,
    /// All requests of the flood.
    pub ledger: Ledger,
    /// Guesses that were not sent, because too many were under way.
    pub unsent: u64,
    /// Resident before the flood, at most within it, and some time after it, in KiB; 0 where the service has ended.
    pub resident: [u64; 3],
    /// Resident within the flood, by when, in KiB; nothing any more once the service has ended.
    pub memory: Vec<(Duration, u64)>,
    /// When the service ended by itself, if it did.
    pub ended: Option<Duration>,
}

impl Trial {
    /// Measures the capacity, then floods for so long with so many times as much.
    ///
    /// # Errors
    ///
    /// [`Failure`] where the service does not start.
    pub async fn of(
        subject: &Subject,
        networks: u32,
        times: f64,
        length: Duration,
        rest: Duration,
    ) -> Result<Self, Failure> {
        if !(1..=MOST_NETWORKS).contains(&networks) {
            return Err(format!("--networks is from 1 to {MOST_NETWORKS}").into());
        }
        let folder = Folder::new("overload")?;
        let rows = (0..OWNERS + ELSEWHERE + VICTIMS)
            .map(|number| format!("{},{}", name(number), password(number)));
        let rows: Vec<_> = rows.collect();
        let users =
            folder.write("users.csv", &format!("identifier,password\n{}\n", rows.join("\n")))?;
        let outbox = folder.path("outbox");
        let (title, child) = match subject {
            Subject::Doorward { cost } => {
                let arguments = [
                    "--listen",
                    "127.0.0.1:0",
                    "--users",
                    &users,
                    "--cost",
                    cost,
                    "--outbox",
                    &outbox,
                ];
                let program = Child::login_server()?;
                ("doorward".to_owned(), Child::start(&program, &arguments.map(str::to_owned))?)
            }
            Subject::Peer { name, program } => {
                (name.clone(), Child::start(program, std::slice::from_ref(&users))?)
            }
        };
        let letters = Letters::new(outbox.into());
        let mut crowd = Crowd {
            port: child.port(),
            watch: Stopwatch::start(),
            letters,
            networks,
            devices: Arc::default(),
        };
        let mut devices = Vec::new();
        for number in 0..OWNERS {
            devices.push(crowd.device(number).await);
        }
        crowd.devices = Arc::new(devices);
        let capacity = capacity(&crowd).await?;
        let before = child.status("VmRSS:")?;
        let asked = capacity * times;
        crowd.watch = Stopwatch::start();
        let flooded = flood(&crowd, &child, asked, length).await?;
        tokio::time::sleep(rest).await;
        let after = child.status("VmRSS:").unwrap_or_default();
        let Flooded { ledger, unsent, memory, ended } = flooded;
        let peak = memory.iter().map(|(_, resident)| *resident).max().unwrap_or_default();
        let resident = [before, peak, after];
        Ok(Self { name: title, capacity, asked, ledger, unsent, resident, memory, ended })
    }
}

/// Right logins a second from known devices, of twice as many clients as there are processors.
async fn capacity(crowd: &Crowd) -> Result<f64, Failure> {
    const MEASURED: Duration = Duration::from_secs(4);
    let watch = Stopwatch::start();
    let mut clients = JoinSet::new();
    for client in 0..2 * crate::machine::cores() {
        let crowd = crowd.clone();
        clients.spawn(async move {
            let (mut done, mut turn) = (0_u32, client * 7);
            while watch.elapsed() < MEASURED {
                let record = crowd.clone().known(crowd.watch.elapsed(), turn % OWNERS).await;
                done += u32::from(record.is_good);
                turn += 1;
            }
            done
        });
    }
    let mut done = 0.0;
    while let Some(client) = clients.join_next().await {
        done += f64::from(client?);
    }
    Ok(done / watch.elapsed().as_secs_f64())
}

struct Flooded {
    ledger: Ledger,
    unsent: u64,
    memory: Vec<(Duration, u64)>,
    ended: Option<Duration>,
}

/// Sends everything when it is due, whatever has become of what was sent before.
async fn flood(
    crowd: &Crowd,
    child: &Child,
    hostile: f64,
    length: Duration,
) -> Result<Flooded, Failure> {
    let (mut ledger, mut unsent, mut memory, mut ended) = (Ledger::default(), 0, Vec::new(), None);
    let mut under_way = JoinSet::<Record>::new();
    let mut hostile = Due::every(hostile);
    let (mut known, mut health) = (Due::every(4.0), Due::every(10.0));
    let (mut home, mut elsewhere) = (Due::every(2.0), Due::every(2.0));
    while crowd.watch.elapsed() < length {
        let now = crowd.watch.elapsed();
        while let Some((at, number)) = health.next(now) {
            under_way.spawn(crowd.clone().health(at));
            // Its memory is looked at as often.
            match child.status("VmRSS:") {
                Ok(resident) => memory.push((at, resident)),
                Err(_) if number > 0 => ended = ended.or(Some(at)),
                Err(error) => return Err(error),
            }
        }
        while let Some((at, number)) = known.next(now) {
            let owner = usize::try_from(number).unwrap_or_default() % OWNERS;
            under_way.spawn(crowd.clone().known(at, owner));
        }
        while let Some((at, number)) = home.next(now) {
            let owner = usize::try_from(number).unwrap_or_default() % OWNERS;
            under_way.spawn(crowd.clone().at_home(at, owner));
        }
        while let Some((at, number)) = elsewhere.next(now) {
            let owner = usize::try_from(number).unwrap_or_default() % ELSEWHERE;
            under_way.spawn(crowd.clone().elsewhere(at, owner));
        }
        while let Some((at, number)) = hostile.next(now) {
            if under_way.len() < MOST_UNDER_WAY {
                under_way.spawn(crowd.clone().hostile(at, number));
            } else {
                unsent += 1;
            }
        }
        while let Some(record) = under_way.try_join_next() {
            ledger.push(record?);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    while let Some(record) = under_way.join_next().await {
        ledger.push(record?);
    }
    Ok(Flooded { ledger, unsent, memory, ended })
}

/// What comes so many times a second.
struct Due {
    a_second: f64,
    sent: u64,
}

impl Due {
    fn every(a_second: f64) -> Self {
        Self { a_second, sent: 0 }
    }

    /// The next that is due by now: when it was, and which one it is.
    fn next(&mut self, now: Duration) -> Option<(Duration, u64)> {
        let at = Duration::from_secs_f64(self.sent as f64 / self.a_second);
        (at <= now).then(|| {
            self.sent += 1;
            (at, self.sent - 1)
        })
    }
}

/// Each is an open file of the generator.
const MOST_UNDER_WAY: usize = 15_000;
