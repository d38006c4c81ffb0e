//! Making accounts and records of rows.

use std::sync::Arc;
use std::time::Duration;

use doorward::dynamodb::DynamoStore;
use doorward::fields::{Keyring, MacKeys};
use doorward::store::{CredentialStore as _, Limits};
use doorward::{
    AccountId, Authenticator, Cost, HashingLimits, Import, Imported, Keys, MemoryStore, Store,
};
use tokio::task::JoinSet;

use crate::dynamo::unreachable_table;
use crate::failure::Failure;

use super::fate::Fate;
use super::profile::{PURPOSE, Profile, Profiles};
use super::reading::{Reading, Unreadable};
use super::source::{Item, Source};
use super::survey::{Survey, first_half};

/// Where rows go.
#[derive(Debug)]
pub(crate) enum Target {
    /// Into these tables.
    Tables(DynamoStore, Profiles),
    /// Nowhere, to see what would come of it. The accounts that are there are looked at, if there is a table.
    Rehearsal(Option<DynamoStore>),
}

/// Makes accounts and records of rows.
#[derive(Debug)]
pub(crate) struct Importer {
    auth: Authenticator,
    target: Target,
    reading: Reading,
    survey: Survey,
    ids: MacKeys,
    keyring: Keyring,
}

impl Importer {
    pub(crate) fn new(
        target: Target,
        reading: Reading,
        survey: Survey,
        keys: Keys,
        cost: Cost,
    ) -> Result<Self, Failure> {
        let (ids, keyring) = (keys.mac_keys("import/accounts"), keys.keyring(PURPOSE));
        let rows = usize::try_from(survey.rows).unwrap_or(usize::MAX);
        let room = Limits::default().with_accounts(rows.max(1));
        let (store, cost): (Arc<dyn Store>, _) = match &target {
            Target::Tables(store, _) => (Arc::new(store.clone()), cost),
            Target::Rehearsal(_) => {
                (Arc::new(MemoryStore::with_limits(room)), Cost::minimal_for_tests())
            }
        };
        let auth = Authenticator::builder()
            .store(store)
            .keys(keys)
            .cost(cost)
            .expecting(survey.kinds.keys().cloned())
            // A slow machine is to take longer, not to answer with errors.
            .hashing(HashingLimits::default().with_deadline(Duration::from_secs(60)))
            .store_deadline(Duration::from_secs(20))
            .build()
            .map_err(|error| Failure::of_run("hashing threads", error))?;
        Ok(Self { auth, target, reading, survey, ids, keyring })
    }

    /// What was in the source when all of it was read.
    pub(crate) fn survey(&self) -> &Survey {
        &self.survey
    }

    /// All rows of a page, some at once. What became of them is in the order of the rows.
    pub(crate) async fn page(
        self: &Arc<Self>,
        source: &Source,
        items: Vec<Item>,
    ) -> Result<Vec<(String, Fate)>, Failure> {
        let at_once = 2 * std::thread::available_parallelism().map_or(2, usize::from);
        let mut fates = vec![None; items.len()];
        let mut under_way: JoinSet<Result<_, Failure>> = JoinSet::new();
        for (number, item) in items.into_iter().enumerate() {
            let key = source.key_text(&item);
            let account = self.account(&source.key_parts(&item));
            let importer = Arc::clone(self);
            under_way.spawn(async move {
                let fate = importer.row(account, &item).await?;
                Ok((number, (key, fate)))
            });
            if under_way.len() >= at_once {
                keep(&mut fates, under_way.join_next().await)?;
            }
        }
        while !under_way.is_empty() {
            keep(&mut fates, under_way.join_next().await)?;
        }
        Ok(fates.into_iter().flatten().collect())
    }

    async fn row(&self, account: AccountId, item: &Item) -> Result<Fate, Failure> {
        match self.read(account, item) {
            Ok((import, profile)) => self.make(account, import, profile).await,
            Err(fate) => Ok(fate),
        }
    }

    /// Nothing is made of a row that cannot be brought over whole, nor of one whose identifier another one has
    /// too: whichever came first would get the account, and perhaps it is the one that a stranger made later,
    /// in another spelling.
    fn read(&self, account: AccountId, item: &Item) -> Result<(Import, Profile), Fate> {
        let identifier = self.reading.identifier(item).map_err(Fate::Unreadable)?;
        if let Some(group) = self.survey.group(&identifier) {
            return Err(Fate::Duplicate(group));
        }
        let hash = self.reading.hash(item).map_err(Fate::Unreadable)?;
        let profile = Profile::seal(account, item, &self.reading, &self.keyring);
        let profile = profile.map_err(Fate::Unreadable)?;
        Ok((Import::new(identifier, hash).account(account), profile))
    }

    /// First the account, then its record: after a kill between them the account is found again by its id, and
    /// the record is written then.
    async fn make(
        &self,
        account: AccountId,
        import: Import,
        profile: Profile,
    ) -> Result<Fate, Failure> {
        let fate = match self.is_there(account).await? {
            true => Fate::AlreadyThere,
            false => self.account_of(account, import).await?,
        };
        if !matches!(fate, Fate::Imported | Fate::AlreadyThere) {
            return Ok(fate);
        }
        if let Target::Tables(_, profiles) = &self.target {
            profiles.put(profile).await?;
        }
        Ok(fate)
    }

    async fn account_of(&self, account: AccountId, import: Import) -> Result<Fate, Failure> {
        match self.auth.import(import).await {
            Ok(Imported::Created(_)) => Ok(Fate::Imported),
            Ok(Imported::Refused(problem)) => {
                Ok(Fate::Unreadable(Unreadable::Import(problem.to_string())))
            }
            // Its own, if the reply to an insertion was lost.
            Ok(Imported::Taken) => match self.is_there(account).await? {
                true => Ok(Fate::AlreadyThere),
                false => Ok(Fate::Taken),
            },
            Err(error) => Err(Failure::of_run(
                "an account could not be imported",
                format_args!("{:?}", error.kind()),
            )),
        }
    }

    /// Whether this import has made the account.
    async fn is_there(&self, account: AccountId) -> Result<bool, Failure> {
        let store = match &self.target {
            Target::Tables(store, _) | Target::Rehearsal(Some(store)) => store,
            Target::Rehearsal(None) => return Ok(false),
        };
        let fetched = store.fetch(account).await;
        Ok(fetched.map_err(|error| unreachable_table(store.table(), &error))?.is_some())
    }

    /// The same row has the same account each time, and nobody else can tell which: the id is a tag under the
    /// keys.
    fn account(&self, key: &[String]) -> AccountId {
        let parts: Vec<_> = key.iter().map(String::as_bytes).collect();
        let tag = self.ids.primary().tag("account", &parts);
        AccountId::from_bytes(first_half(tag.as_bytes()))
    }
}

type Joined = Option<Result<Result<(usize, (String, Fate)), Failure>, tokio::task::JoinError>>;

fn keep(fates: &mut [Option<(String, Fate)>], joined: Joined) -> Result<(), Failure> {
    match joined {
        None => Ok(()),
        Some(Ok(done)) => {
            let (number, fate) = done?;
            fates[number] = Some(fate);
            Ok(())
        }
        Some(Err(error)) => Err(Failure::of_run("a row", error)),
    }
}
