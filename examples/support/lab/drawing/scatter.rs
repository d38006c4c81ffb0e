//! One panel: a mark for each system, and its name beside it.

use std::io;

use plotters::prelude::*;

use super::axis::Axis;
use super::ink::{Area, DOT, GREY, Ink, PALE};

/// A system on a panel.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) name: &'static str,
    pub(super) color: RGBColor,
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Draws a panel with its title, its axes and its marks.
pub(super) fn draw(
    area: &Area<'_>,
    title: &str,
    (x, y): (Axis, Axis),
    marks: &[Mark],
) -> io::Result<()> {
    let frame = Frame::of(area);
    let ink = Ink::new(area);
    ink.title((LEFT, 16), title)?;
    for (share, name) in x.ticks() {
        let at = frame.across(x.place(share));
        ink.line((at, frame.top), (at, frame.bottom), PALE)?;
        ink.text_around((at, frame.bottom + 12), &name, GREY)?;
    }
    for (share, name) in y.ticks() {
        let at = frame.up(y.place(share));
        ink.line((frame.left, at), (frame.right, at), PALE)?;
        ink.text_before((frame.left - 8, at), &name, GREY)?;
    }
    let middle = frame.left.midpoint(frame.right);
    ink.text_around((middle, frame.bottom + 28), "right logins of owners refused", GREY)?;
    ink.text((LEFT, 34), "accounts lost", GREY)?;

    let place = |mark: &Mark| (frame.across(x.place(mark.x)), frame.up(y.place(mark.y)));
    let crowds = crowds(marks, place);
    let mut taken: Vec<_> = crowds.iter().map(|crowd| crowd.row(frame)).collect();
    crowds.iter().try_for_each(|crowd| name_crowd(&ink, frame, crowd, &mut taken))
}

#[derive(Clone, Copy)]
struct Frame {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Frame {
    fn of(area: &Area<'_>) -> Self {
        let (width, height) = area.dim_in_pixel();
        let whole = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
        Self { left: LEFT + 52, right: whole(width) - 24, top: 56, bottom: whole(height) - 48 }
    }

    fn across(&self, share: f64) -> i32 {
        self.left + pixels(share, self.right - self.left)
    }

    fn up(&self, share: f64) -> i32 {
        self.bottom - pixels(share, self.bottom - self.top)
    }
}

/// Marks that would hide each other: they stand side by side, each at its own height.
struct Crowd<'m> {
    at: (i32, i32),
    marks: Vec<(i32, &'m Mark)>,
}

impl Crowd<'_> {
    /// From one mark to the next: to the left where the names have no room on the right.
    fn step(&self, frame: Frame) -> i32 {
        let right = self.at.0 + (self.many() - 1) * STEP + GAP + self.width();
        if right > frame.right + 16 { -STEP } else { STEP }
    }

    /// Where the last mark stands.
    fn end(&self, frame: Frame) -> i32 {
        self.at.0 + (self.many() - 1) * self.step(frame)
    }

    fn row(&self, frame: Frame) -> Block {
        let end = self.end(frame);
        Block {
            left: self.at.0.min(end) - DOT,
            right: self.at.0.max(end) + DOT,
            top: self.heights().min().unwrap_or(self.at.1) - DOT,
            bottom: self.heights().max().unwrap_or(self.at.1) + DOT,
        }
    }

    fn heights(&self) -> impl Iterator<Item = i32> {
        self.marks.iter().map(|&(height, _)| height)
    }

    /// Of the names.
    fn width(&self) -> i32 {
        let letters = self.marks.iter().map(|(_, mark)| mark.name.len()).max().unwrap_or(0);
        i32::try_from(letters).unwrap_or(0) * LETTER
    }

    fn many(&self) -> i32 {
        i32::try_from(self.marks.len()).unwrap_or(1)
    }
}

fn crowds<'m>(marks: &'m [Mark], place: impl Fn(&Mark) -> (i32, i32)) -> Vec<Crowd<'m>> {
    let mut crowds: Vec<Crowd<'m>> = Vec::new();
    for mark in marks {
        let at = place(mark);
        let near = |crowd: &&mut Crowd<'m>| {
            (crowd.at.0 - at.0).abs() <= 2 * DOT && (crowd.at.1 - at.1).abs() <= 2 * DOT
        };
        match crowds.iter_mut().find(near) {
            Some(crowd) => crowd.marks.push((at.1, mark)),
            None => crowds.push(Crowd { at, marks: vec![(at.1, mark)] }),
        }
    }
    crowds
}

/// Marks in a row, and their names below each other beside them, where nothing else is.
fn name_crowd(
    ink: &Ink<'_, '_>,
    frame: Frame,
    crowd: &Crowd<'_>,
    taken: &mut Vec<Block>,
) -> io::Result<()> {
    let (step, end) = (crowd.step(frame), crowd.end(frame));
    let goes_left = step < 0;
    let left = if goes_left { end - GAP - crowd.width() } else { end + GAP };
    let height = crowd.many() * LINE;
    let block = |shift: i32| {
        let top = crowd.at.1 - height / 2 + shift;
        Block { left, right: left + crowd.width(), top, bottom: top + height }
    };
    let is_free = |block: &Block| {
        let within = block.top >= frame.top - LINE && block.bottom <= frame.bottom + LINE / 2;
        within && taken.iter().all(|other| !block.meets(other))
    };
    let shifts = (0..40).flat_map(|step| [-step * LINE / 2, step * LINE / 2]);
    let names = shifts.map(block).find(is_free).unwrap_or_else(|| block(0));
    taken.push(names);

    let edge = if goes_left { names.right + 3 } else { names.left - 3 };
    ink.line((end, crowd.at.1), (edge, names.top.midpoint(names.bottom)), PALE)?;
    for (&(height, mark), number) in crowd.marks.iter().zip(0..) {
        ink.dot((crowd.at.0 + number * step, height), mark.color)?;
        let at = names.top + LINE / 2 + number * LINE;
        match goes_left {
            true => ink.text_before((names.right, at), mark.name, mark.color)?,
            false => ink.text((names.left, at), mark.name, mark.color)?,
        }
    }
    Ok(())
}

/// A rectangle that is written on.
#[derive(Clone, Copy)]
struct Block {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Block {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

fn pixels(share: f64, length: i32) -> i32 {
    // Within a panel.
    #[allow(clippy::cast_possible_truncation, reason = "a few hundred")]
    let pixels = (share * f64::from(length)).round() as i32;
    pixels
}

const LEFT: i32 = 20;
/// Between two marks of a row.
const STEP: i32 = 2 * DOT + 1;
const LINE: i32 = 14;
const LETTER: i32 = 7;
const GAP: i32 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_one_place_are_a_crowd() {
        let mark = |x| Mark { name: "m", color: BLACK, x, y: 0.0 };
        let marks = [mark(0.0), mark(3.0), mark(40.0), mark(9.0)];
        let crowds = crowds(&marks, |mark| (pixels(mark.x, 1), 7));
        let sizes: Vec<_> = crowds.iter().map(|crowd| crowd.marks.len()).collect();
        assert_eq!(sizes, [3, 1]);
    }
}
