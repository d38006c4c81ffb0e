//! A drawing of a report, as SVG.

mod axis;
mod bars;
mod ink;
mod scatter;

use std::io;

use plotters::prelude::*;

use self::axis::Axis;
use self::ink::{Area, Ink, failed};
use self::scatter::Mark;
use super::comparison::Comparison;
use super::report::Report;
use super::score::Score;

/// Draws, for each scenario and for all together, how many accounts every system lost against how
/// many logins of owners it refused; and how many of those it asked for a code.
///
/// # Errors
///
/// What the drawing library answers.
pub(crate) fn draw(report: &Report) -> io::Result<Vec<u8>> {
    let scenarios = report.systems.scenarios.len();
    let panels = scenarios + 2 + usize::from(report.ablations.is_some());
    let rows = u32::try_from(panels.div_ceil(COLUMNS)).unwrap_or(1);
    let size = (WIDTH, HEADING + rows * PANEL);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let (heading, below) = root.split_vertically(HEADING);
        head(&heading)?;
        let places = below.split_evenly((panels.div_ceil(COLUMNS), COLUMNS));
        fill(report, &places)?;
        root.present().map_err(failed)?;
    }
    Ok(text.into_bytes())
}

const COLUMNS: usize = 3;
const WIDTH: u32 = 1_500;
const HEADING: u32 = 64;
const PANEL: u32 = 400;

fn head(area: &Area<'_>) -> io::Result<()> {
    let ink = Ink::new(area);
    ink.title((20, 22), "Accounts lost to guessers, and logins refused to their owners")?;
    let how = "Left and down is better, if few are asked for a code (last panel). Both axes are logarithmic, with a place for zero before them. \
               Marks that would hide each other stand side by side.";
    ink.text((20, 46), how, ink::GREY)
}

fn fill(report: &Report, places: &[Area<'_>]) -> io::Result<()> {
    let systems = &report.systems;
    let x = Axis::shares(1e-6, 1.0);
    let parts = [Some(systems), report.ablations.as_ref()];
    let scores = parts.into_iter().flatten().flat_map(|part| part.scores.iter().flatten());
    let most = scores.map(Score::entered_share).fold(0.0, f64::max);
    let y = Axis::shares(1e-5, if most > 0.1 { 1.0 } else { 0.1 });
    let mut places = places.iter();
    let of_score = |at: usize, score: &Score| Mark {
        name: systems.names[at],
        color: ink::color(at),
        x: score.owners().refused_share(),
        y: score.entered_share(),
    };
    for (scenario, scores) in systems.scenarios.iter().zip(&systems.scores) {
        let Some(area) = places.next() else { break };
        let marks: Vec<_> =
            scores.iter().enumerate().map(|(at, score)| of_score(at, score)).collect();
        scatter::draw(area, scenario.title, (x, y), &marks)?;
    }
    let reduced = |part: &Comparison| {
        format!("doorward with one rule less, {} accounts, all scenarios", part.accounts)
    };
    let together = [
        ("all scenarios together".to_owned(), Some(systems)),
        (report.ablations.as_ref().map(reduced).unwrap_or_default(), report.ablations.as_ref()),
    ];
    for (title, comparison) in together {
        let Some(comparison) = comparison else { continue };
        let Some(area) = places.next() else { break };
        // The variants begin with the system that they vary.
        let first = systems.names.iter().position(|name| comparison.names.first() == Some(name));
        let mark = |(at, &name): (usize, &&'static str)| {
            let total = comparison.total(at);
            let color = ink::color(first.unwrap_or(0) + at);
            Mark { name, color, x: total.refused, y: total.entered_share }
        };
        let marks: Vec<_> = comparison.names.iter().enumerate().map(mark).collect();
        scatter::draw(area, &title, (x, y), &marks)?;
    }
    places.next().map_or(Ok(()), |area| bars::draw(area, systems))
}
