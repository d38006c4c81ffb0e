//! Tickets: issued to everybody who is asked to step up, redeemed by owners alone.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorward_fields::random_bytes;
use doorward_store::{AccountId, Change, Column, CounterKey, CounterUpdate, Credential, Status};
use doorward_throttle::Rule;

use crate::attempt::Redemption;
use crate::authenticator::Inner;
use crate::device::KnownDevice;
use crate::error::Error;
use crate::event::{Event, EventKind, Rejection};
use crate::outcome::Outcome;
use crate::step_up::{
    Code, CodeNotice, StepUp, TICKET_LIFE, TICKET_TRIES, TicketRecord, TicketToken,
};
use crate::verified::{Method, Verified};
use crate::visitor::{Visitor, pseudonym};

impl Inner {
    /// Issues a ticket and the code for it: a live ticket for `owner`, or one that looks the same and
    /// that no code redeems. Both make the same call to the store.
    pub(crate) async fn issue_ticket(
        &self,
        visitor: &Visitor,
        owner: Option<&Credential>,
        rule: Rule,
        now: SystemTime,
    ) -> Result<(StepUp, Code), Error> {
        let ticket = TicketToken::generate()?;
        let code = Code::generate()?;
        let expires_at = now + TICKET_LIFE;
        let record = TicketRecord {
            live: owner.is_some(),
            by_site: rule == Rule::Site,
            account: owner.map_or(AccountId::from_bytes([0; 16]), Credential::account),
            version: owner.map_or(0, |owner| owner.version().get()),
            index: *visitor.account_subject(),
            code_tag: match owner {
                Some(_) => self.vault.code_tag(&ticket, &code),
                None => random_bytes()?,
            },
        };
        let key = self.vault.ticket_key(&ticket);
        let sealed = self.vault.seal_ticket(&key, &record)?;
        self.store.put(key, sealed, expires_at).await?;
        Ok((StepUp::new(ticket, expires_at), code))
    }

    /// Sends a code beside the answer, so that sending does not show in its time.
    pub(crate) fn send_code(
        &self,
        visitor: &Visitor,
        owner: &Credential,
        code: Code,
        expires_at: SystemTime,
    ) {
        let Some(notifier) = self.notifier.as_ref().map(Arc::clone) else {
            return;
        };
        let account = owner.account();
        let event = |kind| Event {
            at: self.clock.now(),
            kind,
            account: Some(account),
            subject: pseudonym(visitor.account_subject()),
            source: visitor.source,
            known_device: false,
        };
        let (sent, not_sent) = (event(EventKind::CodeSent), event(EventKind::CodeNotSent));
        let events = Arc::clone(&self.events);
        let Ok(identifier) = self.vault.open_identifier(owner) else {
            events.record(&not_sent);
            return;
        };
        let notice = CodeNotice { account, identifier, code, expires_at };
        tokio::spawn(async move {
            let result = notifier.send_code(notice).await;
            events.record(if result.is_ok() { &sent } else { &not_sent });
        });
    }

    /// Redeems a ticket, once, with the right code, within its life and its tries.
    pub(crate) async fn redeem(&self, redemption: Redemption) -> Result<Outcome, Error> {
        let redeemed = self.check_ticket(&redemption).await;
        let (kind, account, subject) = match &redeemed {
            Ok(Some((record, _))) => {
                (EventKind::Verified, Some(record.account), pseudonym(&record.index))
            }
            Ok(None) => (EventKind::Rejected(Rejection::WrongCode), None, String::new()),
            Err(error) => (EventKind::Failed(error.kind()), None, String::new()),
        };
        let source = redemption.source;
        let at = self.clock.now();
        self.events.record(&Event { at, kind, account, subject, source, known_device: false });
        Ok(redeemed?.map_or(Outcome::Rejected, |(_, proof)| Outcome::Verified(proof)))
    }

    async fn check_ticket(
        &self,
        redemption: &Redemption,
    ) -> Result<Option<(TicketRecord, Verified)>, Error> {
        let now = self.clock.now();
        let key = self.vault.ticket_key(&redemption.ticket);
        // A made-up ticket leaves no trace in the store.
        let Some(ticket) = self.store.peek(key, now).await? else { return Ok(None) };
        // Counted before the code is looked at, so that racing tries cannot exceed the bound.
        let tries = CounterUpdate::new(
            CounterKey::new(
                *self.vault.counters().tag("ticket tries", &[key.as_bytes()]).as_bytes(),
            ),
            vec![Change::Add(Column::new(0), 1)],
            now + TICKET_LIFE + Duration::from_secs(60),
        );
        let rows = self.store.update(&[tries], now).await?;
        let tried = rows.first().map_or(i64::MAX, |row| row.get(Column::new(0)));
        if tried > TICKET_TRIES {
            return Ok(None);
        }
        let record = self.vault.open_ticket(&key, ticket.value())?;
        let right = self.vault.is_code(&redemption.ticket, &redemption.code, &record);
        if !(right && record.live) {
            return Ok(None);
        }
        // Of all who have the code, one gets in.
        if self.store.take(key, now).await?.is_none() {
            return Ok(None);
        }
        let Some(credential) = self.store.fetch(record.account).await? else {
            return Ok(None);
        };
        // A password that was changed meanwhile, or an account that was shut, voids the ticket.
        if credential.version().get() != record.version || credential.status() != Status::Active {
            return Ok(None);
        }
        let (source, by_site) = (redemption.source, record.by_site);
        let run = self.policy.redeemed(&record.index, source, by_site, now);
        self.apply(&run, now).await?;
        let token =
            self.vault.reissue_device(KnownDevice::generate(&credential, now)?, &credential)?;
        let proof = Verified::new(&credential, now, Method::PasswordAndCode, token);
        Ok(Some((record, proof)))
    }
}
