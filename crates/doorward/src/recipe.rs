//! The recipe of `authenticate()`.

use std::sync::Arc;
use std::time::SystemTime;

use doorward_hash::{Password, Verdict};
use doorward_store::{Credential, Replaced, Status, StoreError};
use doorward_throttle::{Admission, Counters, Mode, Observed, Reservation, Settled, Settlement};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::admission::Admitted;
use crate::attempt::Login;
use crate::authenticator::Inner;
use crate::device::KnownDevice;
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, Rejection};
use crate::gate::Slot;
use crate::lane::Lane;
use crate::outage::Place;
use crate::outcome::{Outcome, Wait};
use crate::pepper::Peppered;
use crate::permit::Permit;
use crate::ticketing::{Asked, TicketOwner};
use crate::verified::{Method, Verified};
use crate::visitor::Visitor;

impl Inner {
    /// May this person in?
    ///
    /// A wait that is known already is answered at once. Whoever has to wait for the hashing pool does so
    /// here, where they hold nothing but what they brought. Everything else runs in a task of its own: a
    /// caller who hangs up does not leave an attempt unsettled.
    pub(crate) async fn decide(self: Arc<Self>, login: Box<Login>) -> Answer {
        // 1. Parse: whatever was typed has one form, and its blind index.
        let lane = match self.greet(&login)? {
            Ok(lane) => lane,
            Err(wait) => return Ok(wait),
        };
        let slot = match self.pool.enter(lane).await {
            Ok(slot) => slot,
            Err(error) => return Err(self.turn_away(&login, error)?),
        };
        let task = self.begin(login, slot);
        task.await.unwrap_or_else(|error| Err(Error::because(ErrorKind::Internal, error)))
    }

    /// Not async, like the next: a caller who waits must not hold room for what only the task needs.
    fn greet(&self, login: &Login) -> Result<Result<Lane, Decided>, Error> {
        let visitor = Visitor::parse(login, &self.vault)?;
        let now = self.clock.now();
        let away = match self.policy.mode() {
            // It is observed with the decision.
            Mode::Monitor => None,
            _ => self.policy.turn_away(visitor.source, now),
        };
        if away.is_none()
            && visitor.device.is_none()
            && !self.policy.exempts(visitor.source)
            && let Err(wait) = self.front.check(visitor.source, now)
        {
            return Ok(Err(self.answer_wait(&visitor, Wait::in_front(wait, now))));
        }
        Ok(match away.or_else(|| self.known_wait(&visitor, now)) {
            Some(denial) => Err(self.answer_wait(&visitor, Wait::new(denial, now))),
            None if visitor.device.is_some() => Ok(visitor.lane()),
            None => Ok(self.front.lane(visitor.source, now).unwrap_or(visitor.lane())),
        })
    }

    fn turn_away(&self, login: &Login, error: Error) -> Result<Error, Error> {
        let visitor = Visitor::parse(login, &self.vault)?;
        Ok(self.answer_error(&visitor, error))
    }

    fn begin(self: Arc<Self>, login: Box<Login>, slot: Slot) -> JoinHandle<Answer> {
        let span = tracing::debug_span!("authenticate");
        tokio::spawn(self.recipe(login, slot).instrument(span))
    }

    async fn recipe(self: Arc<Self>, login: Box<Login>, slot: Slot) -> Answer {
        let (mut visitor, mut slot) = (Visitor::parse(&login, &self.vault)?, Some(slot));
        let password = login.password;
        // 2. Throttle: reserve on every scope and load the credential, in one parallel round trip.
        //    Out of budget: no hash.
        let admitted = match self.admit(&mut visitor, Some(&password), &mut slot).await {
            Ok(Ok(admitted)) => admitted,
            Ok(Err(wait)) => return Ok(self.answer_wait(&visitor, wait)),
            Err(error) => return Err(self.answer_error(&visitor, error)),
        };

        // 3. Hash: one computation, against the stored hash or against a decoy.
        let verified = match self.hash(&visitor, &admitted, password.clone()).await {
            Ok(verified) => verified,
            Err(error) => return Err(self.give_up(&visitor, admitted, error).await),
        };

        // 4. Judge: only here may a difference exist, and it does not show outside.
        let judgement = judge(admitted.credential.as_ref(), verified);
        let judgement = match self.look_for_second_factor(&admitted, judgement) {
            Ok(judgement) => judgement,
            Err(error) => return Err(self.give_up(&visitor, admitted, error).await),
        };

        // 5. Settle: count, refund, make outdated hashes anew; one parallel round trip.
        let settled = self.settle(&visitor, admitted, judgement, password).await;
        self.settled.notify_waiters();

        // 6. Answer, and emit one audit event with no secret in it.
        match settled {
            Ok(mut decided) => {
                self.emit(&visitor, decided.event, decided.account());
                decided.device = visitor.device;
                Ok(decided)
            }
            Err(error) => Err(self.answer_error(&visitor, error)),
        }
    }

