//! What do owners get, while guessers send many times more logins than the service can hash?
//!
//! The login server of doorward, and services written with axum and password-auth, one after the other: the capacity of each
//! is measured, then it is flooded with guesses from many networks of loopback, four addresses of each, every guess on a
//! connection of its own, at a rate that does not depend on the answers. Meanwhile owners log in, eight a second: four on known
//! devices, two on new ones where they have logged in before, and two on new ones in networks that nobody has come from (with
//! the code that they are sent, where one is asked for; and up to three times, a second apart, where the service says that
//! it cannot decide). The health of the service is asked for ten times a second. Every time counts from when a request was to be sent.

use std::path::PathBuf;
use std::time::Duration;

use doorward_benches::http::unless_told_to_end;
use doorward_benches::overload::{Subject, Trial, Who, draw};
use doorward_benches::{Failure, Options, Table, cores, mib, millis, processor};

const USAGE: &str = "overload [--seconds 60] [--times 20] [--networks 5000] [--rest 30] [--cost default|minimal]\n         \
                     [--peers PROGRAM,...|none] [--out FOLDER]\n\
                     the peers are built by `cargo build --release --manifest-path benches/password_auth/Cargo.toml`";

const PEERS: &str = "benches/password_auth/target/release/password_auth_server,\
                     benches/password_auth/target/release/password_auth_bounded_server";

fn main() -> Result<(), Failure> {
    let names = ["seconds", "times", "networks", "rest", "cost", "peers", "out"];
    let Some(options) = Options::read(&names, USAGE)? else { return Ok(()) };
    let seconds: usize = options.number("seconds", 60)?;
    let times: f64 = options.number("times", 20.0)?;
    let networks: u32 = options.number("networks", 5_000)?;
    let rest = Duration::from_secs(options.number("rest", 30)?);
    let cost = options.text("cost", "default").to_owned();
    options.cost()?;
    let peers = options.text("peers", PEERS);
    println!("overload: --seconds {seconds} --times {times} --networks {networks} --cost {cost}");
    println!("{} cores, {}; the guessers run on the same\n", cores(), processor());

    let mut subjects = vec![Subject::Doorward { cost }];
    for program in peers.split(',').filter(|peer| *peer != "none").map(PathBuf::from) {
        let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
        subjects.push(Subject::Peer { name: name.into_owned(), program });
    }
    // One thread: the rest of the machine is the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let length = Duration::from_secs(u64::try_from(seconds)?);
    let mut trials = Vec::new();
    for subject in &subjects {
        let trial = Trial::of(subject, networks, times, length, rest);
        trials.push(runtime.block_on(unless_told_to_end(trial))?);
    }
    let table = table(&trials, seconds);
    println!("{}", table.markdown());
    for trial in &trials {
        println!("{}:", trial.name);
        for (who, name) in [
            (Who::Hostile, "guesses"),
            (Who::Known, "known devices"),
            (Who::Home, "new devices at home"),
            (Who::Elsewhere, "new devices elsewhere"),
            (Who::Health, "health"),
        ] {
            println!("  {name}: {}", trial.ledger.answers(who));
        }
    }
    if let Some(folder) = Some(options.text("out", "")).filter(|folder| !folder.is_empty()) {
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("overload.svg"), draw(&trials, seconds)?)?;
        std::fs::write(folder.join("overload.csv"), csv(&trials))?;
        std::fs::write(folder.join("overload.md"), table.markdown())?;
    }
    Ok(())
}

fn table(trials: &[Trial], seconds: usize) -> Table {
    let headings: Vec<_> =
        ["under overload"].into_iter().chain(trials.iter().map(|it| it.name.as_str())).collect();
    let mut table = Table::new(&headings);
    let mut row = |name: &str, of: &dyn Fn(&Trial) -> String| {
        table.row([name.to_owned()].into_iter().chain(trials.iter().map(of)));
    };
    let share = |trial: &Trial, who| {
        let (good, all) = trial.ledger.good(who);
        format!("{good} of {all} ({:.1} %)", 100.0 * good as f64 / all.max(1) as f64)
    };
    let times = |trial: &Trial, who: Who| {
        let times = trial.ledger.times(who);
        let shown = [50.0, 95.0, 99.0, 100.0].map(|percent| millis(times.percentile(percent)));
        shown.join(" / ")
    };
    row("logins a second that it can hash", &|trial| format!("{:.0}", trial.capacity));
    row("guesses a second, asked for", &|trial| format!("{:.0}", trial.asked));
    row("guesses a second, sent", &|trial| {
        let (_, all) = trial.ledger.good(Who::Hostile);
        format!("{:.0} ({} not sent)", all as f64 / seconds as f64, trial.unsent)
    });
    row("owners on known devices who got in", &|trial| share(trial, Who::Known));
    for (who, name) in [(Who::Home, "at home"), (Who::Elsewhere, "elsewhere")] {
        row(&format!("owners on new devices, {name}, who got in"), &|trial| share(trial, who));
        row("of these, at the first of three tries", &|trial| {
            trial.ledger.good_at_once(who).to_string()
        });
    }
    row("known devices, ms: median / 95 % / 99 % / most", &|trial| times(trial, Who::Known));
    row("new devices at home, ms: the same", &|trial| times(trial, Who::Home));
    row("new devices elsewhere, ms: the same", &|trial| times(trial, Who::Elsewhere));
    row("health checks that were answered", &|trial| share(trial, Who::Health));
    row("health checks, ms: the same", &|trial| times(trial, Who::Health));
    row("resident before / at its peak / after, MiB", &|trial| trial.resident.map(mib).join(" / "));
    row("the service itself", &|trial| match trial.ended {
        Some(at) => format!("ended after {} s", at.as_secs()),
        None => "stayed up".to_owned(),
    });
    table
}

/// Every request but the guesses, which are counted by second.
fn csv(trials: &[Trial]) -> String {
    let mut text = "service,who,at_ms,took_ms,good,answer\n".to_owned();
    for trial in trials {
        for who in [Who::Known, Who::Home, Who::Elsewhere, Who::Health] {
            for record in trial.ledger.of(who) {
                let (at, took) = (record.at.as_millis(), record.took.as_secs_f64() * 1e3);
                text.push_str(&format!(
                    "{},{who:?},{at},{took:.3},{},{}\n",
                    trial.name, record.is_good, record.what
                ));
            }
        }
    }
    text
}
