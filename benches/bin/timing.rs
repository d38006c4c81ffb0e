//! Can the kind of a rejection be told by how long it takes?
//!
//! Every attempt here is rejected. They differ in why, and nobody outside may notice: law 1. Each
//! kind is attempted as often as every other, in rounds whose order is drawn anew each time, and
//! compared with `wrong`.

use std::ops::RangeInclusive;

use doorward::{Cost, HashingLimits, Keys, Login, MemoryStore, Outcome};
use doorward_benches::{
    Door, Failure, LONG_AFTER, Options, PASSWORD, SOURCE, Sample, Table, Took, Turns, Welch, cores,
    crop_together, millis, name, processor,
};
use doorward_store::FaultyStore;

const USAGE: &str = "timing [--attempts 1000] [--cost default|minimal] [--seed 1]";

/// Identifiers of one kind. An account is used again after this many rounds, when all that was
/// counted on it has lapsed; so is an unknown name, or its rows would be new where others are not.
const CROWD: usize = 16;

/// Of both that are compared, in percent.
const CROP: f64 = 5.0;

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["attempts", "cost", "seed"], USAGE)? else {
        return Ok(());
    };
    let attempts: usize = options.number("attempts", 1_000)?;
    let seed: u64 = options.number("seed", 1)?;
    let cost = options.cost()?;

    let store = FaultyStore::new(MemoryStore::new());
    let mut kinds = Kind::all(cost);
    let door = set_up(&store, cost, &kinds)?;
    println!("timing: --attempts {attempts} --cost {cost} --seed {seed}");
    println!("{} cores, {}", cores(), processor());
    println!("one hashing thread, one attempt at a time, {CROWD} identifiers of each kind");
    println!(
        "each attempt {} days after the last: no wait interferes\n",
        LONG_AFTER.as_secs() / 86_400
    );

    let mut turns = Turns::new(kinds.len(), seed);
    for round in 0..CROWD + attempts {
        for at in turns.round() {
            let took = kinds[at].attempt(&door, &store, round % CROWD)?;
            // The first time each identifier is tried, its rows are made: that is not measured.
            if round >= CROWD {
                kinds[at].wall.push(took.wall);
                kinds[at].processor.push(took.processor);
            }
        }
    }
    report(&kinds);
    Ok(())
}

/// Makes the accounts. Those of `old` and `weak` are hashed at less than `cost`.
fn set_up(store: &FaultyStore<MemoryStore>, cost: Cost, kinds: &[Kind]) -> Result<Door, Failure> {
    let keys = Keys::generate()?;
    // One thread: a second one would make memory and caches a matter of chance.
    let limits = HashingLimits::default().with_threads(1);
    let door = Door::open(store.clone(), &keys, cost, limits)?;
    for kind in kinds {
        let Account::Of { hashed_at, disabled } = kind.account else {
            continue;
        };
        let other = match hashed_at {
            Some(cost) => Some(Door::open(store.clone(), &keys, cost, limits)?),
            None => None,
        };
        for number in 0..CROWD {
            let identifier = name(kind.name, number);
            other.as_ref().unwrap_or(&door).register(&identifier)?;
            if disabled {
                door.disable(&identifier)?;
            }
        }
    }
    Ok(door)
}

/// A kind of rejection, and what was seen of it.
struct Kind {
    name: &'static str,
    says: &'static str,
    account: Account,
    password: String,
    wall: Sample,
    processor: Sample,
    calls: Option<RangeInclusive<u64>>,
    blocks: Option<RangeInclusive<u64>>,
}

/// Whose identifier it is.
enum Account {
    Nobodys,
    Of {
        /// Where it is not the present cost.
        hashed_at: Option<Cost>,
        disabled: bool,
    },
}

