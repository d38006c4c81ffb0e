//! The section of one kind of scope.

use serde::{Deserialize, Serialize};

use crate::ladder::Ladder;
use crate::scope::ScopeKind;
use crate::scope_rule::ScopeRule;
use crate::window::Window;

use super::DocumentError;
use super::credits_section::{Credits, CreditsSection};
use super::names::OutageName;
use super::seconds::Seconds;

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RuleSection {
    waits: Option<Vec<Rung>>,
    window: Option<WindowSection>,
    credits: Option<CreditsSection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consecutive: Option<u64>,
    outage: Option<OutageName>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Rung {
    failures: u64,
    seconds: Seconds,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WindowSection {
    slot_seconds: Seconds,
    slots: u8,
}

impl RuleSection {
    /// The rule of the preset, with what the section says.
    pub(super) fn change(
        self,
        kind: ScopeKind,
        mut rule: ScopeRule,
    ) -> Result<ScopeRule, DocumentError> {
        let section = kind.name();
        if let Some(waits) = self.waits {
            let rungs = waits.into_iter().map(|rung| (rung.failures, rung.seconds.0));
            let ladder = Ladder::new(rungs);
            rule.ladder = ladder.map_err(|problem| DocumentError::Waits { section, problem })?;
        }
        if let Some(WindowSection { slot_seconds, slots }) = self.window {
            let window = Window::new(slot_seconds.0, slots);
            rule.window = window.map_err(|problem| DocumentError::Window { section, problem })?;
        }
        if let Some(CreditsSection(credits)) = self.credits {
            rule.verified_per_credit = credits.map(|credits| credits.logins_per_failure);
            rule.most_credits = credits.map_or(0, |credits| credits.most);
        }
        if let Some(most) = self.consecutive {
            rule.consecutive = Some(most);
        }
        if let Some(outage) = self.outage {
            rule.outage = outage.into();
        }
        Ok(rule)
    }
}

impl From<&ScopeRule> for RuleSection {
    fn from(rule: &ScopeRule) -> Self {
        let ScopeRule { ladder, window, outage, verified_per_credit, most_credits, consecutive } =
            rule;
        let rung = |(failures, wait)| Rung { failures, seconds: Seconds(wait) };
        let (slot, slots) = window.slots();
        let credits = |logins_per_failure| Credits { logins_per_failure, most: *most_credits };
        Self {
            waits: Some(ladder.rungs().map(rung).collect()),
            window: Some(WindowSection {
                slot_seconds: Seconds(slot),
                // At most 25.
                slots: u8::try_from(slots).unwrap_or(u8::MAX),
            }),
            credits: Some(CreditsSection(verified_per_credit.map(credits))),
            consecutive: *consecutive,
            outage: Some((*outage).into()),
        }
    }
}
