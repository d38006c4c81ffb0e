//! What does a login cost beyond the hash that it cannot do without? And what does a refused one?
//!
//! `authenticate()` on the store in memory, beside one bare Argon2id computation at the same cost
//! in memory that is taken once.

use std::num::NonZeroU32;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use doorward::{Cost, FrontLimits, HashingLimits, Keys, Login, MemoryStore, Outcome, Rule};
use doorward_benches::{
    Bare, Door, Failure, Options, PASSWORD, SOURCE, Sample, Table, Took, Turns, cores, micros,
    millis, name, processor, time,
};

const USAGE: &str = "overhead [--pairs 400] [--run 8] [--pause 20] [--waits 20000] \
                     [--cost default|minimal] [--seed 1]";

fn main() -> Result<(), Failure> {
    let names = ["pairs", "run", "pause", "waits", "cost", "seed"];
    let Some(options) = Options::read(&names, USAGE)? else {
        return Ok(());
    };
    let plan = Plan {
        pairs: options.number("pairs", 400)?,
        run: options.number::<usize>("run", 8)?.max(1),
        pause: Duration::from_millis(options.number("pause", 20)?),
        seed: options.number("seed", 1)?,
    };
    let waits: usize = options.number("waits", 20_000)?;
    let cost = options.cost()?;

    println!(
        "overhead: --pairs {} --run {} --pause {} --waits {waits} --cost {cost} --seed {}",
        plan.pairs,
        plan.run,
        plan.pause.as_millis(),
        plan.seed,
    );
    println!("{} cores, {}\n", cores(), processor());

    println!("One after the other, in runs of {}, the first of each left out:", plan.run + 1);
    println!("{}", compare(cost, &plan, true)?);
    println!("One by one, after a pause of {} ms each:", plan.pause.as_millis());
    println!("{}", compare(cost, &plan, false)?);
    let least = Cost::minimal_for_tests();
    println!("All but the hash: the same in runs at {least}, where there is next to none:");
    println!("{}", compare(least, &plan, true)?);
    println!("An attempt that is told to wait:");
    println!("{}", refusals(waits)?);
    Ok(())
}

/// How it is measured.
struct Plan {
    pairs: usize,
    run: usize,
    pause: Duration,
    seed: u64,
}

/// What is compared: all verify [`PASSWORD`], right.
struct Subjects {
    bare: Bare,
    handed: Handed,
    door: Door,
    identifier: String,
}

impl Subjects {
    fn new(cost: Cost) -> Result<Self, Failure> {
        let limits = HashingLimits::default().with_threads(1);
        let door = Door::open(MemoryStore::new(), &Keys::generate()?, cost, limits)?;
        let identifier = name("alice", 1);
        door.register(&identifier)?;
        Ok(Self { bare: Bare::new(cost)?, handed: Handed::start(cost)?, door, identifier })
    }

    const NAMES: [&str; 3] =
        ["bare Argon2id", "bare Argon2id, on another thread", "authenticate()"];

    fn once(&mut self, subject: usize) -> Result<Took, Failure> {
        match subject {
            0 => Ok(time(|| self.bare.verify(PASSWORD)).1),
            1 => {
                let (done, took) = time(|| self.handed.verify());
                done.map(|()| took)
            }
            _ => {
                self.door.forget();
                let login = Login::new(self.identifier.as_str(), PASSWORD).from(SOURCE);
                match self.door.timed(login)? {
                    (Outcome::Verified(_), took) => Ok(took),
                    (other, _) => Err(format!("not verified: {other:?}").into()),
                }
            }
        }
    }
}

