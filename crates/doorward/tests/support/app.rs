//! An owner with an authenticator app, and what people do at the door.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward::{
    AccountId, Authenticator, Clock, Enrolled, Login, NewSession, OpenSession, Outcome, Redemption,
    Verified,
};
use tokio::task::JoinSet;
use totp_rs::Totp;

use super::{Door, PASSWORD, door_with_codes, is_verified, login};

/// An authenticator app.
pub struct App(Totp);

impl App {
    pub fn scan(uri: &str) -> Self {
        Self(Totp::from_url(uri).unwrap())
    }

    pub fn code_at(&self, at: SystemTime) -> String {
        self.0.generate(at.duration_since(UNIX_EPOCH).unwrap().as_secs()).to_string()
    }

    /// What it shows now.
    pub fn code(&self, door: &Door) -> String {
        self.code_at(door.clock.now())
    }

    /// Waits until it shows another one.
    pub fn next_code(&self, door: &Door) -> String {
        door.clock.advance(STEP);
        self.code(door)
    }

    /// Six digits that are no code near the present time.
    pub fn wrong_code(&self, door: &Door) -> String {
        let near: Vec<_> =
            (0..5).map(|steps| self.code_at(door.clock.now() + steps * STEP - 2 * STEP)).collect();
        let digits = (0..10).map(|digit| digit.to_string().repeat(6));
        digits.into_iter().find(|code| !near.contains(code)).unwrap()
    }
}

pub const STEP: Duration = Duration::from_secs(30);

/// Who has enrolled one.
pub struct Owner {
    pub account: AccountId,
    pub app: App,
    pub codes: Vec<String>,
}

pub fn texts(enrolled: &Enrolled) -> Vec<String> {
    let codes = enrolled.recovery_codes().iter();
    codes.map(|code| code.expose_secret().to_owned()).collect()
}

/// A door, and somebody with a second factor.
pub async fn door() -> (Door, Owner) {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    (door, owner)
}

pub fn proof(outcome: Outcome) -> Verified {
    match outcome {
        Outcome::Verified(proof) => proof,
        other => panic!("{other:?}"),
    }
}

pub fn is_rejected(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Rejected)
}

/// How many of `racers` got in.
pub async fn race(auth: &Authenticator, racers: impl Iterator<Item = Redemption>) -> usize {
    let mut tasks = JoinSet::new();
    for redemption in racers {
        let auth = auth.clone();
        tasks.spawn(async move { auth.redeem(redemption).await.is_ok_and(|o| is_verified(&o)) });
    }
    tasks.join_all().await.into_iter().filter(|&won| won).count()
}

impl Door {
    /// A new account with a second factor.
    pub async fn owner(&self, identifier: &str) -> Owner {
        self.register(identifier).await;
        self.enrol(identifier).await
    }

    /// Gives an account without a second factor one.
    pub async fn enrol(&self, identifier: &str) -> Owner {
        let session = self.session(self.verified(login(identifier, PASSWORD)).await).await;
        self.enrol_in(&session).await
    }

    /// Enrols an app in a session.
    pub async fn enrol_in(&self, session: &OpenSession) -> Owner {
        let fresh = session.principal().fresh().unwrap();
        let factors = self.auth.second_factors();
        let enrolment = factors.enrol(fresh, "Acme").await.unwrap().unwrap();
        let app = App::scan(enrolment.expose_uri());
        let code = app.code(self);
        let confirmed = factors.confirm(fresh, enrolment.expose_token(), &code).await;
        let codes = texts(&confirmed.unwrap().unwrap());
        Owner { account: session.principal().account(), app, codes }
    }

    pub async fn verified(&self, login: Login) -> Verified {
        match self.auth.authenticate(login).await.unwrap() {
            Outcome::Verified(proof) => proof,
            other => panic!("{other:?}"),
        }
    }

    pub async fn session(&self, proof: Verified) -> OpenSession {
        self.auth.sessions().open(NewSession::new(proof)).await.unwrap().unwrap()
    }

    /// The ticket that a login gets.
    pub async fn ticket(&self, login: Login) -> String {
        match self.auth.authenticate(login).await.unwrap() {
            Outcome::StepUp(ticket) => ticket.expose_secret().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    /// Redeems a ticket from where [`login`] comes from.
    pub async fn redeem(&self, ticket: &str, code: &str) -> Outcome {
        let redemption = Redemption::new(ticket, code).from([192, 0, 2, 7]);
        self.auth.redeem(redemption).await.unwrap()
    }

    /// Logs in with a password and a code.
    pub async fn step_up(&self, identifier: &str, code: &str) -> Outcome {
        let ticket = self.ticket(login(identifier, PASSWORD)).await;
        self.redeem(&ticket, code).await
    }

    /// A session with both factors.
    pub async fn full_session(&self, identifier: &str, owner: &Owner) -> OpenSession {
        match self.step_up(identifier, &owner.app.next_code(self)).await {
            Outcome::Verified(proof) => self.session(proof).await,
            other => panic!("{other:?}"),
        }
    }

    /// Whether the token of a session is good.
    pub async fn lives(&self, session: &OpenSession) -> bool {
        self.auth.sessions().check(session.token()).await.unwrap().is_some()
    }
}
