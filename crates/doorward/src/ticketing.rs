//! Tickets: issued to everybody who is asked for a code, and the codes that are sent for them.

use std::time::SystemTime;

use doorward_fields::random_bytes;
use doorward_store::{AccountId, Credential};
use doorward_throttle::Rule;

use crate::authenticator::Inner;
use crate::epoch::epoch;
use crate::error::Error;
use crate::event::EventKind;
use crate::notice::{Address, CodeNotice, Notice};
use crate::step_up::{Code, StepUp, TICKET_LIFE, TicketToken};
use crate::ticket::TicketRecord;
use crate::verified::Verified;
use crate::visitor::Visitor;

/// Why a code is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// The account has a second factor.
    BySecondFactor,
    /// An attack is under way.
    ByRule { rule: Rule, is_right: bool, has_second_factor: bool },
}

/// Whose ticket a code redeems.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TicketOwner {
    account: AccountId,
    epoch: u64,
}

impl TicketOwner {
    pub(crate) fn of(proof: &Verified) -> Self {
        Self { account: proof.account(), epoch: proof.epoch() }
    }
}

impl From<&Credential> for TicketOwner {
    fn from(credential: &Credential) -> Self {
        Self { account: credential.account(), epoch: epoch(credential) }
    }
}

impl Inner {
    /// Issues a ticket and the code for it: a live ticket for `owner`, or one that looks the same and
    /// that no code redeems. Both make the same call to the store.
    pub(crate) async fn issue_ticket(
        &self,
        visitor: &Visitor,
        owner: Option<TicketOwner>,
        asked: Asked,
        now: SystemTime,
    ) -> Result<(StepUp, Code), Error> {
        let ticket = TicketToken::generate()?;
        let code = Code::generate()?;
        let expires_at = now + TICKET_LIFE;
        let by_second_factor =
            matches!(asked, Asked::BySecondFactor | Asked::ByRule { has_second_factor: true, .. });
        let record = TicketRecord {
            live: owner.is_some(),
            by_site: matches!(asked, Asked::ByRule { rule: Rule::Site, .. }),
            challenged: matches!(asked, Asked::ByRule { .. }),
            by_second_factor,
            account: owner.map_or(AccountId::from_bytes([0; 16]), |owner| owner.account),
            epoch: owner.map_or(0, |owner| owner.epoch),
            index: *visitor.account_subject(),
            code_tag: match (owner, asked) {
                (Some(_), _) if !by_second_factor => self.vault.code_tag(&ticket, &code),
                (Some(_), _) => random_bytes()?,
                // Those of one password share a budget, as those of the right one share the account's.
                (None, Asked::ByRule { is_right: true, .. }) => *visitor.account_subject(),
                (None, _) => self.vault.dead_subject(visitor),
            },
            binding: self.vault.binding(visitor.source, visitor.presented.as_ref()),
            device: visitor.device,
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
        let account = owner.account();
        let Ok(identifier) = self.vault.open_identifier(owner) else {
            self.emit(visitor, EventKind::CodeNotSent, Some(account));
            return;
        };
        let notice = CodeNotice { account, identifier: Address(identifier), code, expires_at };
        self.notify(Notice::Code(notice), visitor.account_subject());
    }
}
