//! Several ways to do one thing, timed in turns.

use crate::sample::{Sample, millis, nanos};
use crate::stopwatch::time;
use crate::table::Table;
use crate::turns::Turns;

/// Ways to do one thing, each called as often as every other.
#[derive(Default)]
pub struct Contest<'a> {
    ways: Vec<Way<'a>>,
}

/// Its name, what it does, and how long that took.
type Way<'a> = (String, Box<dyn FnMut() + 'a>, Sample);

impl<'a> Contest<'a> {
    /// Adds a way.
    pub fn add(&mut self, name: impl Into<String>, way: impl FnMut() + 'a) {
        self.ways.push((name.into(), Box::new(way), Sample::default()));
    }

    /// So many rounds, in an order drawn anew each, after two that are not measured.
    pub fn run(&mut self, rounds: usize, seed: u64) {
        let mut turns = Turns::new(self.ways.len(), seed);
        for round in 0..rounds + 2 {
            for at in turns.round() {
                let (_, way, sample) = &mut self.ways[at];
                let ((), took) = time(way);
                if round >= 2 {
                    sample.push(took.wall);
                }
            }
        }
    }

    /// The medians, and how many times as fast each way is as each of those before it.
    pub fn table(&self) -> Table {
        self.table_in(["p10 ms", "median ms"], millis)
    }

    /// The same where each way does its thing `calls` times: in nanoseconds for one.
    pub fn table_of_calls(&self, calls: usize) -> Table {
        self.table_in(["p10 ns", "median ns"], |seconds| nanos(seconds / calls as f64))
    }

    fn table_in(&self, units: [&str; 2], text: impl Fn(f64) -> String) -> Table {
        let numbers: Vec<String> = (1..self.ways.len()).map(|at| format!("x ({at})")).collect();
        let mut headings = vec!["", "n"];
        headings.extend(units);
        headings.extend(numbers.iter().map(String::as_str));
        let mut table = Table::new(&headings);
        for (at, (name, _, sample)) in self.ways.iter().enumerate() {
            let mut cells = vec![
                format!("({}) {name}", at + 1),
                sample.count().to_string(),
                text(sample.percentile(10.0)),
                text(sample.median()),
            ];
            let before = self.ways[..at].iter();
            cells.extend(
                before.map(|(_, _, other)| format!("{:.2}", other.median() / sample.median())),
            );
            table.row(cells);
        }
        table
    }
}

impl std::fmt::Debug for Contest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ways.iter().map(|(name, _, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_called_in_every_round() {
        let (one, two) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        let mut contest = Contest::default();
        contest.add("one", || one.set(one.get() + 1));
        contest.add("two", || two.set(two.get() + 1));
        contest.run(5, 1);
        assert_eq!((one.get(), two.get()), (7, 7));
        assert!(contest.table().to_string().contains("(2) two  5"));
        assert!(contest.table_of_calls(10).to_string().contains("median ns"));
    }
}
