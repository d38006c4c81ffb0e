//! Several processes, one table: does the policy let through as much as it says, and no more?

pub mod arguments;
pub mod attack;
pub mod report;

mod part;
mod parts;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use doorward::dynamodb::DynamoStore;
use doorward::{
    AccountId, Authenticator, Cost, HashingLimits, Keys, ManualClock, Policy, Registered,
    Registration, Store,
};

use crate::dynamo::Endpoint;
use crate::failure::Failure;
use crate::replaying::START;

use self::arguments::CapArguments;
use self::attack::{OWNER, Scene};
use self::parts::Parts;
use self::report::{Line, Report};

/// Attacks one table with so many processes of this program at once, and counts what got through.
///
/// # Errors
///
/// [`Failure`] when the table or a process fails, when more passwords were checked than the policy allows, and
/// when none was, which would show nothing.
pub async fn run(arguments: &CapArguments) -> Result<Report, Failure> {
    let endpoint = Endpoint::parse(&arguments.endpoint)?;
    let table = own_table(&endpoint, arguments.table.as_deref())?;
    let store = endpoint.store(&table).await?;
    let report = attack_table(arguments, &table, store).await;
    if arguments.table.is_none() {
        let removed = endpoint.client().await?.delete_table().table_name(&table).send().await;
        removed.map_err(|error| Failure::of_run("the table was not removed", error))?;
    }
    report?.judged()
}

/// What one process does that another has started: see [`run`].
///
/// # Errors
///
/// [`Failure`] when the table cannot be opened, or whoever started it is gone.
pub async fn run_part(arguments: &CapArguments, part: u64) -> Result<(), Failure> {
    let keys = Keys::from_env().map_err(|error| Failure::of_run("keys", error))?;
    let table = arguments.table.as_deref().unwrap_or_default();
    let store = Endpoint::parse(&arguments.endpoint)?.store(table).await?;
    let auth = instance(Arc::new(store), keys)?;
    part::obey(&auth, arguments, part).await
}

/// An instance of a service. Its clock stands still, so that no wait passes, and what is let through does not
/// depend on how long it takes.
///
/// # Errors
///
/// [`Failure`] when there are no threads.
pub fn instance(store: Arc<dyn Store>, keys: Keys) -> Result<Authenticator, Failure> {
    Authenticator::builder()
        .store(store)
        .keys(keys)
        .policy(Policy::recommended())
        .cost(Cost::minimal_for_tests())
        // A slow machine is to take longer, not to answer with errors.
        .hashing(HashingLimits::default().with_deadline(Duration::from_secs(60)))
        .store_deadline(Duration::from_secs(20))
        .clock(ManualClock::new(UNIX_EPOCH + START))
        .build()
        .map_err(|error| Failure::of_run("hashing threads", error))
}

/// Makes the account that is attacked.
///
/// # Errors
///
/// [`Failure`] when it was not made.
pub async fn prepare(auth: &Authenticator) -> Result<(), Failure> {
    match auth.register(Registration::new(OWNER, "seven quiet herons")).await {
        Ok(Registered::Created(_)) => Ok(()),
        other => Err(Failure::of_run("an account was not made", format_args!("{other:?}"))),
    }
}

async fn attack_table(
    arguments: &CapArguments,
    table: &str,
    store: DynamoStore,
) -> Result<Report, Failure> {
    let keys = Keys::generate().map_err(|error| Failure::of_run("keys", error))?;
    let secret = keys.expose_secret();
    prepare(&instance(Arc::new(store), keys)?).await?;
    let mut parts = Parts::start(arguments, table, &secret)?;
    let mut lines = Vec::new();
    for scene in Scene::ALL {
        lines.push(Line { scene, seen: parts.attack()? });
    }
    Ok(Report { lines, policy: Policy::recommended() })
}

/// A name that no other run has, on an emulator. Each run has keys of its own, so that a table of before does
/// as well.
fn own_table(endpoint: &Endpoint, told: Option<&str>) -> Result<String, Failure> {
    match (endpoint, told) {
        (_, Some(table)) => Ok(table.to_owned()),
        (Endpoint::Emulator(_), None) => {
            let id = AccountId::generate().map_err(|error| Failure::of_run("a name", error))?;
            Ok(format!("doorward-cap-{id}"))
        }
        (_, None) => Err(Failure::of_input("--table is missing: name one that exists")),
    }
}
