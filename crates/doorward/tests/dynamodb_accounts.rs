//! A whole life of an account on a table of DynamoDB: second factor, sessions, tokens, recovery, a new identifier,
//! removal; and what is left of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::{Duration, UNIX_EPOCH};

use doorward::{
    Acceptance, AccountChange, Authenticator, ChangeRequested, Cost, IdentifierChanged, Login,
    Managed, ManualClock, NewGrant, NewSession, OpenSession, Outcome, PasswordReset, Purpose,
    Redemption, Registered, Registration, Requested, Reset, TokenRequest, Verified,
};
use support::app::{App, STEP};
use support::dynamo::Table;
use support::{Mailbox, PASSWORD, keys, login};

const NEW_PASSWORD: &str = "nine patient otters";

struct House {
    table: Table,
    auth: Authenticator,
    clock: ManualClock,
    mailbox: Mailbox,
}

async fn house() -> House {
    let table = Table::new().await;
    let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let mailbox = Mailbox::default();
    let builder = Authenticator::builder().store(table.store.clone()).keys(keys());
    let builder = builder.cost(Cost::minimal_for_tests()).clock(clock.clone());
    let auth = builder.notifier(mailbox.clone()).build().unwrap();
    House { table, auth, clock, mailbox }
}

impl House {
    async fn verified(&self, login: Login) -> Verified {
        match self.auth.authenticate(login).await.unwrap() {
            Outcome::Verified(proof) => proof,
            other => panic!("{other:?}"),
        }
    }

