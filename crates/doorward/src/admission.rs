//! Step 2 of the recipe: taking room for an attempt, and giving it back.

use std::pin::pin;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use doorward_hash::Password;
use doorward_store::{Credential, StoreError, StoreErrorKind};
use doorward_throttle::{
    Admission, Counters, Decision, Denial, Mode, Reservation, ScopeKind, ScopeUpdate, Watch,
};

use crate::authenticator::Inner;
use crate::error::{Error, ErrorKind};
use crate::gate::Slot;
use crate::lane::Lane;
use crate::outage::Place;
use crate::outcome::Wait;
use crate::queue::Turn;
use crate::visitor::Visitor;

/// An attempt that may be checked once, and the credential it is checked against.
pub(crate) struct Admitted {
    pub(crate) admission: Admission,
    pub(crate) reservation: Reservation,
    pub(crate) rows: Vec<Counters>,
    /// Where it is counted.
    pub(crate) place: Place,
    pub(crate) credential: Option<Credential>,
}

impl Inner {
    /// Reserves on every scope and loads the credential, in one parallel round trip.
    ///
    /// `slot` is given up wherever the attempt only waits, and is there again at the end. Whoever comes back
    /// for one goes before all who wait in front of the gate, or a crowd there would hold up every queue.
    ///
    /// Waits for room while attempts under way fill what is left of a budget, so that right logins in
    /// parallel are served one after the other instead of being refused.
    pub(crate) async fn admit(
        &self,
        visitor: &mut Visitor,
        password: Option<&Password>,
        slot: &mut Option<Slot>,
    ) -> Result<Result<Admitted, Wait>, Error> {
        let mut give_up = pin!(tokio::time::sleep(PATIENCE));
        let mut turns = Vec::new();
        let mut pause = POLL;
        let mut tidied = false;
        loop {
            if turns.is_empty() {
                turns = match self.turns_at_once(visitor) {
                    Some(turns) => turns,
                    None => {
                        // Whoever only waits keeps nobody else from going on.
                        *slot = None;
                        let turns = tokio::select! {
                            biased;
                            turns = self.turns(visitor) => turns?,
                            () = &mut give_up => return Err(Error::new(ErrorKind::Saturated)),
                        };
                        *slot = Some(self.pool.enter(Lane::Returning).await?);
                        turns
                    }
                };
            }
            let now = self.clock.now();
            if let Some(denial) = self.known_wait(visitor, now) {
                return Ok(Err(Wait::new(denial, now)));
            }
            if let (Some(password), None) = (password, &visitor.guess) {
                visitor.look_at(password, &self.vault, now);
            }
            let (reservation, mut updates) = self.policy.reserve(&visitor.attempt(), now);
            updates.extend(self.watch().refresh(now));
            let (rows, found) =
                tokio::join!(self.reserve(&reservation, &updates, now), self.look_up(visitor),);
            let (mut rows, place) = match rows {
                Err(error) if error.kind() == StoreErrorKind::Invalid && !tidied => {
                    self.tidy(&reservation).await?;
                    tidied = true;
                    continue;
                }
                rows => rows?,
            };
            // Behind the attempt's own rows comes one that only was to be learned from.
            rows.truncate(reservation.scopes().count());
            let credential = match found {
                Ok(credential) => credential,
                Err(error) => {
                    self.release(place, &reservation, &rows).await;
                    return Err(error.into());
                }
            };
            let decision = match self.decide_on(visitor, place, &reservation, &rows, now) {
                Decision::Admit(_) if visitor.is_outdated(credential.as_ref(), now) => {
                    Decision::Distrust
                }
                Decision::Admit(admission) => {
                    return Ok(Ok(Admitted { admission, reservation, rows, place, credential }));
                }
                decision => decision,
            };
            self.release(place, &reservation, &rows).await;
            match decision {
                Decision::Deny(denial) => {
                    if let Some(scope) = reservation.refused_by(&denial) {
                        self.waits.learn(scope, denial, now);
                    }
                    return Ok(Err(Wait::new(denial, now)));
                }
                Decision::Busy => {
                    *slot = None;
                    tokio::select! {
                        () = &mut give_up => return Err(Error::new(ErrorKind::Saturated)),
                        () = self.settled.notified() => {}
                        // Another instance does not tell when it settles.
                        () = tokio::time::sleep(pause) => pause = (2 * pause).min(LONGEST_POLL),
                    }
                    *slot = Some(self.pool.enter(Lane::Returning).await?);
                }
                Decision::Distrust | Decision::Admit(_) => {
                    visitor.distrust();
                    turns.clear();
                }
            }
        }
    }

