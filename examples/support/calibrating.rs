//! What a hash may cost here: all that was measured, and the lines to paste.

use std::fmt;
use std::time::Duration;

use doorward::{
    Calibration, Candidate, Comparison, HashingLimits, MeasureError, Recommendation, calibrate,
};

use crate::calibrate_arguments::CalibrateArguments;
use crate::columns::table;
use crate::failure::Failure;

/// Measures on this machine.
///
/// # Errors
///
/// [`Failure`] when a hash could not be computed.
pub fn run(arguments: &CalibrateArguments) -> Result<Report, Failure> {
    let calibration = calibrate(arguments.demand, arguments.budget, arguments.backend);
    let failed = |error: MeasureError| Failure::of_run("not measured", error);
    Ok(Report(calibration.map_err(failed)?))
}

/// A calibration, told to a person.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "it is nothing but the calibration")]
pub struct Report(pub Calibration);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if cfg!(debug_assertions) {
            f.write_str(
                "Built without optimisation: build with --release for figures that hold.\n\n",
            )?;
        }
        let recommended = match &self.0 {
            Calibration::Met(recommendation) => Some(recommendation.candidate()),
            Calibration::Unmet(_) => None,
        };
        f.write_str(&candidates(self.0.considered(), recommended))?;
        f.write_str(NOTES)?;
        match &self.0 {
            Calibration::Met(recommendation) => f.write_str(&recommended_in_full(recommendation)),
            Calibration::Unmet(shortfall) => writeln!(f, "\n{shortfall}."),
        }
    }
}

const NOTES: &str = "
alone, busy: milliseconds of one hash, without and with all permits hashing at once.
logins: a second, with the threads as busy as they may be. load, wait, latency: at the peak.
guess: what a guess costs an attacker with hardware made for it, the OWASP minimum (19 MiB, t=2) = 1.
";

fn candidates(considered: &[Candidate], recommended: Option<&Candidate>) -> String {
    let heading = [
        "m KiB", "t", "p", "permits", "alone", "busy", "logins", "MiB", "load", "wait", "latency",
        "guess", "",
    ];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let mut considered: Vec<_> = considered.iter().collect();
    considered.sort_by_key(|one| (one.permits(), one.cost().t(), one.cost().m_kib()));
    rows.extend(considered.into_iter().map(|one| {
        let (cost, timing) = (one.cost(), one.timing());
        vec![
            cost.m_kib().to_string(),
            cost.t().to_string(),
            cost.p().to_string(),
            one.permits().to_string(),
            milliseconds(timing.alone()),
            milliseconds(timing.busy()),
            format!("{:.1}", one.logins_per_second()),
            (one.memory_kib() / 1_024).to_string(),
            format!("{:.0} %", 100.0 * one.utilisation()),
            milliseconds(one.wait()),
            milliseconds(one.latency()),
            format!("{:.1}", one.guess_relative_to_owasp()),
            verdict(one, recommended).to_owned(),
        ]
    }));
    table(&rows)
}

fn verdict(candidate: &Candidate, recommended: Option<&Candidate>) -> &'static str {
    match candidate.fits() {
        _ if recommended == Some(candidate) => "<- recommended",
        true => "fits",
        false => "too much",
    }
}

fn recommended_in_full(recommendation: &Recommendation) -> String {
    let candidate = recommendation.candidate();
    let limits = HashingLimits::from(recommendation);
    let line = |name: &str, value: String| vec![name.to_owned(), value];
    let figures = table(&[
        line("recommended", recommendation.cost().to_string()),
        line("hashes at once", recommendation.permits().to_string()),
        line("memory in all", format!("{} MiB", candidate.memory_kib() / 1_024)),
        line("processors at the peak", format!("{:.0} %", 100.0 * candidate.processor_share())),
        line("login at the peak", format!("{} ms", milliseconds(candidate.latency()))),
        line(
            "99 of 100 wait at most",
            format!("{} ms", milliseconds(candidate.wait_of_99_percent())),
        ),
        line(
            "waiting within the deadline",
            format!("{} in {:?}", candidate.queue(), candidate.deadline()),
        ),
    ]);
    let mut rows =
        vec![["compared with", "", "memory", "work", "guess"].map(str::to_owned).to_vec()];
    rows.extend(recommendation.comparisons().iter().map(comparison));
    let cost = recommendation.cost();
    format!(
        "\n{figures}\n{}\n\
         .cost(Cost::new({}, {}, {})?)\n\
         .hashing(\n    \
             HashingLimits::default()\n        \
                 .with_threads({})\n        \
                 .with_queue({})\n        \
                 .with_deadline(Duration::from_millis({})),\n\
         )\n",
        table(&rows),
        cost.m_kib(),
        cost.t(),
        cost.p(),
        limits.threads(),
        limits.queue(),
        limits.deadline().as_millis(),
    )
}

fn comparison(comparison: &Comparison) -> Vec<String> {
    let mut row = vec![comparison.name().to_owned(), comparison.standard().to_string()];
    let figures = [comparison.memory(), comparison.work(), comparison.guess()];
    row.extend(figures.map(|figure| format!("{figure:.3}")));
    row
}

/// A wait without end is `inf`.
fn milliseconds(time: Duration) -> String {
    match time {
        Duration::MAX => f64::INFINITY.to_string(),
        time => format!("{:.1}", 1e3 * time.as_secs_f64()),
    }
}
