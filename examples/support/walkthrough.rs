//! What an example shows step by step: what was done, what was answered, what the operator and the owner read.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use doorward::{Authenticator, Clock as _, Keys, ManualClock, MemoryStore, Outcome, Verified};

use crate::columns::table;
use crate::event_log::EventLog;
use crate::failure::Failure;
use crate::letterbox::Letterbox;
use crate::replaying::START;

/// What was done, and what came of it.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Walkthrough {
    /// One after the other.
    pub parts: Vec<Part>,
}

/// A piece of a walkthrough.
#[derive(Debug)]
#[non_exhaustive]
pub enum Part {
    /// A line of the table.
    Step(Step),
    /// Something to look at.
    Text(String),
}

/// One line of the table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// When, since the beginning.
    pub at: Duration,
    /// What is done.
    pub done: String,
    /// What the service answers.
    pub answer: String,
    /// What the operator reads in the audit events; nobody else does.
    pub events: Vec<String>,
    /// What the account's owner is sent.
    pub letters: Vec<String>,
}

impl Walkthrough {
    /// The lines of the table, without what stands between them.
    pub fn steps(&self) -> impl Iterator<Item = &Step> + '_ {
        self.parts.iter().filter_map(|part| match part {
            Part::Step(step) => Some(step),
            Part::Text(_) => None,
        })
    }
}

impl fmt::Display for Walkthrough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = Vec::new();
        for part in &self.parts {
            match part {
                Part::Step(step) => rows.extend(step.lines()),
                Part::Text(text) => {
                    write_rows(&mut rows, f)?;
                    writeln!(f, "\n{}\n", text.trim_end())?;
                }
            }
        }
        write_rows(&mut rows, f)
    }
}

/// Writes the lines that have come together as a table, and leaves none.
fn write_rows(rows: &mut Vec<Vec<String>>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    let heading = ["at", "done", "answer", "audit events", "letter to the owner"];
    rows.insert(0, heading.map(str::to_owned).to_vec());
    f.write_str(&table(&std::mem::take(rows)))
}

impl Step {
    /// One line, or more where several things happened.
    fn lines(&self) -> Vec<Vec<String>> {
        let seconds = self.at.as_secs();
        let at = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let line = |number: usize| {
            let first = |text: &str| if number == 0 { text.to_owned() } else { String::new() };
            let nth = |texts: &[String]| texts.get(number).cloned().unwrap_or_default();
            let (events, letters) = (nth(&self.events), nth(&self.letters));
            vec![first(&at), first(&self.done), first(&self.answer), events, letters]
        };
        let lines = self.events.len().max(self.letters.len()).max(1);
        (0..lines).map(line).collect()
    }
}

/// The service that is walked through, its clock, and what was seen so far.
pub(crate) struct Stage {
    pub(crate) auth: Authenticator,
    pub(crate) letters: Letterbox,
    clock: ManualClock,
    events: EventLog,
    shown: Walkthrough,
}

impl Stage {
    /// In memory, with hashes of the default cost and a clock that stands still.
    pub(crate) fn new() -> Result<Self, Failure> {
        let clock = ManualClock::new(UNIX_EPOCH + START);
        let (events, letters) = (EventLog::default(), Letterbox::default());
        let auth = Authenticator::builder()
            .store(MemoryStore::new())
            .keys(Keys::generate().map_err(|error| Failure::of_run("keys", error))?)
            .clock(clock.clone())
            .events(events.clone())
            .notifier(letters.clone())
            .build()
            .map_err(|error| Failure::of_run("hashing threads", error))?;
        Ok(Self { auth, letters, clock, events, shown: Walkthrough::default() })
    }

    pub(crate) fn shown(self) -> Walkthrough {
        self.shown
    }

    /// Notes a step that was taken, with what has happened since the one before.
    pub(crate) async fn note(&mut self, done: &str, answer: impl Into<String>) {
        // Letters are sent beside the answer. All tasks share this thread: those that wait for it run now.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        let step = Step {
            at: self.since_1970().saturating_sub(START),
            done: done.to_owned(),
            answer: answer.into(),
            events: self.events.take(),
            letters: self.letters.take(),
        };
        self.shown.parts.push(Part::Step(step));
    }

    /// Shows something between the steps.
    pub(crate) fn show(&mut self, text: impl Into<String>) {
        self.shown.parts.push(Part::Text(text.into()));
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Seconds since 1970, by the clock of everybody here.
    pub(crate) fn seconds(&self) -> u64 {
        self.since_1970().as_secs()
    }

    fn since_1970(&self) -> Duration {
        self.clock.now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

/// What a service answers to a login.
pub(crate) fn answer(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Verified(proof) if proof.method().has_second_factor() => {
            "200, with second factor".to_owned()
        }
        Outcome::Verified(_) => "200".to_owned(),
        Outcome::StepUp(_) => "401, asks for a code".to_owned(),
        Outcome::Rejected => "401".to_owned(),
        Outcome::Wait(wait) => format!("429 Retry-After {}", wait.seconds()),
    }
}

/// The proof of a login that has to go well.
pub(crate) fn verified(outcome: Outcome) -> Result<Verified, Failure> {
    match outcome {
        Outcome::Verified(proof) => Ok(proof),
        other => Err(Failure::of_run("a login", answer(&other))),
    }
}

/// A call that could not be decided.
pub(crate) fn undecided(error: doorward::Error) -> Failure {
    Failure::of_run("not decided", format_args!("{:?}", error.kind()))
}

/// What has to be there, or the example is wrong.
pub(crate) fn expected<T>(what: &str, found: Option<T>) -> Result<T, Failure> {
    found.ok_or_else(|| Failure::of_run(what, "the example expected another answer"))
}
