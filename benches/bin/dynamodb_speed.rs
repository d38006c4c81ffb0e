//! How many logins a second does a door on DynamoDB decide, how long do they take, and whose time is it?
//!
//! Right passwords from new devices, each task with an account and an address of its own, at the least cost of
//! a hash: what is left is the store's requests and what doorward and the SDK do around them.
#![allow(clippy::disallowed_methods, reason = "a measuring program times itself")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use doorward::{
    Authenticator, Cost, FrontLimits, HashingLimits, Keys, Login, Outcome, Registered, Registration,
};
use doorward_benches::dynamodb::{Engine, InFlight};
use doorward_benches::{Failure, Options, PASSWORD, Table, cores, name, processor};
use rustix::time::{ClockId, clock_gettime};
use tokio::task::JoinSet;
use tokio::time::Instant;

const USAGE: &str = "dynamodb_speed [--seconds 8]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["seconds"], USAGE)? else { return Ok(()) };
    let seconds: u64 = options.number("seconds", 8)?;
    println!("dynamodb_speed: --seconds {seconds}\n{} cores, {}\n", cores(), processor());

    let engine = Engine::from_env()?;
    let headings = [
        "tasks",
        "logins/s",
        "median ms",
        "99th ms",
        "processor ms a login",
        "time without a request",
    ];
    let mut table = Table::new(&headings);
    for tasks in [1, 8, 64] {
        let in_flight = InFlight::new();
        let store = engine.store(in_flight.clone()).await?;
        let hashing = HashingLimits::default().with_deadline(Duration::from_secs(30));
        let auth = Authenticator::builder()
            .store(store)
            .keys(Keys::generate()?)
            .cost(Cost::minimal_for_tests())
            .hashing(hashing)
            .front(FrontLimits::default())
            .build()?;
        for number in 0..tasks {
            match auth.register(Registration::new(name("person", number), PASSWORD)).await? {
                Registered::Created(_) => {}
                other => return Err(format!("not made: {other:?}").into()),
            }
        }
        // Connections are made, and the engine is warm.
        crowd(&auth, tasks, Duration::from_secs(2)).await?;
        let (busy, spent, begun) = (in_flight.busy(), processor_time(), Instant::now());
        let mut took = crowd(&auth, tasks, Duration::from_secs(seconds)).await?;
        let (busy, spent) = (in_flight.busy() - busy, processor_time() - spent);
        let elapsed = begun.elapsed();
        took.sort_unstable();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        table.row([
            tasks.to_string(),
            format!("{:.0}", took.len() as f64 / elapsed.as_secs_f64()),
            format!("{:.1}", at(0.5)),
            format!("{:.1}", at(0.99)),
            format!("{:.2}", spent.as_secs_f64() * 1e3 / took.len() as f64),
            format!("{:.0} %", 100.0 * (1.0 - busy.as_secs_f64() / elapsed.as_secs_f64())),
        ]);
    }
    println!("{table}");
    println!(
        "Processor time is that of this process: doorward, the SDK and HTTP. With one task, the last column is the\n\
         share of a login that is not spent waiting for the engine; with more, requests of others overlap it."
    );
    Ok(())
}

/// How long each login took that so many tasks made in this time.
async fn crowd(
    auth: &Authenticator,
    tasks: usize,
    time: Duration,
) -> Result<Vec<Duration>, Failure> {
    let until = Instant::now() + time;
    let mut running = JoinSet::new();
    for number in 0..tasks {
        let auth = auth.clone();
        running.spawn(async move {
            let source = IpAddr::V4(Ipv4Addr::from((11 << 24) | ((number as u32) << 8) | 1));
            let mut took = Vec::new();
            while Instant::now() < until {
                let login = Login::new(name("person", number), PASSWORD).from(source);
                let begun = Instant::now();
                match auth.authenticate(login).await? {
                    Outcome::Verified(_) => took.push(begun.elapsed()),
                    other => return Err(Failure::from(format!("not verified: {other:?}"))),
                }
            }
            Ok(took)
        });
    }
    let mut all = Vec::new();
    while let Some(took) = running.join_next().await {
        all.extend(took??);
    }
    Ok(all)
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
