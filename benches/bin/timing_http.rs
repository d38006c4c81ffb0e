//! Can an account be told from none by how long its refusal takes over HTTP, or by what it says?
//!
//! Wrong passwords for accounts, and passwords for names that nobody has, in an order that is drawn: each from an address of
//! its own, so that no wait interferes, each on a connection of its own, that is open before the time runs.

use std::net::Ipv4Addr;

use doorward_benches::http::{Child, Connection, Reply, post};
use doorward_benches::{
    Failure, Folder, Options, Sample, Table, Turns, Welch, cores, crop_together, millis, processor,
    time,
};

const USAGE: &str = "timing_http [--attempts 2000] [--cost default|minimal] [--seed 1]";

/// Of both that are compared, in percent: what something else on the machine has held up.
const CROP: f64 = 5.0;

/// No detection refuses the rest of it: what is measured is the refusal of a password.
const POLICY: &str = "[detection]\npasswords = \"alarm_only\"\nnetworks = \"alarm_only\"\nsurges = \"alarm_only\"\n\
                      popular = \"alarm_only\"\n";

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["attempts", "cost", "seed"], USAGE)? else { return Ok(()) };
    let attempts: usize = options.number("attempts", 2_000)?;
    let seed: u64 = options.number("seed", 1)?;
    let cost = options.text("cost", "default").to_owned();
    options.cost()?;
    println!("timing_http: --attempts {attempts} --cost {cost} --seed {seed}");
    println!("{} cores, {}\n", cores(), processor());

    let folder = Folder::new("timing_http")?;
    let names: Vec<_> =
        (0..attempts).map(|number| format!("user{number:06}@example.com")).collect();
    let rows: Vec<_> = names.iter().map(|name| format!("{name},owner of {name}")).collect();
    let users =
        folder.write("users.csv", &format!("identifier,password\n{}\n", rows.join("\n")))?;
    let policy = folder.write("policy.toml", POLICY)?;
    let outbox = folder.path("outbox");
    let arguments = [
        "--listen",
        "127.0.0.1:0",
        "--threads",
        "1",
        "--cost",
        &cost,
        "--users",
        &users,
        "--policy",
        &policy,
        "--outbox",
        &outbox,
    ]
    .map(str::to_owned);
    let server = Child::start(&Child::login_server()?, &arguments)?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut samples, mut replies) = ([Sample::default(), Sample::default()], Vec::<Reply>::new());
    let mut turns = Turns::new(2, seed);
    for (number, of_account) in names.iter().enumerate() {
        for kind in turns.round() {
            let name =
                if kind == 0 { of_account.clone() } else { of_account.replace("user", "none") };
            let body = format!(r#"{{"username":"{name}","password":"guess {number:06}"}}"#);
            let request = post("/login", &body);
            let opening = Connection::open(source(2 * number + kind), server.port());
            let mut connection = runtime.block_on(opening)?;
            let (reply, took) = time(|| runtime.block_on(connection.send(&request)));
            let reply = reply?;
            if reply.status != 401 {
                return Err(
                    format!("an attempt was answered {}: {}", reply.status, reply.head).into()
                );
            }
            samples[kind].push(took.wall);
            if replies.first() != Some(&reply) {
                replies.push(reply);
            }
        }
    }
    report(&samples, &replies)
}

/// Each in a network (/24) of its own.
fn source(number: usize) -> Ipv4Addr {
    let number = u32::try_from(number % 60_000).unwrap_or_default() + 256;
    Ipv4Addr::from(0x7f00_0001 + (number << 8))
}

fn report(samples: &[Sample; 2], replies: &[Reply]) -> Result<(), Failure> {
    let mut table = Table::new(&["refused", "attempts", "median ms", "mean ms", "deviation ms"]);
    for (name, sample) in ["wrong password", "unknown name"].iter().zip(samples) {
        table.row([
            (*name).to_owned(),
            sample.count().to_string(),
            millis(sample.median()),
            millis(sample.mean()),
            millis(sample.deviation()),
        ]);
    }
    println!("{table}");
    let whole = Welch::compare(&samples[0], &samples[1]);
    let (one, two) = crop_together(&samples[0], &samples[1], CROP);
    let cropped = Welch::compare(&one, &two);
    println!(
        "Welch's t of all: {:.2}; without the slowest {CROP} % of both: {:.2}",
        whole.t, cropped.t
    );
    println!("beyond ±{} it would be a leak\n", Welch::LEAK);
    match replies {
        [only] => {
            println!("all answers are the same but for `date`:\n{}\n", only.head);
            println!("{}", String::from_utf8_lossy(&only.body));
            Ok(())
        }
        others => Err(format!("{} different answers: {:#?}", others.len(), others.get(..2)).into()),
    }
}
