//! Words, lines and colours.

use std::io;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A part of the drawing, in pixels.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws onto one area.
pub(super) struct Ink<'a, 'b>(&'b Area<'a>);

pub(super) const GREY: RGBColor = RGBColor(90, 90, 90);
pub(super) const PALE: RGBColor = RGBColor(225, 225, 225);

/// Okabe and Ito's colours, which colour-blind people can tell apart, and a few more.
pub(super) fn color(at: usize) -> RGBColor {
    const COLORS: [RGBColor; 13] = [
        RGBColor(0, 0, 0),
        RGBColor(230, 159, 0),
        RGBColor(86, 180, 233),
        RGBColor(0, 158, 115),
        RGBColor(150, 140, 0),
        RGBColor(0, 114, 178),
        RGBColor(140, 100, 60),
        RGBColor(204, 121, 167),
        RGBColor(213, 40, 0),
        RGBColor(120, 60, 180),
        RGBColor(100, 100, 100),
        RGBColor(0, 90, 60),
        RGBColor(190, 60, 120),
    ];
    COLORS[at % COLORS.len()]
}

impl<'a, 'b> Ink<'a, 'b> {
    pub(super) fn new(area: &'b Area<'a>) -> Self {
        Self(area)
    }

    pub(super) fn title(&self, at: (i32, i32), words: &str) -> io::Result<()> {
        self.words(at, words, TITLE, BLACK, HPos::Left)
    }

    pub(super) fn text(&self, at: (i32, i32), words: &str, color: RGBColor) -> io::Result<()> {
        self.words(at, words, SMALL, color, HPos::Left)
    }

    pub(super) fn text_before(
        &self,
        at: (i32, i32),
        words: &str,
        color: RGBColor,
    ) -> io::Result<()> {
        self.words(at, words, SMALL, color, HPos::Right)
    }

    pub(super) fn text_around(
        &self,
        at: (i32, i32),
        words: &str,
        color: RGBColor,
    ) -> io::Result<()> {
        self.words(at, words, SMALL, color, HPos::Center)
    }

    pub(super) fn line(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> io::Result<()> {
        self.0.draw(&PathElement::new(vec![from, to], color)).map_err(failed)
    }

    pub(super) fn bar(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> io::Result<()> {
        self.0.draw(&Rectangle::new([from, to], color.filled())).map_err(failed)
    }

    pub(super) fn dot(&self, at: (i32, i32), color: RGBColor) -> io::Result<()> {
        self.0.draw(&Circle::new(at, DOT, color.filled())).map_err(failed)
    }

    fn words(
        &self,
        at: (i32, i32),
        words: &str,
        size: i32,
        color: RGBColor,
        side: HPos,
    ) -> io::Result<()> {
        let style = ("sans-serif", size).into_font().color(&color);
        let style = style.pos(Pos::new(side, VPos::Center));
        self.0.draw(&Text::new(words.to_owned(), at, style)).map_err(failed)
    }
}

/// The library's sizes are larger than the pixels that come of them.
const TITLE: i32 = 19;
const SMALL: i32 = 15;

/// The radius of a mark.
pub(super) const DOT: i32 = 5;

pub(super) fn failed(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}
