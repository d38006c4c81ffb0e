//! The chart of what has happened of late, as SVG.

use doorward_examples::failure::Failure;
use plotters::prelude::*;

use crate::history::{History, Step};

/// Attempts, refusals and waits a second; alarms as marks at the top.
pub(crate) fn draw(steps: &[Step]) -> Result<String, Failure> {
    let mut svg = String::new();
    let failed = |error: &dyn std::fmt::Display| Failure::of_run("the chart", error);
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(|error| failed(&error))?;
        let a_second = |count: u32| f64::from(count) / History::STEP.as_secs_f64();
        let most = steps.iter().map(|step| a_second(step.attempts)).fold(1.0, f64::max);
        let minutes = |at: usize| {
            let left = steps.len().saturating_sub(at + 1);
            -(left as f64) * History::STEP.as_secs_f64() / 60.0
        };
        let width = steps.len() as f64 * History::STEP.as_secs_f64() / 60.0;
        let mut chart = ChartBuilder::on(&root)
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(-width..0.0, 0.0..most * 1.15)
            .map_err(|error| failed(&error))?;
        let mesh = chart
            .configure_mesh()
            .label_style(("sans-serif", 14))
            .x_desc("minutes ago")
            .y_desc("logins a second")
            .x_label_formatter(&|minutes| format!("{:.0}", minutes.abs()))
            .light_line_style(WHITE)
            .draw();
        mesh.map_err(|error| failed(&error))?;
        for (name, color, of) in LINES {
            let points =
                steps.iter().enumerate().map(|(at, step)| (minutes(at), a_second(of(step))));
            let line = chart.draw_series(LineSeries::new(points, color.stroke_width(2)));
            line.map_err(|error| failed(&error))?
                .label(*name)
                .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
        }
        let marks = steps.iter().enumerate().filter(|(_, step)| step.alarms > 0);
        let marks =
            marks.map(|(at, _)| TriangleMarker::new((minutes(at), most * 1.08), 7, ALARM.filled()));
        chart
            .draw_series(marks)
            .map_err(|error| failed(&error))?
            .label("alarm")
            .legend(|(x, y)| TriangleMarker::new((x + 9, y), 7, ALARM.filled()));
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(200, 200, 200))
            .label_font(("sans-serif", 14))
            .draw()
            .map_err(|error| failed(&error))?;
        root.present().map_err(|error| failed(&error))?;
    }
    Ok(svg)
}

type Line = (&'static str, RGBColor, fn(&Step) -> u32);

/// Apart also for those who see no red and green.
const LINES: &[Line] = &[
    ("attempts", RGBColor(0, 114, 178), |step| step.attempts),
    ("refusals", RGBColor(230, 159, 0), |step| step.refusals),
    ("waits", RGBColor(204, 121, 167), |step| step.waits),
];
const ALARM: RGBColor = RGBColor(190, 30, 45);
const SIZE: (u32, u32) = (960, 380);
