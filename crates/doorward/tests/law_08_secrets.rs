//! Law 8 (and R28): secrets are never printed. Everything that is logged, shown or reported is
//! captured and searched for them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use doorward::breach::{BreachDigest, BreachFilter, RangeAnswer, RangeCheck, RangeClient};
use doorward::store::{Fault, Operation};
use doorward::{
    Changed, DeviceToken, Keys, Login, Outcome, Password, PasswordChange, Redemption, Registration,
    TracingSink,
};
use support::{Door, PASSWORD, SECRET, door_with, keys, login, stranger};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Every kind of call, with every kind of end; all that can be shown of it.
async fn live(door: &Door, shown: &mut String) -> Vec<String> {
    let mut secrets = vec![
        PASSWORD.to_owned(),
        SECRET.to_owned(),
        "alice@example.com".to_owned(),
        "a wrong guess".to_owned(),
        "nine patient otters".to_owned(),
    ];
    let registration = Registration::new("alice@example.com", PASSWORD);
    writeln!(shown, "{registration:?} {:?} {:?}", Password::from(PASSWORD), keys()).unwrap();
    for _ in 0..2 {
        let registered = door.auth.register(registration.clone()).await;
        writeln!(shown, "{registered:?}").unwrap();
    }
    let refused = door.auth.register(Registration::new("bob", "a wrong guess alice")).await;
    writeln!(shown, "{refused:?}").unwrap();
    let attempt = login("alice@example.com", PASSWORD);
    writeln!(shown, "{attempt:?}").unwrap();
    let outcome = door.auth.authenticate(attempt).await.unwrap();
    writeln!(shown, "{outcome:?}").unwrap();
    if let Outcome::Verified(proof) = &outcome {
        let device: &DeviceToken = proof.device();
        secrets.push(device.expose_secret().to_owned());
    }
    let change = PasswordChange::new(login("alice@example.com", PASSWORD), "nine patient otters");
    writeln!(shown, "{change:?}").unwrap();
    let changed = door.auth.change_password(change).await.unwrap();
    assert!(matches!(changed, Changed::Done(_)));
    writeln!(shown, "{changed:?}").unwrap();
    for n in 0..70 {
        let guess = Login::new(format!("name {n}"), format!("a wrong guess {n}")).from(stranger(n));
        writeln!(shown, "{:?}", door.auth.authenticate(guess).await).unwrap();
    }
    let outcome = door.login("alice@example.com", "nine patient otters").await;
    writeln!(shown, "{outcome:?}").unwrap();
    let Outcome::StepUp(ticket) = outcome else { panic!("{outcome:?}") };
    let notices = door.mailbox.codes().await;
    writeln!(shown, "{notices:?}").unwrap();
    let code = notices[0].code().expose_secret().to_owned();
    for code in ["00000000", &code] {
        let redemption = Redemption::new(ticket.expose_secret(), code).from([192, 0, 2, 7]);
        writeln!(shown, "{redemption:?}").unwrap();
        writeln!(shown, "{:?}", door.auth.redeem(redemption).await).unwrap();
    }
    secrets.extend([ticket.expose_secret().to_owned(), code]);
    for operation in [Operation::Update, Operation::Find] {
        door.store.fail_every(operation, Fault::Unavailable);
        let error = door.auth.authenticate(login("alice@example.com", PASSWORD)).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        writeln!(shown, "{error} {error:?} {source} {source:?}").unwrap();
        door.store.heal();
    }
    writeln!(shown, "{:?} {:?}", door.auth.disable("alice@example.com").await, door.auth).unwrap();
    writeln!(shown, "{:?}", door.events.take()).unwrap();
    secrets
}

#[tokio::test]
async fn law_08_nothing_that_is_shown_or_logged_holds_a_secret() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let mut shown = String::new();
    // Once with the events kept (and shown), once with the events written to the log.
    let kept = door_with(|builder, mailbox| builder.notifier(mailbox.clone()));
    let mut secrets = live(&kept, &mut shown).await;
    let logged = door_with(|builder, mailbox| {
        builder.notifier(mailbox.clone()).events(TracingSink::default())
    });
    secrets.extend(live(&logged, &mut shown).await);

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for expected in ["doorward::audit", "verified", "rejected", "step_up", "code_sent", "failed"] {
        assert!(log.contains(expected), "the log shows {expected}:\n{log}");
    }
    assert!(shown.contains("Verified"), "{shown}");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "the log holds {secret:?}");
        assert!(!shown.contains(secret.as_str()), "a Debug or Display holds {secret:?}");
    }
}

