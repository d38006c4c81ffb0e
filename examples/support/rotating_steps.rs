//! What the operator does to rotate.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward::{
    AccountId, Authenticator, Cost, Error, HashingLimits, Keys, MemoryStore, Progress, Rotation,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::crowd::{Crowd, log_in};
use crate::failure::Failure;
use crate::rotating::{Counts, Shown, Step, describe};

pub(crate) async fn play(accounts: usize) -> Result<Shown, Failure> {
    let mut keys = Keys::generate().map_err(|error| Failure::of_run("keys", error))?;
    let old = keys.ids().next().unwrap_or_default();
    let store = MemoryStore::new();
    let instances = [instance(&store, &keys)?, instance(&store, &keys)?];
    let crowd = Crowd::gather(instances, accounts).await?;
    let mut stage = Stage { store, crowd, shown: Shown::default(), counted: (0, 0) };
    stage.crowd.wait_for(FEW).await;
    stage.note("one key", &keys, None);

    let new = keys.add_pending().map_err(|error| Failure::of_run("keys", error))?;
    stage.roll_out(&keys).await?;
    stage.note("add a key", &keys, None);
    keys.promote(new).map_err(|error| Failure::of_run("keys", error))?;
    stage.roll_out(&keys).await?;
    stage.note("promote it", &keys, None);

    let mut retired = copy(&keys)?;
    retired.retire(old).map_err(|error| Failure::of_run("keys", error))?;
    // Nobody but the first person tries this: wrong attempts of many would look like an attack.
    let too_early = instance(&stage.store, &retired)?;
    stage.shown.let_in_too_early = log_in(&too_early, 0).await;

    let told = stage.dry_run(&keys).await?;
    stage.note("dry run", &keys, Some(told));
    let (begun, after) = stage.interrupted(&keys).await?;
    stage.note("pass, killed half-way", &keys, Some(begun));
    let ended = stage.pass(instance(&stage.store, &keys)?.rotation(), after).await?;
    stage.note("pass, from where it stood", &keys, Some(Counts::of(&ended)));
    let left = stage.dry_run(&keys).await?;
    stage.note("dry run: what is left", &keys, Some(left));
    if left.renewed + left.failed > 0 {
        return Err(Failure::of_run("the old key is still needed", format_args!("{left:?}")));
    }

    stage.roll_out(&retired).await?;
    stage.note("retire the old key", &retired, None);
    let released = stage.pass(instance(&stage.store, &retired)?.rotation(), None).await?;
    stage.note("pass: free old lookup keys", &retired, Some(Counts::of(&released)));
    stage.shown.let_in = stage.crowd.call_the_roll().await;
    // Counted last: until the roll is called, somebody may still be registering.
    stage.shown.accounts = stage.store.accounts();
    Ok(stage.shown)
}

/// The table, those who use it, and what was seen so far.
struct Stage {
    store: MemoryStore,
    crowd: Crowd,
    shown: Shown,
    counted: (usize, usize),
}

impl Stage {
    /// Gives the keys to one instance after the other, while people log in at both.
    async fn roll_out(&self, keys: &Keys) -> Result<(), Failure> {
        for number in [0, 1] {
            self.crowd.exchange(number, instance(&self.store, keys)?);
            self.crowd.wait_for(FEW).await;
        }
        Ok(())
    }

    async fn dry_run(&self, keys: &Keys) -> Result<Counts, Failure> {
        let rotation = instance(&self.store, keys)?.rotation().dry_run();
        Ok(Counts::of(&self.pass(rotation, None).await?))
    }

    /// Pages to the end, and logins between them.
    async fn pass(
        &self,
        rotation: Rotation,
        mut after: Option<AccountId>,
    ) -> Result<Progress<AccountId, Error>, Failure> {
        let rotation = rotation.page_size(PAGE);
        let (mut sum, bar) = (Progress::default(), progress(self.crowd.people()));
        loop {
            sum += rotation.page(after).await.map_err(undecided)?;
            bar.set_position(sum.seen as u64);
            self.crowd.wait_for(2).await;
            if sum.next.is_none() {
                bar.finish_and_clear();
                return Ok(sum);
            }
            after = sum.next;
        }
    }

    /// A pass in a task of its own that is killed when it has met half of the accounts. All that is left
    /// of it is what it wrote into its journal.
    async fn interrupted(&self, keys: &Keys) -> Result<(Counts, Option<AccountId>), Failure> {
        let rotation = instance(&self.store, keys)?.rotation().page_size(PAGE);
        let journal = Journal::default();
        let task = tokio::spawn(journal.clone().write_down(rotation));
        while journal.counts().seen < self.crowd.people() / 2 && !task.is_finished() {
            self.crowd.wait_for(1).await;
        }
        task.abort();
        match task.await {
            Ok(Err(error)) => Err(undecided(error)),
            _ => Ok((journal.counts(), journal.next())),
        }
    }

    /// A line of the table, with those who logged in since the last one.
    fn note(&mut self, what: &'static str, keys: &Keys, pass: Option<Counts>) {
        let (served, turned_away) = self.crowd.counts();
        let before = std::mem::replace(&mut self.counted, (served, turned_away));
        self.shown.steps.push(Step {
            what,
            keys: describe(keys),
            pass,
            served: served - before.0,
            turned_away: turned_away - before.1,
        });
    }
}

/// What a pass came to so far, kept where its end does not reach it.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Progress<AccountId, Error>>>);

impl Journal {
    async fn write_down(self, rotation: Rotation) -> Result<(), Error> {
        loop {
            let page = rotation.page(self.next()).await?;
            *self.lock() += page;
            if self.next().is_none() {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    fn counts(&self) -> Counts {
        Counts::of(&self.lock())
    }

    fn next(&self) -> Option<AccountId> {
        self.lock().next
    }

    fn lock(&self) -> MutexGuard<'_, Progress<AccountId, Error>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An instance of the service, as it starts with the keys that it is given.
fn instance(store: &MemoryStore, keys: &Keys) -> Result<Authenticator, Failure> {
    Authenticator::builder()
        .store(store.clone())
        .keys(copy(keys)?)
        .cost(Cost::minimal_for_tests())
        .hashing(HashingLimits::default().with_threads(1))
        .build()
        .map_err(|error| Failure::of_run("hashing threads", error))
}

/// The same keys, by the text that a secret manager hands to every instance.
fn copy(keys: &Keys) -> Result<Keys, Failure> {
    Keys::parse(&keys.expose_secret()).map_err(|error| Failure::of_run("keys", error))
}

fn undecided(error: Error) -> Failure {
    Failure::of_run("the pass ended", format_args!("{:?}", error.kind()))
}

/// Accounts on a page: few, so that people log in between.
const PAGE: usize = 20;

/// So many people log in before the next instance is exchanged.
const FEW: usize = 40;

/// Shows itself on a terminal only.
fn progress(accounts: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} accounts, {eta} left");
    let bar = ProgressBar::new(accounts as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
