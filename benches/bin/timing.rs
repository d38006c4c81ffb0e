//! Can the kind of a rejection be told by how long it takes?
//!
//! Every attempt here is rejected. They differ in why, and nobody outside may notice: law 1. Each
//! kind is attempted as often as every other, in rounds whose order is drawn anew each time, and
//! each is compared with every other.

use doorward::{Cost, HashKind, HashingLimits, Keys, MemoryStore};
use doorward_benches::{
    Door, Failure, LONG_AFTER, Options, Rejection, Sample, Table, Turns, Welch, cores,
    crop_together, millis, processor,
};
use doorward_store::FaultyStore;

const USAGE: &str = "timing [--attempts 1000] [--imports former,ssha,...] [--cost default|minimal] \
                     [--seed 1]\n\
                     imports: former, bcrypt, pbkdf2, phpass, scrypt, sha-crypt, ssha; or none";

/// Identifiers of one kind. An account is used again after this many rounds, when all that was
/// counted on it has lapsed; so is an unknown name, or its rows would be new where others are not.
const CROWD: usize = 16;

/// Of both that are compared, in percent.
const CROP: f64 = 5.0;

/// What two kinds may differ by, in percent of the time of a login.
const MOST: f64 = 2.0;

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["attempts", "imports", "cost", "seed"], USAGE)? else {
        return Ok(());
    };
    let attempts: usize = options.number("attempts", 1_000)?;
    let seed: u64 = options.number("seed", 1)?;
    let imports = options.text("imports", "former,ssha");
    let cost = options.cost()?;

    let store = FaultyStore::new(MemoryStore::new());
    let imports = if imports == "none" { "" } else { imports };
    let mut kinds = Rejection::all(imports, Cost::new(7_168, 5, 1)?)?;
    let door = set_up(&store, cost, &kinds)?;
    println!("timing: --attempts {attempts} --imports {imports} --cost {cost} --seed {seed}");
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

/// Makes the accounts. The door expects whatever kinds of hashes they have.
fn set_up(
    store: &FaultyStore<MemoryStore>,
    cost: Cost,
    kinds: &[Rejection],
) -> Result<Door, Failure> {
    let keys = Keys::generate()?;
    // One thread: a second one would make memory and caches a matter of chance.
    let limits = HashingLimits::default().with_threads(1);
    let expected: Vec<HashKind> =
        kinds.iter().filter_map(|kind| kind.kind().transpose()).collect::<Result<_, _>>()?;
    let door = Door::open_with(store.clone(), &keys, |builder| {
        builder.cost(cost).hashing(limits).expecting(expected)
    })?;
    for kind in kinds {
        let former = kind.former_cost();
        let former =
            former.map(|cost| Door::open(store.clone(), &keys, cost, limits)).transpose()?;
        for number in 0..CROWD {
            kind.make(former.as_ref().unwrap_or(&door), number)?;
        }
    }
    Ok(door)
}

fn report(kinds: &[Rejection]) {
    println!("On the wall clock, as a caller sees it:\n{}", compare(kinds, |kind| &kind.wall));
    println!("In processor time, which other programs disturb less:");
    println!("{}", compare(kinds, |kind| &kind.processor));
    println!("t is Welch's, against `wrong`. Noise stays within ±{}.", Welch::LEAK);
    println!("`again` is `wrong` a second time: what it shows is what this machine makes up.\n");

    pairs("on the wall clock", kinds, |kind| &kind.wall);
    pairs("in processor time", kinds, |kind| &kind.processor);
    let mut table = Table::new(&["each attempt", "store calls", "blocks hashed"]);
    for kind in kinds {
        table.row([kind.title(), kind.calls(), kind.blocks()]);
    }
    println!("{table}");
}

fn compare(kinds: &[Rejection], sample: impl Fn(&Rejection) -> &Sample) -> Table {
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

/// The medians of each two kinds: the row's less the column's, in percent of that of `wrong`.
fn pairs(clock: &str, kinds: &[Rejection], sample: impl Fn(&Rejection) -> &Sample) {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let mut table = Table::new(&[&[""], &names[..names.len() - 1]].concat());
    let whole = sample(&kinds[0]).median();
    let mut largest = (0.0_f64, "", "");
    for (at, row) in kinds.iter().enumerate().skip(1) {
        let mut cells = vec![row.name.to_owned()];
        for column in &kinds[..at] {
            let apart = (sample(row).median() - sample(column).median()) / whole * 100.0;
            if apart.abs() > largest.0.abs() {
                largest = (apart, row.name, column.name);
            }
            cells.push(format!("{apart:+.2}"));
        }
        table.row(cells);
    }
    let (apart, row, column) = largest;
    let verdict = if apart.abs() <= MOST { "within" } else { "ABOVE" };
    println!("Every pair of medians {clock}, row less column, in % of `wrong`:\n{table}");
    println!("Largest: {row} and {column}, {apart:+.2} %: {verdict} the {MOST} % allowed.\n");
}
