//! The chart of the trials: what owners got, and how long the health check took, second by second.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::ledger::Who;
use super::trial::Trial;
use crate::door::Failure;

/// SVG: goodput above, health below, each trial a line of its own.
///
/// # Errors
///
/// [`Failure`] where it cannot be drawn.
pub fn draw(trials: &[Trial], seconds: usize) -> Result<String, Failure> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (960, 720)).into_drawing_area();
        root.fill(&WHITE)?;
        let halves = root.split_evenly((2, 1));
        let goodput: Vec<_> = trials.iter().map(|trial| goodput(trial, seconds)).collect();
        panel(&halves[0], trials, &goodput, "owners who got in a second, of 6", 7.0)?;
        let health: Vec<_> = trials.iter().map(|trial| health(trial, seconds)).collect();
        panel(&halves[1], trials, &health, "slowest health check, as 10^x ms", 4.2)?;
        root.present()?;
    }
    Ok(svg)
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    trials: &[Trial],
    lines: &[Vec<f64>],
    title: &str,
    most: f64,
) -> Result<(), Failure> {
    let seconds = lines.first().map_or(1, Vec::len) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..seconds, 0.0..most)?;
    chart
        .configure_mesh()
        .label_style(("sans-serif", 14))
        .x_desc("seconds of flood")
        .y_desc(title)
        .light_line_style(WHITE)
        .draw()?;
    for ((trial, line), color) in trials.iter().zip(lines).zip(COLORS) {
        let points = line.iter().enumerate().map(|(at, value)| (at as f64, *value));
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(trial.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .label_font(("sans-serif", 14))
        .draw()?;
    Ok(())
}

/// Logins of owners that succeeded, by the second in which they were sent.
fn goodput(trial: &Trial, seconds: usize) -> Vec<f64> {
    let mut counts = vec![0.0; seconds];
    for record in trial.ledger.of(Who::Known).chain(trial.ledger.of(Who::New)) {
        let second = usize::try_from(record.at.as_secs()).unwrap_or(usize::MAX);
        if let Some(count) = counts.get_mut(second).filter(|_| record.is_good) {
            *count += 1.0;
        }
    }
    counts
}

/// The slowest of each second, in milliseconds, as the logarithm to the base of ten.
fn health(trial: &Trial, seconds: usize) -> Vec<f64> {
    let mut slowest = vec![0.0_f64; seconds];
    for record in trial.ledger.of(Who::Health) {
        let second = usize::try_from(record.at.as_secs()).unwrap_or(usize::MAX);
        if let Some(slowest) = slowest.get_mut(second) {
            *slowest = slowest.max((record.took.as_secs_f64() * 1e3).max(1.0).log10());
        }
    }
    slowest
}

/// Apart also for those who see no red and green.
const COLORS: [RGBColor; 2] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0)];