    /// A wait that this instance has learned of lately.
    ///
    /// None for a ticket that may be one of a wrong password: that its codes have run out must cost the store what a
    /// wrong code does. And none for passwords under a policy that only monitors: what it refuses are codes.
    pub(crate) fn known_wait(&self, visitor: &Visitor, now: SystemTime) -> Option<Denial> {
        let is_in_force = match &visitor.code {
            Some(giver) => !giver.is_challenged,
            None => self.policy.mode() != Mode::Monitor,
        };
        let find = || self.waits.find(self.policy.judges(&visitor.attempt()), now);
        is_in_force.then(find).flatten()
    }

    fn decide_on(
        &self,
        visitor: &Visitor,
        place: Place,
        reservation: &Reservation,
        rows: &[Counters],
        now: SystemTime,
    ) -> Decision {
        let policy = self.policy_at(place);
        if visitor.code.is_some() {
            return policy.decide_code(reservation, rows, now);
        }
        let suspicion = self.watch().suspicion(reservation, rows, now);
        policy.decide(reservation, rows, suspicion, now, self.notifier.is_some())
    }

    /// The head of every queue that the attempt has to stand in, if nobody stands there.
    fn turns_at_once(&self, visitor: &Visitor) -> Option<Vec<Turn<'_>>> {
        let holds = self.policy.holds(&visitor.attempt());
        holds.map(|scope| self.queues.turn_at_once(scope.key())).collect()
    }

    /// The head of every queue that the attempt has to stand in. An owner's device does not stand in
    /// those of strangers.
    async fn turns(&self, visitor: &Visitor) -> Result<Vec<Turn<'_>>, Error> {
        let mut turns = Vec::with_capacity(2);
        for scope in self.policy.holds(&visitor.attempt()) {
            let turn = self.queues.turn(scope.key()).await;
            turns.push(turn.ok_or(Error::new(ErrorKind::Saturated))?);
        }
        Ok(turns)
    }

    /// Gives room back. If that fails the room lapses by itself.
    pub(crate) async fn release(&self, place: Place, reservation: &Reservation, rows: &[Counters]) {
        let now = self.clock.now();
        let updates = self.policy.release(reservation, rows, now);
        let _ = match place {
            Place::Here => self.apply_here(&updates, now).await,
            Place::Store => self.apply(&updates, now).await,
        };
    }

    /// Applies updates; what they bring back of other instances' findings is learned.
    pub(crate) async fn apply(
        &self,
        updates: &[ScopeUpdate],
        now: SystemTime,
    ) -> Result<Vec<Counters>, StoreError> {
        let rows = self.ledger.apply(&self.policy, self.vault.counters(), updates, now).await?;
        let flags = updates.iter().zip(&rows);
        let flags = flags.filter(|(update, _)| update.scope().kind() == ScopeKind::Flags);
        for (update, row) in flags {
            self.watch().learn(update.scope(), row);
        }
        Ok(rows)
    }

    pub(crate) fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes rows narrow again that no settlement could tidy: a store that lost settlements for half
    /// an hour must not refuse these rows for ever.
    async fn tidy(&self, reservation: &Reservation) -> Result<(), Error> {
        let now = self.clock.now();
        let scopes: Vec<_> = reservation.scopes().cloned().collect();
        let rows = self.ledger.read(&self.policy, self.vault.counters(), &scopes, now).await?;
        let updates = self.policy.tidy(reservation, &rows, now);
        self.apply(&updates, now).await?;
        Ok(())
    }
}

/// How long an attempt waits for its turn and for room before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it looks by itself.
const POLL: Duration = Duration::from_millis(10);
const LONGEST_POLL: Duration = Duration::from_millis(200);
