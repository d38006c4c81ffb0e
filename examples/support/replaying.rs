//! Replaying recorded attempts through the door, on a clock that follows the recording.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward::store::Limits;
use doorward::{
    Authenticator, DeviceToken, HashingLimits, Keys, Login, ManualClock, MemoryStore, Outcome,
    Policy, Store,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::alarms::Raised;
use crate::arguments::ReplayArguments;
use crate::attempts::{Attempt, Attempts};
use crate::draft::Draft;
use crate::enrolment::{self, Existing};
use crate::failure::Failure;
use crate::mailbox::Mailbox;
use crate::outcomes::{self, Answer, OutcomeRow};
use crate::policy_file;
use crate::problems::Problems;
use crate::stopwatch::Stopwatch;
use crate::summary::{Measured, Summary};
use crate::tally::Tally;
use crate::truth::Truth;
use crate::users::{Users, spelling};

/// The time at which every replay starts, so that two of them are alike: Monday 2096-01-02, 0:00 UTC. So far ahead
/// that no table cleans up by its own clock what still counts here.
pub const START: Duration = Duration::from_secs(3_976_300_800);

/// Every replay has the same keys: what the detection draws from them is alike, too, and replays that share
/// a table know its accounts. They are no secret: what is kept under them is what the files hold in clear.
const KEYS: &str = "1:cmVwbGF5cyBhcmUgYWxpa2U6IG5vdGhpbmcga2VwdCE";

/// Reads the files, replays, writes the outcomes, and answers with the summary.
///
/// # Errors
///
/// [`Failure`] when the input will not do (nothing was run), or something failed on the way (nothing
/// was written).
pub async fn run(arguments: &ReplayArguments) -> Result<Summary, Failure> {
    let mut problems = Problems::default();
    let users = Users::read(&arguments.users, &mut problems);
    enrolment::check(&users, &mut problems).await?;
    let attempts = Attempts::read(&arguments.attempts, &mut problems);
    let truth = arguments.truth.as_deref();
    let truth = truth.map(|path| Truth::read(path, &attempts, &mut problems));
    let policy = match arguments.policy.as_deref() {
        Some(path) => policy_file::read(path, &mut problems),
        None => Some(Policy::recommended()),
    };
    problems.into_result()?;
    let policy = policy.unwrap_or_default();
    let draft = match &arguments.out {
        Some(place) => {
            let draft = Draft::create(place);
            Some(
                draft
                    .map_err(|error| Failure::of_input(format!("{}: {error}", place.display())))?,
            )
        }
        None => None,
    };

    let shared = arguments.store.open("replay").await?;
    let existing = if shared.is_some() { Existing::Shared } else { Existing::None };
    let memory = || Arc::new(MemoryStore::with_limits(room_for(&users, &attempts)));
    let store: Arc<dyn Store> = shared.unwrap_or_else(|| memory());

    let clock = ManualClock::new(start());
    let tally = Tally::default();
    let mode = policy.mode();
    let mut builder = Authenticator::builder()
        .store(store)
        .keys(Keys::parse(KEYS).map_err(|error| Failure::of_run("keys", error))?)
        .policy(policy)
        .cost(arguments.cost)
        // A slow machine is to take longer, not to answer with errors.
        .hashing(HashingLimits::default().with_deadline(Duration::from_secs(60)))
        .store_deadline(Duration::from_secs(20))
        .clock(clock.clone())
        .events(tally.clone());
    if arguments.step_up {
        builder = builder.notifier(Mailbox);
    }
    let auth = builder.build().map_err(|error| Failure::of_run("hashing threads", error))?;
    enrolment::import(&auth, &users, existing).await?;

    let stopwatch = Stopwatch::start();
    let (rows, raised) = replay(&auth, &clock, &tally, &attempts).await;
    let taken = stopwatch.read();

    if let Some(mut draft) = draft {
        let written = outcomes::write(&rows, &mut draft).and_then(|()| draft.commit());
        written.map_err(|error| Failure::of_run("the outcomes could not be written", error))?;
    }
    let measured = Measured {
        mode,
        accounts_verified: tally.accounts_verified(),
        checked: auth.hashing().verifications,
        taken,
    };
    Ok(Summary::new(rows, raised, measured, &users, &attempts, truth.as_ref()))
}

/// Attempts one after the other, each at its time.
async fn replay(
    auth: &Authenticator,
    clock: &ManualClock,
    tally: &Tally,
    attempts: &Attempts,
) -> (Vec<OutcomeRow>, Vec<Raised>) {
    let bar = progress(attempts.count());
    let mut devices = Devices::default();
    let (mut rows, mut raised) = (Vec::with_capacity(attempts.count()), Vec::new());
    tally.take();
    for attempt in &attempts.rows {
        clock.set(start() + attempt.at);
        let token = devices.token(attempt);
        let known_device = token.is_some();
        let mut login = Login::new(attempt.identifier.as_str(), attempt.password.clone());
        login = login.from(attempt.source);
        if let Some(token) = token {
            login = login.device(token);
        }
        let decided = auth.authenticate(login).await;
        let (answer, wait_seconds) = Answer::of(&decided);
        if let Ok(Outcome::Verified(proof)) = decided {
            devices.keep(attempt, proof.device());
        }
        let told = tally.take();
        let line = attempt.line;
        raised.extend(told.alarms.into_iter().map(|alarm| Raised::new(attempt.at, line, alarm)));
        rows.push(OutcomeRow { line, answer, wait_seconds, known_device, ruling: told.ruling });
        bar.inc(1);
    }
    bar.finish_and_clear();
    (rows, raised)
}

fn start() -> SystemTime {
    UNIX_EPOCH + START
}

/// The tokens that devices keep: one for each account that was verified on them.
#[derive(Default)]
struct Devices(HashMap<(String, String), DeviceToken>);

impl Devices {
    fn token(&self, attempt: &Attempt) -> Option<DeviceToken> {
        self.0.get(&Self::key(attempt)?).cloned()
    }

    fn keep(&mut self, attempt: &Attempt, token: &DeviceToken) {
        if let Some(key) = Self::key(attempt) {
            self.0.insert(key, token.clone());
        }
    }

    fn key(attempt: &Attempt) -> Option<(String, String)> {
        let label = attempt.device.clone()?;
        Some((spelling(&attempt.identifier), label))
    }
}

/// Room for every row that a replay can make: a flood must meet the policy, not a full store.
fn room_for(users: &Users, attempts: &Attempts) -> Limits {
    let scopes = 4 * attempts.count() + users.count();
    Limits::default()
        .with_accounts(users.count().max(Limits::DEFAULT_ACCOUNTS))
        .with_counters(scopes.max(Limits::DEFAULT_COUNTERS))
        .with_tickets(attempts.count().max(Limits::DEFAULT_TICKETS))
}

/// Shows itself on a terminal only.
fn progress(attempts: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} attempts, {eta} left");
    let bar = ProgressBar::new(attempts as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
