//! R21: a new password that is known from a breach is refused, the reason is told, and what cannot be
//! told is not accepted unless the service asked for that.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::error::Error as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use doorward::breach::{BreachCheck, BreachStatus, BreachUnavailable};
use doorward::{
    AuthenticatorBuilder, Changed, ErrorKind, EventKind, Outcome, Password, PasswordChange,
    PasswordProblem, Refusal, Registered, Registration,
};
use support::{Door, PASSWORD, door_with, is_verified, login};

const KNOWN: &str = "nine patient otters";
const OTHER: &str = "twelve modest badgers";

/// What a check does when it is asked.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Answers,
    Fails,
    Hangs,
}

/// Knows one password, and keeps what it was asked, and how often at once.
#[derive(Clone, Debug)]
struct List {
    asked: Arc<Mutex<Vec<String>>>,
    mood: Arc<Mutex<Mood>>,
    under_way: Arc<()>,
    most_at_once: Arc<AtomicUsize>,
}

impl List {
    fn new(mood: Mood) -> Self {
        Self {
            asked: Arc::default(),
            mood: Arc::new(Mutex::new(mood)),
            under_way: Arc::default(),
            most_at_once: Arc::default(),
        }
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

#[async_trait]
impl BreachCheck for List {
    async fn look_up(&self, password: &Password) -> Result<BreachStatus, BreachUnavailable> {
        let under_way = Arc::clone(&self.under_way);
        // Those of the test and of the door are no questions.
        self.most_at_once.fetch_max(Arc::strong_count(&under_way) - 2, Ordering::SeqCst);
        self.asked.lock().unwrap().push(password.expose_secret().to_owned());
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Answers => Ok(BreachStatus::from(password.expose_secret() == KNOWN)),
            Mood::Fails => Err(BreachUnavailable::new("the service is down")),
            Mood::Hangs => std::future::pending().await,
        }
    }
}

fn door_asking(
    list: &List,
    change: impl FnOnce(AuthenticatorBuilder) -> AuthenticatorBuilder,
) -> Door {
    let list = list.clone();
    door_with(|builder, _| {
        change(builder.breach_check(list).breach_deadline(Duration::from_millis(50)))
    })
}

async fn register(door: &Door, identifier: &str, password: &str) -> Registered {
    door.auth.register(Registration::new(identifier, password)).await.unwrap()
}

fn change(current: &str, new: &str) -> PasswordChange {
    PasswordChange::new(login("alice", current), new)
}

fn breached() -> Registered {
    Registered::Refused(Refusal::Password(PasswordProblem::Breached))
}

#[tokio::test]
async fn r21_a_breached_password_is_refused_and_the_reason_told() {
    let list = List::new(Mood::Answers);
    let door = door_asking(&list, |builder| builder).with_account("alice").await;
    let refused = register(&door, "bob", KNOWN).await;
    assert_eq!(refused, breached());
    let Registered::Refused(refusal) = refused else { unreachable!() };
    assert!(refusal.to_string().contains("data breach") && refusal.to_string().contains("Choose"));
    let changed = door.auth.change_password(change(PASSWORD, KNOWN)).await.unwrap();
    assert!(matches!(changed, Changed::Refused(PasswordProblem::Breached)));
    assert_eq!(door.memory.accounts(), 1);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    let changed = door.auth.change_password(change(PASSWORD, OTHER)).await.unwrap();
    assert!(matches!(changed, Changed::Done(_)));
    assert!(!door.events.kinds().contains(&EventKind::PasswordUnchecked));
}

#[tokio::test]
async fn r21_only_a_new_password_that_would_be_accepted_is_asked_about() {
    let list = List::new(Mood::Answers);
    let door = door_asking(&list, |builder| builder.service_name("Wonderland Bank"));
    for (identifier, password) in
        [("bob", "short"), ("bob", "passwordpassword"), (" ", OTHER), ("bob", "wonderland bank")]
    {
        assert!(matches!(register(&door, identifier, password).await, Registered::Refused(_)));
    }
    let existing = door.auth.register(Registration::existing("carol", KNOWN)).await.unwrap();
    assert!(matches!(existing, Registered::Created(_)));
    let _ = door.login("carol", KNOWN).await;
    assert!(list.take().is_empty());
    assert!(matches!(register(&door, "alice", OTHER).await, Registered::Created(_)));
    assert_eq!(list.take(), [OTHER]);
}

#[tokio::test]
async fn r21_what_cannot_be_told_is_an_error_and_nothing_is_half_done() {
    for mood in [Mood::Fails, Mood::Hangs] {
        let list = List::new(Mood::Answers);
        let door = door_asking(&list, |builder| builder).with_account("alice").await;
        list.set(mood);
        door.store.reset_log();
        door.events.take();
        let hashes = door.auth.hashing().hashes;
        let error = door.auth.register(Registration::new("bob", OTHER)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BreachCheck);
        assert!(error.is_retryable());
        assert_eq!(error.to_string(), "the request could not be decided");
        assert!(error.source().unwrap().downcast_ref::<BreachUnavailable>().is_some());
        let error = door.auth.change_password(change(PASSWORD, OTHER)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::BreachCheck, true));
        assert!(door.store.calls().is_empty(), "nothing was asked of the store");
        assert_eq!(door.auth.hashing().hashes, hashes);
        let failed = EventKind::Failed(ErrorKind::BreachCheck);
        assert_eq!(door.events.kinds(), [failed, failed]);
        assert!(is_verified(&door.login("alice", PASSWORD).await), "the old one is in force");
        list.set(Mood::Answers);
        assert!(matches!(register(&door, "bob", OTHER).await, Registered::Created(_)));
    }
}

