//! Tickets redeemed: by owners alone, once, with the right code.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorward_store::{Change, Column, CounterKey, CounterUpdate, Credential, Status, TicketKey};
use doorward_throttle::{ScopeUpdate, Settlement};

use crate::admission::Admitted;
use crate::attempt::Redemption;
use crate::authenticator::Inner;
use crate::device::KnownDevice;
use crate::epoch::epoch;
use crate::error::Error;
use crate::event::{Event, EventKind, Rejection};
use crate::outcome::{Outcome, Wait};
use crate::second_factor::Given;
use crate::step_up::{TICKET_LIFE, TICKET_TRIES};
use crate::ticket::TicketRecord;
use crate::verified::{Method, Verified};
use crate::visitor::{CodeGiver, Visitor, pseudonym};

/// What redeeming a ticket comes to.
enum Redeemed {
    /// With the index of the account's identifier.
    Verified([u8; 32], Verified),
    Rejected,
    Wait(Wait),
}

impl Inner {
    /// Redeems a ticket, once, with the right code, within its life and its tries.
    ///
    /// In a task of its own: a caller who hangs up does not leave an attempt unsettled.
    pub(crate) async fn redeem(self: Arc<Self>, redemption: Redemption) -> Result<Outcome, Error> {
        let task = tokio::spawn(async move {
            let redeemed = self.check_ticket(&redemption).await;
            self.emit_redeemed(&redemption, &redeemed);
            Ok(match redeemed? {
                Redeemed::Verified(_, proof) => Outcome::Verified(proof),
                Redeemed::Rejected => Outcome::Rejected,
                Redeemed::Wait(wait) => Outcome::Wait(wait),
            })
        });
        let internal = |error| Error::because(crate::error::ErrorKind::Internal, error);
        task.await.unwrap_or_else(|error| Err(internal(error)))
    }

    fn emit_redeemed(&self, redemption: &Redemption, redeemed: &Result<Redeemed, Error>) {
        let (kind, account, subject) = match redeemed {
            Ok(Redeemed::Verified(index, proof)) => {
                (EventKind::Verified, Some(proof.account()), pseudonym(index))
            }
            Ok(Redeemed::Rejected) => {
                (EventKind::Rejected(Rejection::WrongCode), None, String::new())
            }
            Ok(Redeemed::Wait(wait)) => (EventKind::Waited(wait.rule()), None, String::new()),
            Err(error) => (EventKind::Failed(error.kind()), None, String::new()),
        };
        let (at, source) = (self.clock.now(), redemption.source);
        let known_device = false;
        self.events.record(&Event { at, kind, account, subject, source, known_device });
    }

    async fn check_ticket(&self, redemption: &Redemption) -> Result<Redeemed, Error> {
        let now = self.clock.now();
        let key = self.vault.ticket_key(&redemption.ticket);
        // A made-up ticket leaves no trace in the store.
        let Some(ticket) = self.store.peek(key, now).await? else {
            return Ok(Redeemed::Rejected);
        };
        // Counted before the code is looked at, so that racing tries cannot exceed the bound.
        if self.count_try("ticket tries", &key, now).await? > TICKET_TRIES {
            return Ok(Redeemed::Rejected);
        }
        let record = self.vault.open_ticket(&key, ticket.value())?;
        if record.binding != self.vault.binding(redemption.source, redemption.device.as_ref()) {
            return Ok(Redeemed::Rejected);
        }
        let mut giver = self.giver(&record, redemption);
        // Codes are guesses as well: what an account, a device and a source may fail is counted, apart from passwords.
        let quiet = match giver.device {
            Some(_) => None,
            None => self.front.lane_with_code(giver.source, now),
        };
        let lane = quiet.unwrap_or(giver.lane());
        let mut slot = Some(self.pool.enter(lane).await?);
        let admitted = match self.admit(&mut giver, None, &mut slot).await? {
            Ok(admitted) => admitted,
            // That codes have run out would tell that the password is right.
            Err(_) if record.challenged => return Ok(Redeemed::Rejected),
            Err(wait) => return Ok(Redeemed::Wait(wait)),
        };
        drop(slot);
        let checked = self.check_code(redemption, &key, &record, &admitted, now).await;
        self.settle_code(&giver, admitted, &record, checked, now).await
    }

    /// Who gives a code, as the throttle knows them. A ticket of a wrong password stands for nobody: its tries are
    /// counted like all others, over all tickets of that password, and to nobody's cost. So the budget of a wrong
    /// password runs out like that of the right one.
    fn giver(&self, record: &TicketRecord, redemption: &Redemption) -> Visitor {
        let whose = if record.live { &record.index } else { &record.code_tag };
        let subject = self.vault.code_subject(whose);
        let giver =
            CodeGiver { subject, account: record.account, is_challenged: record.challenged };
        Visitor::with_code(giver, redemption.source, record.device)
    }

