//! How much memory do logins take, however many come at once?
//!
//! Resident memory of a process before, during and after a crowd of logins that all come at once,
//! against what the hashing pool may take: threads × the cost's memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use doorward::{Authenticator, HashingLimits, Keys, Login, MemoryStore, Outcome, Registration};
use doorward_benches::{
    Door, Failure, Options, PASSWORD, Table, cores, forget_peak, mib, name, processor, status, time,
};

const USAGE: &str = "memory [--logins 1000] [--threads <cores>] [--queue <logins>] \
                     [--cost default|minimal]";

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["logins", "threads", "queue", "cost"], USAGE)? else {
        return Ok(());
    };
    let logins: usize = options.number("logins", 1_000)?;
    let threads: usize = options.number::<usize>("threads", cores())?.max(1);
    let queue: usize = options.number("queue", logins)?;
    let cost = options.cost()?;
    let limits = HashingLimits::default()
        .with_threads(threads)
        .with_queue(queue)
        .with_deadline(Duration::from_secs(60));
    println!("memory: --logins {logins} --threads {threads} --queue {queue} --cost {cost}");
    println!("{} cores, {}\n", cores(), processor());

    let mut table = Table::new(&["", "resident MiB", "peak MiB"]);
    let mut mark = |what: &str| -> Result<(), Failure> {
        let (now, peak) = (status("VmRSS:")?, status("VmHWM:")?);
        table.row([what.to_owned(), mib(now), mib(peak)]);
        forget_peak();
        Ok(())
    };
    let bytes = u64::from(cost.m_kib()) * threads as u64;

    mark("before anything")?;
    let store = MemoryStore::new();
    let keys = Keys::generate()?;
    // Made at another door, which then closes: its memory is not that of the logins.
    let set_up = Door::open(store.clone(), &keys, cost, HashingLimits::default())?;
    for number in 0..logins {
        set_up.register(&name("crowd", number))?;
    }
    drop(set_up);
    mark(&format!("{logins} accounts"))?;

    let auth = Authenticator::builder().store(store).keys(keys).cost(cost).hashing(limits);
    let auth = auth.build()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build()?;
    warm_up(&runtime)?;
    mark("an idle door")?;
    let idle = status("VmRSS:")?;
    let (outcomes, took) = time(|| runtime.block_on(crowd(&auth, logins)));
    let peak = status("VmHWM:")?;
    mark("during and right after the logins")?;
    std::thread::sleep(Duration::from_millis(500));
    mark("half a second later")?;

    println!("{table}");
    println!(
        "{logins} logins at once, in {:.1} s and {:.1} s of processor time: {outcomes:?}",
        took.wall.as_secs_f64(),
        took.processor.as_secs_f64()
    );
    println!("hashing: {:?}", auth.hashing());
    println!("threads x memory of the cost: {} MiB", mib(bytes));
    let bound = idle + bytes * 105 / 100;
    let verdict = if peak <= bound { "within" } else { "ABOVE" };
    println!("risen by {} MiB at the peak", mib(peak.saturating_sub(idle)));
    println!("idle + threads x memory + 5 %: {} MiB; the peak is {verdict} it", mib(bound));
    Ok(())
}

/// Has a door of its own, which then closes, serve some logins: a process that has only just started has
/// not loaded the program's own pages yet, and they are not what logins take.
fn warm_up(runtime: &tokio::runtime::Runtime) -> Result<(), Failure> {
    let auth = Authenticator::builder().store(MemoryStore::new()).keys(Keys::generate()?);
    let auth = auth.cost(doorward::Cost::minimal_for_tests()).build()?;
    for number in 0..WARM_UP {
        let registration = Registration::new(name("crowd", number), PASSWORD);
        let _registered = runtime.block_on(auth.register(registration))?;
    }
    let _outcomes = runtime.block_on(crowd(&auth, WARM_UP));
    Ok(())
}

/// Logins that load what there is to load.
const WARM_UP: usize = 16;

/// All at once, each for its own account and from its own address. Answers how often what came out.
async fn crowd(auth: &Authenticator, logins: usize) -> BTreeMap<Cow<'static, str>, usize> {
    let attempts: Vec<_> = (0..logins)
        .map(|number| {
            let auth = auth.clone();
            tokio::spawn(async move {
                let login = Login::new(name("crowd", number), PASSWORD).from(source(number));
                match auth.authenticate(login).await {
                    Ok(Outcome::Verified(_)) => Cow::Borrowed("verified"),
                    Ok(Outcome::StepUp(_)) => Cow::Borrowed("step-up"),
                    Ok(Outcome::Rejected) => Cow::Borrowed("rejected"),
                    Ok(Outcome::Wait(_)) => Cow::Borrowed("wait"),
                    Err(error) => Cow::Owned(format!("not decided: {:?}", error.kind())),
                }
            })
        })
        .collect();
    let mut outcomes = BTreeMap::new();
    for attempt in attempts {
        let outcome = attempt.await.unwrap_or_else(|error| Cow::Owned(error.to_string()));
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

/// Addresses that share no /24, as far as 65,536 of them go.
fn source(number: usize) -> IpAddr {
    let [.., high, low] = number.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, high, low, 1))
}
