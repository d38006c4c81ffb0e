//! How many owners were asked for a code, in each scenario.

use std::io;

use super::ink::{Area, GREY, Ink, PALE, color};
use crate::lab::comparison::Comparison;
use crate::lab::report::percent;

/// Draws a bar for each scenario and each system that asks for codes at all.
pub(super) fn draw(area: &Area<'_>, comparison: &Comparison) -> io::Result<()> {
    let ink = Ink::new(area);
    ink.title((LEFT, 16), "right logins of owners asked for a code")?;
    let asks = |&at: &usize| comparison.worst(at).challenged > 0.0;
    let asking: Vec<_> = (0..comparison.names.len()).filter(asks).collect();
    let names: Vec<_> = asking.iter().map(|&at| comparison.names[at]).collect();
    let note = match names.is_empty() {
        true => "no system asks for codes".to_owned(),
        false => format!("by {}; the other systems ask for none", names.join(", ")),
    };
    ink.text((LEFT, 32), &note, GREY)?;
    let longest = asking.iter().map(|&at| comparison.worst(at).challenged).fold(0.0, f64::max);

    let (width, _) = area.dim_in_pixel();
    let right = i32::try_from(width).unwrap_or(i32::MAX) - 90;
    let mut top = 56;
    for (scenario, scores) in comparison.scenarios.iter().zip(&comparison.scores) {
        let middle = top + BAR / 2;
        ink.text_before((BARS - 8, middle), scenario.title, GREY)?;
        ink.line((BARS, middle), (right, middle), PALE)?;
        for &at in &asking {
            let Some(score) = scores.get(at) else { continue };
            let (all, known) = (score.owners().challenged_share(), score.known.challenged_share());
            let end = BARS + length(all / longest, right - BARS);
            ink.bar((BARS, top), (end, top + BAR), color(at))?;
            let told = match known == 0.0 {
                true => percent(all),
                false => format!("{}, known devices {}", percent(all), percent(known)),
            };
            ink.text((end + 6, top + BAR / 2), &told, color(at))?;
            top += BAR + 4;
        }
        top += 10;
    }
    ink.text((LEFT, top + 10), "Of known devices none was asked where none is mentioned.", GREY)?;
    ink.text((LEFT, top + 28), "With no attacker, every code is a false alarm.", GREY)
}

fn length(share: f64, most: i32) -> i32 {
    // Within a panel.
    #[allow(clippy::cast_possible_truncation, reason = "a few hundred")]
    let pixels = (share * f64::from(most)).round() as i32;
    pixels
}

const LEFT: i32 = 20;
const BARS: i32 = 220;
const BAR: i32 = 16;