#[tokio::test]
async fn r21_who_accepts_unchecked_passwords_is_told_whose_they_are() {
    for mood in [Mood::Fails, Mood::Hangs] {
        let list = List::new(mood);
        let door = door_asking(&list, AuthenticatorBuilder::accept_unchecked_passwords);
        let Registered::Created(account) = register(&door, "alice", PASSWORD).await else {
            panic!("it was not accepted")
        };
        let again = register(&door, "alice", PASSWORD).await;
        assert_eq!(again, Registered::Taken);
        let changed = door.auth.change_password(change(PASSWORD, OTHER)).await.unwrap();
        assert!(matches!(changed, Changed::Done(_)));
        let events = door.events.take();
        let unchecked: Vec<_> =
            events.iter().filter(|event| event.kind == EventKind::PasswordUnchecked).collect();
        assert_eq!(unchecked.len(), 2, "one for each that was set");
        assert!(unchecked.iter().all(|event| event.account == Some(account)));
        assert_eq!(unchecked[0].kind.name(), "password_unchecked");
        // It is no way round the list.
        list.set(Mood::Answers);
        assert_eq!(register(&door, "bob", KNOWN).await, breached());
    }
}

#[tokio::test]
async fn law_01_a_registration_says_the_same_of_a_taken_identifier() {
    for (mood, password) in [(Mood::Answers, KNOWN), (Mood::Fails, OTHER), (Mood::Hangs, OTHER)] {
        let list = List::new(Mood::Answers);
        let door = door_asking(&list, |builder| builder).with_account("alice").await;
        list.set(mood);
        let mut seen = Vec::new();
        for identifier in ["alice", "nobody"] {
            door.store.reset_log();
            list.take();
            let answer = door.auth.register(Registration::new(identifier, password)).await;
            let answer = answer.map_err(|error| error.kind());
            let asked = list.take();
            seen.push((answer, asked, door.store.calls().len(), door.auth.hashing().hashes));
        }
        assert_eq!(seen[0], seen[1], "{mood:?}");
    }
}

#[tokio::test]
async fn law_01_a_change_is_refused_before_the_current_password_is_looked_at() {
    let list = List::new(Mood::Answers);
    let door = door_asking(&list, |builder| builder).with_account("alice").await;
    let verified = door.auth.hashing().verifications;
    for current in [PASSWORD, "a wrong guess"] {
        for identifier in ["alice", "nobody"] {
            let change = PasswordChange::new(login(identifier, current), KNOWN);
            let changed = door.auth.change_password(change).await.unwrap();
            assert!(matches!(changed, Changed::Refused(PasswordProblem::Breached)));
        }
    }
    assert_eq!(door.auth.hashing().verifications, verified);
    // With a new one that will do, the current one decides.
    let changed = door.auth.change_password(change("a wrong guess", OTHER)).await.unwrap();
    assert!(matches!(changed, Changed::Denied(Outcome::Rejected)));
}

#[tokio::test]
async fn r29_a_flood_of_registrations_is_no_flood_of_questions() {
    let list = List::new(Mood::Hangs);
    let door = door_asking(&list, |builder| builder.breach_deadline(Duration::from_millis(200)));
    let mut flood = tokio::task::JoinSet::new();
    for n in 0..200 {
        let auth = door.auth.clone();
        flood.spawn(
            async move { auth.register(Registration::new(format!("name {n}"), OTHER)).await },
        );
    }
    let answers = flood.join_all().await;
    let kinds = answers.into_iter().map(|answer| answer.unwrap_err().kind());
    assert!(kinds.into_iter().all(|kind| kind == ErrorKind::BreachCheck));
    assert_eq!(list.most_at_once.load(Ordering::SeqCst), 64);
}

#[tokio::test]
async fn r21_what_is_known_of_person_and_service_is_no_password() {
    let door = door_with(|builder, _| {
        builder.service_name("Wonderland Bank").service_name("wonderbank.example")
    })
    .with_account("alice")
    .await;
    let context_word = PasswordProblem::ContextWord;
    for password in ["Wonderland Bank 1", "wonderbank.example", "white.rabbit", "Caterpillar 12"] {
        let password = format!("{password}!!!");
        let registration = Registration::new("white.rabbit@example.com", password.as_str());
        let registered = door.auth.register(registration.context(["Caterpillar"])).await.unwrap();
        assert_eq!(registered, Registered::Refused(Refusal::Password(context_word)), "{password}");
    }
    let new = || change(PASSWORD, "Caterpillar 12345");
    let changed = door.auth.change_password(new().context(["Caterpillar"])).await.unwrap();
    assert!(matches!(changed, Changed::Refused(PasswordProblem::ContextWord)));
    let changed = door.auth.change_password(change(PASSWORD, "wonderland bank 1")).await.unwrap();
    assert!(matches!(changed, Changed::Refused(PasswordProblem::ContextWord)));
    // Without the words it will do.
    let changed = door.auth.change_password(new()).await.unwrap();
    assert!(matches!(changed, Changed::Done(_)));
}