    /// Takes the ticket if the code is right; answers the account as it is then.
    async fn check_code(
        &self,
        redemption: &Redemption,
        key: &TicketKey,
        record: &TicketRecord,
        admitted: &Admitted,
        now: SystemTime,
    ) -> Result<Checked, Error> {
        let mailed = self.vault.is_code(&redemption.ticket, &redemption.code, record);
        let Some(credential) = &admitted.credential else { return Ok(Checked::Wrong) };
        // A password that was changed meanwhile, or an account that was shut, voids the ticket.
        let is_same = epoch(credential) == record.epoch && credential.status() == Status::Active;
        if !(record.live && is_same) {
            return Ok(Checked::Wrong);
        }
        let is_right = if record.by_second_factor {
            self.look_at_code(&redemption.code, credential, now)?.is_some()
        } else {
            // What was sent is no second factor, should one have been enrolled meanwhile.
            mailed && self.vault.open_details(credential)?.second_factor().is_none()
        };
        if !is_right {
            return Ok(Checked::Wrong);
        }
        // Of all who have the code, one gets in.
        if self.store.take(*key, now).await?.is_none() {
            return Ok(Checked::Late);
        }
        if !record.by_second_factor {
            return Ok(Checked::Mailed(credential.clone()));
        }
        let spent = self.spend_code(&redemption.code, credential.clone(), now).await?;
        Ok(spent.map_or(Checked::Late, |(credential, given)| Checked::Given(credential, given)))
    }

    /// Counts a try that failed, or gives back the room that it took.
    async fn settle_code(
        &self,
        giver: &Visitor,
        admitted: Admitted,
        record: &TicketRecord,
        checked: Result<Checked, Error>,
        now: SystemTime,
    ) -> Result<Redeemed, Error> {
        let Admitted { admission, reservation, rows, place, .. } = admitted;
        let (credential, method, given) = match checked {
            Ok(Checked::Wrong) => {
                let admitted = Admitted { admission, reservation, rows, place, credential: None };
                self.settle_visit(giver, admitted, Settlement::Failed, now).await?;
                return Ok(Redeemed::Rejected);
            }
            Ok(Checked::Late) => {
                self.release(place, &reservation, &rows).await;
                self.settled.notify_waiters();
                return Ok(Redeemed::Rejected);
            }
            Ok(Checked::Mailed(credential)) => (credential, Method::PasswordAndCode, None),
            Ok(Checked::Given(credential, given)) => (credential, given.method(), Some(given)),
            Err(error) => {
                self.release(place, &reservation, &rows).await;
                self.settled.notify_waiters();
                return Err(error);
            }
        };
        self.release(place, &reservation, &rows).await;
        self.settled.notify_waiters();
        let mut run = self.ended_runs(giver, now);
        if record.challenged {
            let (source, by_site) = (giver.source, record.by_site);
            run.extend(self.policy.redeemed(&record.index, source, by_site, now));
        }
        self.apply(&run, now).await?;
        // A device that has given too many wrong codes is a new one from here on.
        let device = match giver.device {
            Some(device) => device.renewed(&credential, now),
            None => KnownDevice::generate(&credential, now)?,
        };
        let token = self.vault.reissue_device(device, &credential)?;
        let proof = Verified::new(&credential, now, method, token);
        self.welcome(giver, &proof, now);
        let proof = match given.and_then(Given::into_replacement) {
            Some(code) => proof.with_replacement(code),
            None => proof,
        };
        Ok(Redeemed::Verified(record.index, proof))
    }

    /// The failures in a row that a right code ends: the account's, and those of the device that it was given on.
    pub(crate) fn ended_runs(&self, giver: &Visitor, now: SystemTime) -> Vec<ScopeUpdate> {
        let subject = giver.account_subject();
        let device = giver.device.as_ref();
        let device = device.map(|device| self.policy.end_device_run(subject, &device.id, now));
        std::iter::once(self.policy.end_run(subject, now)).chain(device).collect()
    }

    /// Settles an attempt with a code.
    pub(crate) async fn settle_visit(
        &self,
        giver: &Visitor,
        admitted: Admitted,
        settlement: Settlement,
        now: SystemTime,
    ) -> Result<(), Error> {
        let Admitted { admission, reservation, rows, place, .. } = admitted;
        let settled = self.policy.settle(admission, &reservation, &rows, settlement, now);
        let applied = self.apply_settled(giver, place, &reservation, &settled, now).await;
        self.settled.notify_waiters();
        applied?;
        Ok(())
    }

    /// Counts one more try of what lies under a key among the tickets, and says how many there were.
    pub(crate) async fn count_try(
        &self,
        domain: &str,
        key: &TicketKey,
        now: SystemTime,
    ) -> Result<i64, Error> {
        let tag = self.vault.counters().tag(domain, &[key.as_bytes()]);
        let tries = CounterUpdate::new(
            CounterKey::new(*tag.as_bytes()),
            vec![Change::Add(Column::new(0), 1)],
            now + TICKET_LIFE + Duration::from_secs(60),
        );
        let rows = self.store.update(&[tries], now).await?;
        Ok(rows.first().map_or(i64::MAX, |row| row.get(Column::new(0))))
    }
}

/// What a code proved to be.
enum Checked {
    Wrong,
    /// Right when it was looked at, and used by another meanwhile: nobody guessed.
    Late,
    /// The one that was sent.
    Mailed(Credential),
    /// One of the second factor, which is used by now.
    Given(Credential, Given),
}
