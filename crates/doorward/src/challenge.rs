//! Step 5 of the recipe while an attack is under way.

use doorward_throttle::{Counters, Rule, Settlement};

use crate::admission::Admitted;
use crate::authenticator::Inner;
use crate::error::Error;
use crate::event::EventKind;
use crate::outcome::Outcome;
use crate::recipe::{Decided, Judgement};
use crate::ticketing::{Asked, TicketOwner};
use crate::visitor::Visitor;

impl Inner {
    /// The answer is a step-up whatever the password was. The store sees the same calls; only the owner of a right
    /// password is sent a code, or has one in their app.
    pub(crate) async fn challenge(
        &self,
        visitor: &Visitor,
        admitted: Admitted,
        judgement: Judgement,
        rule: Rule,
    ) -> Result<Decided, Error> {
        let now = self.clock.now();
        let Admitted { admission, reservation, rows, place, credential } = admitted;
        let right = judgement.ok();
        let has_second_factor = right.is_some_and(|right| right.has_second_factor);
        let may_send = |rows: &[Counters], settled| {
            let policy = self.policy_at(place);
            rows.first().is_some_and(|account| policy.may_send_code(account, settled, now))
        };
        // Who has an app for codes needs none sent.
        let sends = right.is_some() && !has_second_factor && may_send(&rows, false);
        let settlement = Settlement::Challenged { code: sends };
        let mut settled = self.policy.settle(admission, &reservation, &rows, settlement, now);
        self.watch().observe(&mut settled, &reservation, &rows, settlement, now);
        let owner = credential.as_ref().filter(|_| sends || has_second_factor);
        let asked = Asked::ByRule { rule, is_right: right.is_some(), has_second_factor };
        let (settled, issued) = tokio::join!(
            self.apply_settled(visitor, place, &reservation, &settled, now),
            self.issue_ticket(visitor, owner.map(TicketOwner::from), asked, now),
        );
        let settled = settled?;
        let (ticket, code) = issued?;
        // Of many attempts at once, each counted by now, no more than the policy lets send a code.
        if let Some(owner) = owner.filter(|_| sends && may_send(&settled, true)) {
            self.send_code(visitor, owner, code, ticket.expires_at());
        }
        let event = EventKind::StepUp(rule);
        Ok(Decided::new(Outcome::StepUp(ticket), event, credential))
    }
}
