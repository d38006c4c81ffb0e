//! The quick start: what the door answers, to whom, and why.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use doorward::{
    Authenticator, Event, EventKind, EventSink, Keys, Login, ManualClock, MemoryStore, Outcome,
    Registered, Registration, Store,
};

use crate::columns::table;
use crate::failure::Failure;
use crate::outcomes::Answer;
use crate::quickstart_steps;
use crate::replaying::START;
use crate::store_choice::StoreChoice;

/// Plays all scenes with hashes of the default cost.
///
/// # Errors
///
/// [`Failure`] when an attempt could not be decided, or there is no such table.
pub async fn run(choice: &StoreChoice) -> Result<Shown, Failure> {
    let memory = || Arc::new(MemoryStore::new()) as Arc<dyn Store>;
    let store = choice.open("quickstart").await?.unwrap_or_else(memory);
    let clock = ManualClock::new(UNIX_EPOCH + START);
    let journal = Journal::default();
    let auth = Authenticator::builder()
        .store(store)
        .keys(Keys::generate().map_err(|error| Failure::of_run("keys", error))?)
        .clock(clock.clone())
        .events(journal.clone())
        .build()
        .map_err(|error| Failure::of_run("hashing threads", error))?;
    let mut stage = Stage { auth, clock, journal, shown: Shown::default() };
    quickstart_steps::play(&mut stage).await?;
    Ok(stage.shown)
}

/// What was tried, and what came of it.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Shown {
    /// One after the other.
    pub steps: Vec<Step>,
}

/// One line of the table: an attempt, or several in a row that went alike.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// What is tried.
    pub tried: String,
    /// From where.
    pub source: String,
    /// The outcome, by its name.
    pub outcome: &'static str,
    /// What the service answers over HTTP.
    pub answer: String,
    /// What the operator reads in the audit event; nobody else does.
    pub why: String,
    /// Whom the attempts were about, as keyed pseudonyms.
    pub subjects: BTreeSet<String>,
    /// How many attempts.
    pub times: usize,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = ["tried", "from", "outcome", "answer", "audit event"];
        let mut rows = vec![heading.map(str::to_owned).to_vec()];
        rows.extend(self.steps.iter().map(Step::cells));
        f.write_str(&table(&rows))?;
        f.write_str(NOTES)
    }
}

const NOTES: &str = "
Passwords are hashed with Argon2id at the default cost. Nobody waits here: where a wait has to pass,
a clock made for tests is moved on, and a line of the table says so.
The service answers wrong, unknown and disabled alike; only the operator, who reads the audit events,
sees which it was.
An attempt that has to wait is not checked, so a right guess learns nothing from it.
";

impl Step {
    fn cells(&self) -> Vec<String> {
        let times = |text: &str| match self.times {
            0 | 1 => text.to_owned(),
            more => format!("{text}, {more} times"),
        };
        let who = match (self.subjects.len(), self.subjects.first()) {
            (1, Some(subject)) => format!("; subject {}", subject.get(..8).unwrap_or(subject)),
            (0, _) => String::new(),
            (more, _) => format!("; {more} subjects"),
        };
        vec![
            times(&self.tried),
            self.source.clone(),
            self.outcome.to_owned(),
            self.answer.clone(),
            format!("{}{who}", self.why),
        ]
    }

    fn went_like(&self, other: &Self) -> bool {
        (&self.tried, &self.source, &self.answer, &self.why)
            == (&other.tried, &other.source, &other.answer, &other.why)
    }
}

/// The door, its clock, and what was seen so far.
pub(crate) struct Stage {
    auth: Authenticator,
    clock: ManualClock,
    journal: Journal,
    shown: Shown,
}

impl Stage {
    pub(crate) async fn register(&self, identifier: &str, password: &str) -> Result<(), Failure> {
        let registration = Registration::new(identifier, password);
        match self.auth.register(registration).await {
            Ok(Registered::Created(_)) => Ok(()),
            other => Err(Failure::of_run("an account was not made", format_args!("{other:?}"))),
        }
    }

    pub(crate) async fn disable(&self, identifier: &str) -> Result<(), Failure> {
        let done = self.auth.disable(identifier).await;
        done.map(drop).map_err(undecided)
    }

    /// Tries a login, as a service would, and notes what came of it.
    pub(crate) async fn attempt(
        &mut self,
        tried: &str,
        source: IpAddr,
        login: Login,
    ) -> Result<Outcome, Failure> {
        let decided = self.auth.authenticate(login.from(source)).await;
        let outcome = decided.map_err(undecided)?;
        let answer = match &outcome {
            Outcome::Verified(_) => "200".to_owned(),
            Outcome::StepUp(_) => "401, asks for a code".to_owned(),
            Outcome::Rejected => "401".to_owned(),
            Outcome::Wait(wait) => format!("429 Retry-After {}", wait.seconds()),
        };
        let (why, subject) = self.journal.last();
        let result = Ok(outcome);
        let step = Step {
            tried: tried.to_owned(),
            source: source.to_string(),
            outcome: Answer::of(&result).0.name(),
            answer,
            why,
            subjects: BTreeSet::from([subject]),
            times: 1,
        };
        match self.shown.steps.last_mut() {
            Some(last) if last.went_like(&step) => {
                last.times += 1;
                last.subjects.extend(step.subjects);
            }
            _ => self.shown.steps.push(step),
        }
        result.map_err(undecided)
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.shown.steps.push(Step {
            tried: format!("(the clock is moved on {seconds} s)"),
            source: String::new(),
            outcome: "",
            answer: String::new(),
            why: String::new(),
            subjects: BTreeSet::new(),
            times: 0,
        });
    }
}

fn undecided(error: doorward::Error) -> Failure {
    Failure::of_run("not decided", format_args!("{:?}", error.kind()))
}

/// Keeps the last audit event, as an operator's log would keep all.
#[derive(Clone, Debug, Default)]
struct Journal(Arc<Mutex<(String, String)>>);

impl Journal {
    fn last(&self) -> (String, String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl EventSink for Journal {
    fn record(&self, event: &Event) {
        let device = if event.known_device { ", known device" } else { "" };
        let why = match event.kind {
            EventKind::Rejected(why) => format!("rejected: {why:?}"),
            EventKind::Waited(rule) => format!("waited: rule `{}`", rule.name()),
            EventKind::StepUp(rule) => format!("step_up: rule `{}`", rule.name()),
            other => other.name().to_owned(),
        };
        let told = (format!("{why}{device}"), event.subject.clone());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }
}