impl Kind {
    /// All there are where new hashes cost `cost`: a stored one is outdated only if it cost less.
    fn all(cost: Cost) -> Vec<Self> {
        let of = |hashed_at, disabled| Account::Of { hashed_at, disabled };
        let kind = |name, says, account, password: &str| Self {
            name,
            says,
            account,
            password: password.to_owned(),
            wall: Sample::default(),
            processor: Sample::default(),
            calls: None,
            blocks: None,
        };
        let least_memory = Cost::new(7_168, 5, 1).unwrap_or_default();
        let wrong = "seven quiet falcon";
        let long = "h".repeat(4_096);
        let mut kinds = vec![
            kind("wrong", "wrong password", of(None, false), wrong),
            kind("again", "wrong password: a control", of(None, false), wrong),
            kind("unknown", "nobody's identifier", Account::Nobodys, PASSWORD),
            kind("disabled", "right password, shut account", of(None, true), PASSWORD),
            kind("overlong", "password of 4096 bytes", of(None, false), &long),
            kind("empty", "empty password", of(None, false), ""),
        ];
        let weaker = [
            ("old", "hash of 7 MiB, 5 passes", least_memory),
            ("weak", "hash of 8 KiB, 1 pass", Cost::minimal_for_tests()),
        ];
        for (name, says, at) in weaker {
            if at.work() < cost.work() {
                kinds.push(kind(name, says, of(Some(at), false), wrong));
            }
        }
        kinds
    }

    fn title(&self) -> String {
        format!("{:<9} {}", self.name, self.says)
    }

    /// One attempt of this kind, by one of its identifiers.
    fn attempt(
        &mut self,
        door: &Door,
        store: &FaultyStore<MemoryStore>,
        number: usize,
    ) -> Result<Took, Failure> {
        door.forget();
        store.reset_log();
        let before = door.auth().hashing().blocks;
        let login = Login::new(name(self.name, number), self.password.as_str()).from(SOURCE);
        let (outcome, took) = door.timed(login)?;
        if !matches!(outcome, Outcome::Rejected) {
            return Err(format!("{} was not rejected: {outcome:?}", self.name).into());
        }
        widen(&mut self.calls, store.calls().len() as u64);
        widen(&mut self.blocks, door.auth().hashing().blocks - before);
        Ok(took)
    }
}

fn widen(seen: &mut Option<RangeInclusive<u64>>, value: u64) {
    let (low, high) = seen.take().map_or((value, value), RangeInclusive::into_inner);
    *seen = Some(low.min(value)..=high.max(value));
}

fn shown(seen: &Option<RangeInclusive<u64>>) -> String {
    match seen {
        Some(range) if range.start() == range.end() => range.start().to_string(),
        Some(range) => format!("{}..{}", range.start(), range.end()),
        None => String::new(),
    }
}

fn report(kinds: &[Kind]) {
    println!("On the wall clock, as a caller sees it:\n{}", compare(kinds, |kind| &kind.wall));
    println!("In processor time, which other programs disturb less:");
    println!("{}", compare(kinds, |kind| &kind.processor));
    let mut table = Table::new(&["each attempt", "store calls", "blocks hashed"]);
    for kind in kinds {
        table.row([kind.title(), shown(&kind.calls), shown(&kind.blocks)]);
    }
    println!("{table}");
    println!("t is Welch's, against `wrong`. Noise stays within ±{}.", Welch::LEAK);
    println!("`again` is `wrong` a second time: what it shows is what this machine makes up.");
}

fn compare(kinds: &[Kind], sample: impl Fn(&Kind) -> &Sample) -> Table {
    let cropped = format!("t, {CROP}% off");
    let mut table =
        Table::new(&["", "n", "median ms", "mean ms", "sd ms", "median vs wrong", "t", &cropped]);
    let wrong = sample(&kinds[0]);
    for kind in kinds {
        let taken = sample(kind);
        let (ours, theirs) = crop_together(taken, wrong, CROP);
        let difference = (taken.median() / wrong.median() - 1.0) * 100.0;
        table.row([
            kind.title(),
            taken.count().to_string(),
            millis(taken.median()),
            millis(taken.mean()),
            millis(taken.deviation()),
            format!("{difference:+.3} %"),
            format!("{:+.2}", Welch::compare(taken, wrong).t),
            format!("{:+.2}", Welch::compare(&ours, &theirs).t),
        ]);
    }
    table
}
