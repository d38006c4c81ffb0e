//! A simulation that compares throttling policies under password guessing.

pub mod arguments;
pub mod report;

mod addresses;
mod attempt;
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

use self::arguments::LabArguments;
use self::report::{Report, ScenarioResult};
use self::running::Lab;
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
    let compared = systems.len();
    if arguments.with_ablations {
        systems.extend(ours_variants::all());
    }
    let names: Vec<_> = systems.iter().map(|system| system.name).collect();
    let lab = Lab::new(arguments.seed, arguments.scale, &systems);
    let result = |scenario: &scenario::Scenario| ScenarioResult {
        name: scenario.name,
        title: scenario.title,
        scores: lab.scores(scenario),
    };
    let report = Report {
        systems: names[..compared].to_vec(),
        ablations: names[compared..].to_vec(),
        results: arguments.scenarios.iter().map(result).collect(),
    };
    if let Some(folder) = &arguments.out {
        let failed = |error| Failure::of_run("the results could not be written", error);
        write(&report, folder).map_err(failed)?;
    }
    Ok(report)
}

fn write(report: &Report, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in [("lab.csv", report.sheet()?)] {
        let mut draft = Draft::create(&folder.join(name))?;
        draft.write_all(&text)?;
        draft.commit()?;
    }
    Ok(())
}