#[tokio::test]
async fn r10_every_attempt_is_one_audit_event() {
    let door = support::door().with_account("alice").await;
    door.events.take();
    let _ = door.login("alice", PASSWORD).await;
    let _ = door.login("alice", "wrong").await;
    let _ = door.login("nobody", "wrong").await;
    door.exhaust("alice").await;
    door.store.fail_every(Operation::Find, Fault::Throttled);
    door.auth.authenticate(login("bob", PASSWORD)).await.unwrap_err();
    let events = door.events.take();
    let names: Vec<_> = events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(
        names,
        [
            "verified", "rejected", "rejected", "rejected", "rejected", "rejected", "waited",
            "failed"
        ]
    );
    assert!(events[0].account.is_some() && events[2].account.is_none());
    assert_eq!(events[0].subject, events[1].subject);
    assert_ne!(events[1].subject, events[2].subject);
}

/// Fails as HTTP clients do that name the address.
#[derive(Debug)]
struct Talkative;

#[async_trait]
impl RangeClient for Talkative {
    async fn range(
        &self,
        prefix: &str,
    ) -> Result<RangeAnswer, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("error sending request for /range/{prefix}").into())
    }
}

/// A breached one, one that is not, and one that nobody can tell of.
async fn choose(door: &Door, shown: &mut String) {
    for password in ["correct horse battery staple", PASSWORD, "nine patient otters"] {
        let registration =
            Registration::new("alice@example.com", password).context(["Liddell", "Wonderland"]);
        writeln!(shown, "{registration:?}").unwrap();
        let registered = door.auth.register(registration).await;
        writeln!(shown, "{registered:?}").unwrap();
        let change = PasswordChange::new(login("alice@example.com", PASSWORD), password);
        let change = change.context(["Liddell", "Wonderland"]);
        writeln!(shown, "{change:?}").unwrap();
        let changed = door.auth.change_password(change).await;
        writeln!(shown, "{changed:?}").unwrap();
        for error in [registered.err(), changed.err()].into_iter().flatten() {
            let chain =
                std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
            chain.for_each(|error| writeln!(shown, "{error} {error:?}").unwrap());
        }
    }
    writeln!(shown, "{:?} {:?}", door.auth, door.events.take()).unwrap();
}

#[tokio::test]
async fn law_08_a_breach_check_shows_neither_password_nor_digest() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let mut shown = String::new();
    let known = Password::from("correct horse battery staple");
    let filter = BreachFilter::from_iter([BreachDigest::of(&known)]);
    let listed = door_with(|builder, _| builder.breach_check(filter));
    choose(&listed, &mut shown).await;
    for accepts in [false, true] {
        let failing = door_with(|builder, _| {
            let builder = builder.breach_check(RangeCheck::new(Talkative));
            let builder = builder.events(TracingSink::default());
            if accepts { builder.accept_unchecked_passwords() } else { builder }
        });
        choose(&failing, &mut shown).await;
    }

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("password_unchecked") && log.contains("BreachCheck"), "{log}");
    assert!(shown.contains("Breached") && shown.contains("Withheld"), "{shown}");
    let both = format!("{log}{shown}").to_uppercase();
    let mut secrets = vec!["LIDDELL".to_owned(), "WONDERLAND".to_owned(), "ALICE@".to_owned()];
    for password in ["correct horse battery staple", PASSWORD, "nine patient otters"] {
        secrets.push(password.to_uppercase());
        let digest = BreachDigest::of(&Password::from(password));
        let hex: String = digest.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        secrets.push(hex[..10].to_owned());
        // Five digits by themselves: within an account's id they stand by chance.
        let prefix = &hex[..5];
        let words = both.split(|letter: char| !letter.is_ascii_alphanumeric());
        assert!(words.into_iter().all(|word| word != prefix), "{prefix} is shown");
    }
    for secret in secrets {
        assert!(!both.contains(&secret), "{secret:?} is shown");
    }
}

#[test]
fn law_08_keys_are_shown_by_id_alone() {
    let keys = Keys::generate().unwrap();
    assert_eq!(format!("{keys:?}"), "Keys { ids: [1], .. }");
}
