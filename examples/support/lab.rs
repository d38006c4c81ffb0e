//! A simulation that compares throttling policies under password guessing.

pub mod arguments;
pub mod report;

mod addresses;
mod attempt;
mod comparison;
mod drawing;
mod event;
mod guessers;
mod mixed;
mod ours;
mod ours_variants;
mod owners;
mod password;
mod people;
mod play;
mod running;
mod scale;
mod scenario;
mod score;
mod systems;

use std::io::Write;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use self::arguments::LabArguments;
use self::comparison::Comparison;
use self::report::Report;
use self::running::Lab;
use self::scale::Scale;
use self::scenario::Scenario;
use self::systems::Entrant;
use crate::draft::Draft;
use crate::failure::Failure;

/// Runs every system through the scenarios.
///
/// # Errors
///
/// [`Failure`] when the drawing or the numbers cannot be written.
pub fn run(arguments: &LabArguments) -> Result<Report, Failure> {
    let mut systems = systems::baselines();
    systems.push(ours_variants::recommended());
    let mut variants = vec![ours_variants::recommended()];
    variants.extend(ours_variants::all());

    let (whole, reduced) = (arguments.scale, arguments.scale.reduced());
    let mut attempts = attempts(&arguments.scenarios, whole, systems.len());
    if arguments.with_ablations {
        attempts += self::attempts(&arguments.scenarios, reduced, variants.len());
    }
    let bar = progress(attempts);
    let compare = |scale, systems| compare(arguments, scale, systems, &bar);
    let systems = compare(whole, &systems);
    let ablations = arguments.with_ablations.then(|| compare(reduced, &variants));
    bar.finish_and_clear();

    let report = Report { systems, ablations };
    if let Some(folder) = &arguments.out {
        let failed = |error| Failure::of_run("the results could not be written", error);
        write(&report, folder).map_err(failed)?;
    }
    Ok(report)
}

fn compare(
    arguments: &LabArguments,
    scale: Scale,
    systems: &[Entrant],
    bar: &ProgressBar,
) -> Comparison {
    let lab = Lab::new(arguments.seed, scale, systems, bar);
    Comparison {
        accounts: scale.accounts,
        names: systems.iter().map(|system| system.name).collect(),
        scenarios: arguments.scenarios.clone(),
        scores: arguments.scenarios.iter().map(|scenario| lab.scores(scenario)).collect(),
    }
}

fn write(report: &Report, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let files = [("lab.csv", report.sheet()?), ("lab.svg", drawing::draw(report)?)];
    for (name, text) in files {
        let mut draft = Draft::create(&folder.join(name))?;
        draft.write_all(&text)?;
        draft.commit()?;
    }
    Ok(())
}

/// Logins and guesses, of all systems together.
fn attempts(scenarios: &[Scenario], scale: Scale, systems: usize) -> u64 {
    let of = |scenario: &Scenario| u64::from(scale.guesses() + scenario.attack.guesses(scale));
    scenarios.iter().map(of).sum::<u64>() * systems as u64
}

fn progress(attempts: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent} %, {eta} left");
    let bar = ProgressBar::new(attempts);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