/// In runs, so that each finds its memory as it left it; or one by one after a pause, as a login
/// comes to a service that has little to do.
fn compare(cost: Cost, plan: &Plan, in_runs: bool) -> Result<Table, Failure> {
    let mut wall: [Sample; 3] = Default::default();
    let mut processor: [Sample; 3] = Default::default();
    let mut turns = Turns::new(wall.len(), plan.seed);
    let length = if in_runs { plan.run } else { 1 };
    let rounds = plan.pairs.div_ceil(length);
    let mut subjects = Subjects::new(cost)?;
    for round in 0..rounds {
        // Where memory happens to lie makes a hash some percent faster or slower: draw it again.
        if round % rounds.div_ceil(FRESH) == 0 {
            subjects = Subjects::new(cost)?;
        }
        for at in turns.round() {
            if in_runs {
                subjects.once(at)?;
            } else {
                thread::sleep(plan.pause);
            }
            for _ in 0..length {
                let took = subjects.once(at)?;
                wall[at].push(took.wall);
                processor[at].push(took.processor);
            }
        }
    }
    let over = |one: &Sample, bare: &Sample| {
        format!("{:+.2} %", (one.median() / bare.median() - 1.0) * 100.0)
    };
    let mut table = Table::new(&[
        "",
        "n",
        "p10 ms",
        "median ms",
        "p90 ms",
        "vs bare",
        "processor ms",
        "vs bare",
    ]);
    for (at, name) in Subjects::NAMES.iter().enumerate() {
        table.row([
            (*name).to_owned(),
            wall[at].count().to_string(),
            millis(wall[at].percentile(10.0)),
            millis(wall[at].median()),
            millis(wall[at].percentile(90.0)),
            over(&wall[at], &wall[0]),
            millis(processor[at].median()),
            over(&processor[at], &processor[0]),
        ]);
    }
    Ok(table)
}

/// So often all memory is taken anew.
const FRESH: usize = 10;

/// The bare computation on a thread of its own: what it costs to be off the caller's thread.
struct Handed {
    ask: mpsc::Sender<()>,
    answer: mpsc::Receiver<bool>,
}

impl Handed {
    fn start(cost: Cost) -> Result<Self, Failure> {
        let mut bare = Bare::new(cost)?;
        let (ask, asked) = mpsc::channel();
        let (told, answer) = mpsc::channel();
        // It ends when `ask` is dropped.
        thread::Builder::new().spawn(move || {
            while asked.recv().is_ok() {
                if told.send(bare.verify(PASSWORD)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { ask, answer })
    }

    fn verify(&self) -> Result<(), Failure> {
        self.ask.send(())?;
        self.answer.recv()?;
        Ok(())
    }
}

/// An account that strangers have used up, attempted on and on while the clock stands still.
fn refusals(waits: usize) -> Result<Table, Failure> {
    let limits = HashingLimits::default().with_threads(1);
    let keys = Keys::generate()?;
    let login = |password: &str| Login::new(name("alice", 1), password).from(SOURCE);
    let mut table = Table::new(&["", "n", "p1 µs", "median µs", "p90 µs", "p99 µs", "hashes"]);
    let number = |number| NonZeroU32::new(number).ok_or("zero");
    let narrow = FrontLimits::default().with_per_second(number(20)?).with_burst(number(200)?);
    let wide = FrontLimits::default().with_per_second(NonZeroU32::MAX);
    for (what, rule, front) in [
        ("a wait that is known", Rule::Account, wide),
        ("too many of one source", Rule::Front, narrow),
    ] {
        let door = Door::open_with(MemoryStore::new(), &keys, |builder| {
            builder.cost(Cost::minimal_for_tests()).hashing(limits).front(front)
        })?;
        // Another password each time: one that is tried again counts once.
        for number in 0..narrow.burst().get() {
            let _outcome = door.attempt(login(&format!("{number}")))?;
        }
        let hashed = door.auth().hashing().verifications;
        let mut taken = Sample::default();
        for _ in 0..waits {
            let (outcome, took) = door.timed(login("seven quiet falcon"))?;
            if !matches!(outcome, Outcome::Wait(wait) if wait.rule() == rule) {
                return Err(format!("{what}: {outcome:?}").into());
            }
            taken.push(took.wall);
        }
        let mut row = vec![what.to_owned(), taken.count().to_string()];
        row.extend([1.0, 50.0, 90.0, 99.0].map(|percent| micros(taken.percentile(percent))));
        row.push((door.auth().hashing().verifications - hashed).to_string());
        table.row(row);
    }
    Ok(table)
}