    /// Step 3: the verdict, and whether the stored hash is under the newest key. A stored hash that cannot be read is not a wrong password: after the same work, the
    /// attempt ends in an error. For nobody a decoy is opened, so that opening does not show either.
    async fn hash(
        &self,
        visitor: &Visitor,
        admitted: &Admitted,
        password: Password,
    ) -> Result<(Verdict, bool), Error> {
        let ceiling = self.pool.hasher().ceiling();
        let opened = match &admitted.credential {
            Some(credential) => self.vault.open_hash(credential, ceiling),
            None => Ok(None),
        };
        let (stored, is_current, unreadable) = match opened {
            Ok(Some(Peppered { hash, is_current })) => (Some(hash), is_current, None),
            Ok(None) => {
                self.vault.open_decoy(ceiling)?;
                (None, true, None)
            }
            Err(error) => (None, true, Some(error)),
        };
        let permit = Permit::from(&admitted.admission);
        let verification = self.pool.verify(permit, visitor.lane(), password, stored).await?;
        unreadable.map_or(Ok((verification.verdict(), is_current)), Err)
    }

    /// Step 5. If the settlement cannot be written, nobody is told anything: a guesser who takes the
    /// store down must not get answers that are not counted.
    async fn settle(
        &self,
        visitor: &Visitor,
        admitted: Admitted,
        judgement: Judgement,
        password: Password,
    ) -> Result<Decided, Error> {
        if let Some(rule) = admitted.admission.challenge() {
            return self.challenge(visitor, admitted, judgement, rule).await;
        }
        let now = self.clock.now();
        let Admitted { admission, reservation, rows, place, credential } = admitted;
        let settlement = match judgement {
            Ok(_) => Settlement::Verified,
            Err(_) => Settlement::Failed,
        };
        self.emit_observed(visitor, &admission);
        let mut settled = self.policy.settle(admission, &reservation, &rows, settlement, now);
        self.watch().observe(&mut settled, &reservation, &rows, settlement, now);
        let settling = self.apply_settled(visitor, place, &reservation, &settled, now);
        let (outcome, event, credential) = match (judgement, credential) {
            (Ok(right), Some(credential)) => {
                let token = visitor.token(&self.vault, &credential, now)?;
                let proof = Verified::new(&credential, now, Method::Password, token);
                // A ticket is of the account that was verified, whatever becomes of its hash.
                let ticket = async {
                    if !right.has_second_factor {
                        return Ok(None);
                    }
                    let owner = Some(TicketOwner::of(&proof));
                    let asked = Asked::BySecondFactor;
                    self.issue_ticket(visitor, owner, asked, now).await.map(Some)
                };
                let renewing = self.renew(visitor, &proof, credential, password, right.outdated);
                let (settled, credential, ticket) = tokio::join!(settling, renewing, ticket);
                settled?;
                match ticket? {
                    None => {
                        self.welcome(visitor, &proof, now);
                        (Outcome::Verified(proof), EventKind::Verified, Some(credential))
                    }
                    Some((ticket, _)) => {
                        let event = EventKind::SecondFactorAsked;
                        (Outcome::StepUp(ticket), event, Some(credential))
                    }
                }
            }
            (judgement, credential) => {
                settling.await?;
                let why = judgement.err().unwrap_or(Rejection::Unknown);
                (Outcome::Rejected, EventKind::Rejected(why), credential)
            }
        };
        Ok(Decided::new(outcome, event, credential))
    }

    /// Writes a settlement, and raises the alarms that are this instance's to raise.
    pub(crate) async fn apply_settled(
        &self,
        visitor: &Visitor,
        place: Place,
        reservation: &Reservation,
        settled: &Settled,
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let rows = self.settle_at(place, reservation, settled.updates(), now).await?;
        for alarm in settled.alarms(&rows) {
            self.emit(visitor, EventKind::Alarm(alarm), None);
        }
        Ok(rows)
    }

