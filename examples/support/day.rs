//! A made-up day of login attempts: the same seed makes the same bytes, everywhere.

mod logins;
mod people;
mod spray;
mod words;

use std::fmt;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;

use self::people::Person;
use crate::dice::Dice;
use crate::draft::Draft;
use crate::truth::Who;

/// Accounts, attempts, and who is behind each of them.
#[derive(Debug)]
pub struct Day {
    people: Vec<Person>,
    tries: Vec<Try>,
}

impl Day {
    /// Makes up a day.
    pub fn make(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let people = people::make(&mut dice);
        let mut tries = logins::make(&people, &mut dice);
        tries.extend(spray::make(&people, &mut dice));
        // Stable: what happens at the same moment keeps its order.
        tries.sort_by_key(|tried| tried.at);
        Self { people, tries }
    }

    /// Writes `users.csv`, `attempts.csv` and `truth.csv` into a folder, which is made if need be.
    ///
    /// # Errors
    ///
    /// What the file system answers.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        for (name, text) in self.files()? {
            let mut draft = Draft::create(&folder.join(name))?;
            draft.write_all(&text)?;
            draft.commit()?;
        }
        Ok(())
    }

    /// The files, by name.
    ///
    /// # Errors
    ///
    /// What the CSV writer answers.
    pub fn files(&self) -> io::Result<[(&'static str, Vec<u8>); 3]> {
        let mut users = csv::Writer::from_writer(Vec::new());
        users.write_record(["identifier", "password"])?;
        for person in &self.people {
            users.write_record([&person.identifier, &person.password])?;
        }
        let mut attempts = csv::Writer::from_writer(Vec::new());
        attempts.write_record(["at", "source", "identifier", "password", "device"])?;
        let mut truth = csv::Writer::from_writer(Vec::new());
        truth.write_record(["line", "who"])?;
        // The header is line 1, and no field holds a line break.
        for (line, tried) in (2..).zip(&self.tries) {
            let at = format!("{}.{}", tried.at / TENTHS, tried.at % TENTHS);
            let source = tried.source.to_string();
            attempts.write_record([
                &at,
                &source,
                &tried.identifier,
                &tried.password,
                tried.device,
            ])?;
            truth.write_record([&format!("{line}"), tried.who.name()])?;
        }
        let text = |writer: csv::Writer<Vec<u8>>| {
            writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
        };
        Ok([
            ("users.csv", text(users)?),
            ("attempts.csv", text(attempts)?),
            ("truth.csv", text(truth)?),
        ])
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} accounts, {} attempts", self.people.len(), self.tries.len())?;
        for who in [Who::Owner, Who::Typo, Who::Attacker] {
            let count = self.tries.iter().filter(|tried| tried.who == who).count();
            writeln!(f, "{who}: {count}")?;
        }
        Ok(())
    }
}

/// One attempt.
#[derive(Clone, Debug)]
struct Try {
    /// Tenths of a second since midnight.
    at: u64,
    source: IpAddr,
    identifier: String,
    password: String,
    /// Its label, empty without one.
    device: &'static str,
    who: Who,
}

/// Times are whole tenths of a second, so that no rounding can differ.
const TENTHS: u64 = 10;
const MINUTE: u64 = 60 * TENTHS;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_one_day_and_another_seed_another() {
        let files = |seed| Day::make(seed).files().unwrap();
        assert_eq!(files(1), files(1));
        assert_ne!(files(1)[1], files(2)[1]);
    }

    #[test]
    fn the_day_is_as_its_description_says() {
        for seed in 1..6 {
            let day = Day::make(seed);
            let of = |who| day.tries.iter().filter(|tried| tried.who == who).count();
            let (owners, typos, guesses) = (of(Who::Owner), of(Who::Typo), of(Who::Attacker));
            assert_eq!((day.people.len(), guesses), (400, 1_500));
            assert!((1_000..1_600).contains(&owners), "{owners}");
            assert!((3..=8).contains(&(100 * typos / owners)), "{typos} of {owners}");
            assert!(day.tries.iter().all(|tried| tried.at < DAY));
            assert!(day.tries.is_sorted_by_key(|tried| tried.at));
            let bytes: usize = day.files().unwrap().iter().map(|file| file.1.len()).sum();
            assert!(bytes < 400_000, "{bytes}");
        }
    }

    #[test]
    fn owners_know_their_password_and_typos_do_not() {
        let day = Day::make(1);
        for tried in day.tries.iter().filter(|tried| tried.who != Who::Attacker) {
            let mut people = day.people.iter();
            let person = people.find(|person| person.identifier == tried.identifier).unwrap();
            assert_eq!(person.password == tried.password, tried.who == Who::Owner);
        }
    }
}
