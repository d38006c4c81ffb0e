//! Bringing the accounts of a file over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use doorward::{
    Authenticator, Cost, Event, EventSink, HashingLimits, Keys, MemoryStore, Refusal, Registered,
    Registration,
};
use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::problems::Problems;
use crate::users::{User, Users};

/// Finds the rows that cannot become accounts, by making all of them at the least cost.
///
/// doorward itself decides what it can register and which spellings are one account, so nothing of
/// that is written here a second time.
///
/// # Errors
///
/// [`Failure`] when the rehearsal itself cannot be held.
pub async fn check(users: &Users, problems: &mut Problems) -> Result<(), Failure> {
    let subjects = Subjects::default();
    let rehearsal = Authenticator::builder()
        .store(MemoryStore::new())
        .keys(Keys::generate().map_err(|error| Failure::of_run("keys", error))?)
        .cost(Cost::minimal_for_tests())
        .hashing(HashingLimits::default().with_threads(1))
        .events(subjects.clone())
        .build()
        .map_err(|error| Failure::of_run("hashing threads", error))?;
    let mut lines = HashMap::new();
    for user in &users.rows {
        let registered = register(&rehearsal, user).await?;
        let subject = subjects.last();
        let (column, what) = match registered {
            Registered::Created(_) => {
                lines.insert(subject, user.line);
                continue;
            }
            Registered::Taken => {
                let first = lines.get(&subject).copied().unwrap_or_default();
                ("identifier", format!("names the same account as line {first}"))
            }
            Registered::Refused(Refusal::Identifier(problem)) => {
                ("identifier", problem.to_string())
            }
            Registered::Refused(Refusal::Password(problem)) => ("password", problem.to_string()),
        };
        problems.in_column(&users.file, user.line, column, what);
    }
    Ok(())
}

/// Accounts that there may be before an import.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a store is one's own or it is not")]
pub enum Existing {
    /// None: the store is new.
    None,
    /// Those of the same file: others import it into the same table.
    Shared,
}

/// Imports all accounts, as many at once as there are hashing threads.
///
/// # Errors
///
/// [`Failure`] when an account could not be made.
pub async fn import(
    auth: &Authenticator,
    users: &Users,
    existing: Existing,
) -> Result<(), Failure> {
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let mut under_way = JoinSet::new();
    for user in &users.rows {
        if under_way.len() >= 2 * at_once {
            made(under_way.join_next().await, existing)?;
        }
        let (auth, registration) = (auth.clone(), registration(user));
        under_way.spawn(async move { auth.register(registration).await });
    }
    while !under_way.is_empty() {
        made(under_way.join_next().await, existing)?;
    }
    Ok(())
}

type Joined = Option<Result<Result<Registered, doorward::Error>, tokio::task::JoinError>>;

fn made(joined: Joined, existing: Existing) -> Result<(), Failure> {
    match joined {
        None | Some(Ok(Ok(Registered::Created(_)))) => Ok(()),
        Some(Ok(Ok(Registered::Taken))) if existing == Existing::Shared => Ok(()),
        Some(Ok(Ok(other))) => Err(Failure::of_run(IMPORT, format_args!("{other:?}"))),
        Some(Ok(Err(error))) => Err(Failure::of_run(IMPORT, format_args!("{:?}", error.kind()))),
        Some(Err(error)) => Err(Failure::of_run(IMPORT, error)),
    }
}

const IMPORT: &str = "an account could not be imported";

async fn register(auth: &Authenticator, user: &User) -> Result<Registered, Failure> {
    let registered = auth.register(registration(user)).await;
    registered.map_err(|error| Failure::of_run(IMPORT, format_args!("{:?}", error.kind())))
}

fn registration(user: &User) -> Registration {
    Registration::existing(user.identifier.as_str(), user.password.clone())
}

/// Remembers whom the last event was about.
#[derive(Clone, Debug, Default)]
struct Subjects(Arc<Mutex<String>>);

impl Subjects {
    fn last(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl EventSink for Subjects {
    fn record(&self, event: &Event) {
        event.subject.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rows_that_cannot_become_accounts_are_named() {
        let long = "x".repeat(2_000);
        let rows = [
            ("alice@example.com", "a"),
            ("bob@example.com", ""),
            (" ALICE@example.com ", "b"),
            ("", "c"),
            ("dan@example.com", long.as_str()),
        ];
        let users = Users {
            file: "u.csv".to_owned(),
            rows: (2..)
                .zip(rows)
                .map(|(line, (identifier, password))| User {
                    line,
                    identifier: identifier.to_owned(),
                    password: password.into(),
                })
                .collect(),
        };
        let mut problems = Problems::default();
        check(&users, &mut problems).await.unwrap();
        let told = problems.into_result().unwrap_err().to_string();
        let told: Vec<_> = told.lines().collect();
        assert_eq!(told[0], "u.csv, line 3, column password: The password is empty. Choose one.");
        assert_eq!(told[1], "u.csv, line 4, column identifier: names the same account as line 2");
        assert!(told[2].starts_with("u.csv, line 5, column identifier: enter an identifier"));
        assert!(told[3].starts_with("u.csv, line 6, column password: The password is too long"));
        assert_eq!(told.len(), 5);
    }
}