    /// A policy that only monitors says what it would have done.
    fn emit_observed(&self, visitor: &Visitor, admission: &Admission) {
        let kind = match admission.observed() {
            Some(Observed::Wait(denial)) => EventKind::WouldWait(denial.rule()),
            Some(Observed::StepUp(rule)) => EventKind::WouldStepUp(rule),
            None => return,
        };
        self.emit(visitor, kind, None);
    }

    /// Makes an outdated hash anew. It must not cost anybody a login: what fails is tried again at
    /// the next one.
    async fn renew(
        &self,
        visitor: &Visitor,
        proof: &Verified,
        credential: Credential,
        password: Password,
        outdated: bool,
    ) -> Credential {
        if !outdated {
            return credential;
        }
        let hashed = self.pool.hash(Permit::from(proof), Lane::Known, password).await;
        let sealed = hashed.and_then(|hash| self.vault.seal_hash(credential.account(), &hash));
        let Ok(sealed) = sealed else {
            return credential;
        };
        let renewed = credential.clone().with_password(Some(sealed));
        match self.store.replace(renewed.clone(), credential.version()).await {
            Ok(Replaced::Done(version)) => {
                self.emit(visitor, EventKind::Rehashed, Some(credential.account()));
                // Whoever changes it next has to start from the new version.
                renewed.with_version(version)
            }
            _ => credential,
        }
    }

    /// Whether the owner of a right password has to give a code as well. What cannot be read lets nobody in.
    fn look_for_second_factor(
        &self,
        admitted: &Admitted,
        judgement: Judgement,
    ) -> Result<Judgement, Error> {
        let (Ok(right), Some(credential)) = (judgement, &admitted.credential) else {
            return Ok(judgement);
        };
        let has_second_factor = self.vault.open_details(credential)?.second_factor().is_some();
        Ok(Ok(Right { has_second_factor, ..right }))
    }

    fn answer_wait(&self, visitor: &Visitor, wait: Wait) -> Decided {
        let event = EventKind::Waited(wait.rule());
        self.emit(visitor, event, None);
        Decided::new(Outcome::Wait(wait), event, None)
    }

    fn answer_error(&self, visitor: &Visitor, error: Error) -> Error {
        self.emit(visitor, EventKind::Failed(error.kind()), None);
        error
    }

    async fn give_up(&self, visitor: &Visitor, admitted: Admitted, error: Error) -> Error {
        self.release(admitted.place, &admitted.reservation, &admitted.rows).await;
        self.settled.notify_waiters();
        self.answer_error(visitor, error)
    }
}

/// What was decided, and what an operator may know of it.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) outcome: Outcome,
    pub(crate) event: EventKind,
    /// The credential as it was found; after a verified login it is the present one.
    pub(crate) credential: Option<Credential>,
    /// The device, if it still counts as known.
    pub(crate) device: Option<KnownDevice>,
}

impl Decided {
    pub(crate) fn new(outcome: Outcome, event: EventKind, credential: Option<Credential>) -> Self {
        Self { outcome, event, credential, device: None }
    }

    fn account(&self) -> Option<doorward_store::AccountId> {
        self.credential.as_ref().map(Credential::account)
    }
}

/// What a login comes to.
type Answer = Result<Decided, Error>;

/// Right, or why not.
pub(crate) type Judgement = Result<Right, Rejection>;

/// A right password.
#[derive(Clone, Copy)]
pub(crate) struct Right {
    /// Whether the hash is to be made anew.
    pub(crate) outdated: bool,
    /// Whether a code is to be given as well.
    pub(crate) has_second_factor: bool,
}

/// Step 4. A wrong password is a wrong password first: a disabled account does not show to those who
/// do not know it, not even to the operator's log reader.
fn judge(credential: Option<&Credential>, (verdict, is_current): (Verdict, bool)) -> Judgement {
    let Some(credential) = credential else {
        return Err(Rejection::Unknown);
    };
    if credential.password().is_none() {
        return Err(Rejection::NoPassword);
    }
    let outdated = match verdict {
        Verdict::Invalid => return Err(Rejection::WrongPassword),
        Verdict::Outdated(_) => true,
        Verdict::Valid => !is_current,
    };
    match credential.status() {
        Status::Active => Ok(Right { outdated, has_second_factor: false }),
        _ => Err(Rejection::Disabled),
    }
}
