//! The chart of the trials, second by second: what owners got, how long they waited, and how long the health check took.

use std::ops::Range;
use std::time::Duration;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::ledger::Who;
use super::trial::Trial;
use crate::door::Failure;

/// SVG: a panel for each figure, in it a line for each trial.
///
/// # Errors
///
/// [`Failure`] where it cannot be drawn.
pub fn draw(trials: &[Trial], seconds: usize) -> Result<String, Failure> {
    let mut svg = String::new();
    {
        let panels: [Panel; 4] = [
            Panel {
                title: "owners who got in, of 8 a second",
                axis: Axis::Counts(0.0..9.0),
                of: goodput,
            },
            Panel {
                title: "slowest owner's login, ms (10,000: nothing)",
                axis: Axis::Millis,
                of: |trial, seconds| slowest(trial, seconds, &OWNERS),
            },
            Panel {
                title: "slowest health check, ms (10,000: nothing)",
                axis: Axis::Millis,
                of: |trial, seconds| slowest(trial, seconds, &[Who::Health]),
            },
            Panel { title: "resident, MiB", axis: Axis::Mebibytes, of: resident },
        ];
        let root = SVGBackend::with_string(&mut svg, (960, 1_360)).into_drawing_area();
        root.fill(&WHITE)?;
        for (area, panel) in root.split_evenly((panels.len(), 1)).iter().zip(&panels) {
            panel.draw(area, trials, seconds)?;
        }
        root.present()?;
    }
    Ok(svg)
}

/// One figure over time.
struct Panel {
    title: &'static str,
    axis: Axis,
    /// Of a trial that took so many seconds, for each of them; `None` where there was nothing to be counted.
    of: fn(&Trial, usize) -> Vec<Option<f64>>,
}

impl Panel {
    fn draw(
        &self,
        area: &DrawingArea<SVGBackend<'_>, Shift>,
        trials: &[Trial],
        seconds: usize,
    ) -> Result<(), Failure> {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(72)
            .build_cartesian_2d(0.0..seconds.max(1) as f64, self.axis.range())?;
        chart
            .configure_mesh()
            .label_style(("sans-serif", 14))
            .x_desc("seconds of flood")
            .y_desc(self.title)
            .y_labels(self.axis.labels())
            .y_label_formatter(&|at| self.axis.name(*at))
            .light_line_style(WHITE)
            .draw()?;
        for (trial, color) in trials.iter().zip(COLORS) {
            let values = (self.of)(trial, seconds).into_iter().enumerate();
            let points = values.filter_map(|(at, it)| Some((at as f64, self.axis.place(it?))));
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))?
                .label(&trial.name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3))
                });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::MiddleRight)
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(200, 200, 200))
            .label_font(("sans-serif", 14))
            .draw()?;
        Ok(())
    }
}

/// Upwards.
enum Axis {
    Counts(Range<f64>),
    /// Logarithmic, from 10 to 100,000.
    Mebibytes,
    /// Logarithmic, from a millisecond to as long as anybody waits.
    Millis,
}

impl Axis {
    fn range(&self) -> Range<f64> {
        match self {
            Self::Counts(range) => range.clone(),
            Self::Mebibytes => 1.0..5.0,
            Self::Millis => 0.0..4.1,
        }
    }

    fn place(&self, value: f64) -> f64 {
        match self {
            Self::Counts(_) => value,
            Self::Mebibytes => value.max(10.0).log10(),
            Self::Millis => value.max(1.0).log10(),
        }
    }

    fn name(&self, at: f64) -> String {
        match self {
            Self::Counts(_) => format!("{at:.0}"),
            Self::Mebibytes | Self::Millis => format!("{:.0}", 10_f64.powf(at)),
        }
    }

    fn labels(&self) -> usize {
        match self {
            Self::Counts(_) => 10,
            // A power of ten each.
            Self::Mebibytes | Self::Millis => 5,
        }
    }
}

/// Logins of owners that succeeded, by the second in which they were to be sent.
fn goodput(trial: &Trial, seconds: usize) -> Vec<Option<f64>> {
    let mut counts = vec![Some(0.0); seconds];
    for record in OWNERS.iter().flat_map(|who| trial.ledger.of(*who)) {
        if let Some(Some(count)) = counts.get_mut(second(record.at)).filter(|_| record.is_good) {
            *count += 1.0;
        }
    }
    counts
}

/// The slowest of each second, in milliseconds. Whoever got nothing has waited as long as anybody does: an end that comes
/// quickly is no better.
fn slowest(trial: &Trial, seconds: usize, kinds: &[Who]) -> Vec<Option<f64>> {
    let mut slowest = vec![None; seconds];
    for record in kinds.iter().flat_map(|who| trial.ledger.of(*who)) {
        if let Some(slowest) = slowest.get_mut(second(record.at)) {
            let took = if record.is_good { record.took.min(NOTHING) } else { NOTHING };
            let took = took.as_secs_f64() * 1e3;
            *slowest = Some(slowest.unwrap_or(0.0_f64).max(took));
        }
    }
    slowest
}

/// The most of each second; nothing once the service has ended.
fn resident(trial: &Trial, seconds: usize) -> Vec<Option<f64>> {
    let mut most = vec![None; seconds];
    for (at, kib) in &trial.memory {
        if let Some(most) = most.get_mut(second(*at)) {
            *most = Some(most.unwrap_or(0.0_f64).max(*kib as f64 / 1024.0));
        }
    }
    most
}

fn second(at: Duration) -> usize {
    usize::try_from(at.as_secs()).unwrap_or(usize::MAX)
}

const OWNERS: [Who; 3] = [Who::Known, Who::Home, Who::Elsewhere];

const NOTHING: Duration = Duration::from_secs(10);

/// Apart also for those who see no red and green.
const COLORS: [RGBColor; 3] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115)];