    /// Logs in with the password and a code of the second factor.
    async fn with_code(&self, login: Login, code: &str) -> Outcome {
        match self.auth.authenticate(login).await.unwrap() {
            Outcome::StepUp(ticket) => {
                let redemption = Redemption::new(ticket.expose_secret(), code);
                self.auth.redeem(redemption.from([192, 0, 2, 7])).await.unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    async fn session(&self, proof: Verified) -> OpenSession {
        self.auth.sessions().open(NewSession::new(proof).label("a browser")).await.unwrap().unwrap()
    }

    async fn is_open(&self, session: &OpenSession) -> bool {
        self.auth.sessions().check(session.token()).await.unwrap().is_some()
    }

    /// The newest token that was sent for this.
    async fn token(&self, purpose: Purpose) -> String {
        loop {
            let sent = self.mailbox.tokens().await;
            if let Some(notice) = sent.iter().rev().find(|notice| notice.purpose() == purpose) {
                return notice.expose_token().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// What lies in the table under a partition key that begins like this.
    async fn items(&self, prefix: &str) -> Vec<String> {
        let items = self.table.scan().await;
        let keys = items.iter().map(|item| {
            let text = |name: &str| item[name].as_s().unwrap().clone();
            format!("{} {}", text("pk"), text("sk"))
        });
        keys.filter(|key| key.starts_with(prefix)).collect()
    }
}

#[tokio::test]
async fn an_account_lives_and_leaves_nothing_of_a_person_behind() {
    let house = house().await;
    let made = house.auth.register(Registration::new("alice@example.com", PASSWORD)).await.unwrap();
    let Registered::Created(account) = made else { panic!("{made:?}") };
    let alice = || login("alice@example.com", PASSWORD);

    // A second factor, and a login with it.
    let session = house.session(house.verified(alice()).await).await;
    let fresh = session.principal().fresh().unwrap();
    let factors = house.auth.second_factors();
    let enrolment = factors.enrol(fresh, "Acme").await.unwrap().unwrap();
    let app = App::scan(enrolment.expose_uri());
    let now = || doorward::Clock::now(&house.clock);
    let code = app.code_at(now());
    let enrolled = factors.confirm(fresh, enrolment.expose_token(), &code).await.unwrap().unwrap();
    let paper = enrolled.recovery_codes()[0].expose_secret().to_owned();
    assert!(matches!(house.with_code(alice(), &code).await, Outcome::Rejected), "used already");
    house.clock.advance(STEP);
    let outcome = house.with_code(alice(), &app.code_at(now())).await;
    let Outcome::Verified(proof) = outcome else { panic!("{outcome:?}") };
    let session = house.session(proof).await;
    assert!(session.principal().has_second_factor());

    // A grant, and the same tokens for who asks twice.
    house.clock.advance(STEP);
    let outcome = house.with_code(alice(), &app.code_at(now())).await;
    let Outcome::Verified(proof) = outcome else { panic!("{outcome:?}") };
    let new = NewGrant::new(proof, "invoices".parse().unwrap());
    let first = house.auth.tokens().grant(new).await.unwrap().unwrap();
    let second = house.auth.tokens().refresh(first.refresh()).await.unwrap().unwrap();
    let again = house.auth.tokens().refresh(first.refresh()).await.unwrap().unwrap();
    assert_eq!((second.access(), second.refresh()), (again.access(), again.refresh()));

    // A new identifier.
    let fresh = session.principal().fresh().unwrap();
    let verification = house.auth.verification();
    let asked = verification.request_change(fresh, "alice@example.org").await.unwrap();
    assert_eq!(asked, ChangeRequested::Accepted);
    let token = house.token(Purpose::IdentifierChange).await;
    let changed = verification.confirm_change(&token).await.unwrap();
    assert_eq!(changed, IdentifierChanged::Done(account));
    assert!(house.is_open(&session).await);

    // A forgotten password, and the app lost with it.
    let recovery = house.auth.recovery();
    let request = TokenRequest::new("alice@example.org").from([192, 0, 2, 7]);
    assert_eq!(recovery.request(request).await.unwrap(), Requested::Accepted);
    let token = house.token(Purpose::Recovery).await;
    let without = recovery.reset(PasswordReset::new(token.as_str(), NEW_PASSWORD)).await.unwrap();
    assert!(matches!(without, Reset::CodeNeeded));
    let reset = PasswordReset::new(token.as_str(), NEW_PASSWORD).code(paper.as_str());
    let done = recovery.reset(reset).await.unwrap();
    let Reset::Done { replacement: Some(replacement), .. } = done else { panic!("{done:?}") };
    assert!(!house.is_open(&session).await);
    assert!(house.auth.tokens().check(second.access()).await.unwrap().is_none());
    let outcome = house
        .with_code(login("alice@example.org", NEW_PASSWORD), replacement.expose_secret())
        .await;
    let Outcome::Verified(proof) = outcome else { panic!("{outcome:?}") };
    let session = house.session(proof).await;

    // All of it shown, and all of it gone.
    let shown = house.auth.export_own(session.principal().fresh().unwrap()).await.unwrap().unwrap();
    assert_eq!((shown.identifier(), shown.sessions().len()), ("alice@example.org", 1));
    assert!(shown.verified_at().is_some() && shown.second_factor().is_some());
    assert_eq!(house.auth.delete("alice@example.org").await.unwrap(), Managed::Done);
    assert!(!house.is_open(&session).await);
    assert_eq!(house.items("KEY#").await, Vec::<String>::new());
    assert_eq!(house.items("ACCOUNT#").await, [format!("ACCOUNT#{account} EPOCH")]);
    assert_eq!(house.auth.delete("alice@example.org").await.unwrap(), Managed::NoSuchAccount);
    for change in [AccountChange::Identifier, AccountChange::PasswordReset, AccountChange::Deleted]
    {
        assert!(house.mailbox.changes().await.contains(&change), "{change:?}");
    }
}

#[tokio::test]
async fn of_many_who_accept_one_invitation_one_has_the_account() {
    let house = house().await;
    let _ = house.auth.invitations().invite("bob@example.com").await.unwrap();
    let token = house.token(Purpose::Invitation).await;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (auth, token) = (house.auth.clone(), token.clone());
        racers.spawn(async move {
            let acceptance = Acceptance::new(token, format!("a password of number {number}"));
            auth.invitations().accept(acceptance).await.unwrap()
        });
    }
    let made = racers.join_all().await;
    let made = made.iter().filter(|it| matches!(it, Some(Registered::Created(_)))).count();
    assert_eq!(made, 1);
    assert_eq!(house.items("KEY#").await.len(), 1);
}
