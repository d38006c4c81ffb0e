//! The section `detection`.

use serde::{Deserialize, Serialize};

use crate::detection::Detection;

use super::names::{FilterName, ResponseName};
use super::seconds::Seconds;

/// The settings have the names that [`Detection`] refuses them by.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DetectionSection {
    passwords: Option<ResponseName>,
    networks: Option<ResponseName>,
    surges: Option<ResponseName>,
    popular: Option<ResponseName>,
    filter: Option<FilterName>,
    password_accounts: Option<u64>,
    source_accounts: Option<u64>,
    source_requests: Option<u64>,
    source_failed_percent: Option<u64>,
    surge_failures: Option<u64>,
    hit_budget: Option<u64>,
    hold_seconds: Option<Seconds>,
}

impl DetectionSection {
    /// The detection of the preset, with what the section says.
    pub(super) fn change(self, preset: Detection) -> Detection {
        Detection {
            passwords: self.passwords.map_or(preset.passwords, Into::into),
            networks: self.networks.map_or(preset.networks, Into::into),
            surges: self.surges.map_or(preset.surges, Into::into),
            popular: self.popular.map_or(preset.popular, Into::into),
            filter: self.filter.map_or(preset.filter, Into::into),
            password_accounts: self.password_accounts.unwrap_or(preset.password_accounts),
            source_accounts: self.source_accounts.unwrap_or(preset.source_accounts),
            source_requests: self.source_requests.unwrap_or(preset.source_requests),
            source_failed_percent: self
                .source_failed_percent
                .unwrap_or(preset.source_failed_percent),
            surge_failures: self.surge_failures.unwrap_or(preset.surge_failures),
            hit_budget: self.hit_budget.unwrap_or(preset.hit_budget),
            hold: self.hold_seconds.map_or(preset.hold, |seconds| seconds.0),
        }
    }
}

impl From<&Detection> for DetectionSection {
    fn from(detection: &Detection) -> Self {
        Self {
            passwords: Some(detection.passwords.into()),
            networks: Some(detection.networks.into()),
            surges: Some(detection.surges.into()),
            popular: Some(detection.popular.into()),
            filter: Some(detection.filter.into()),
            password_accounts: Some(detection.password_accounts),
            source_accounts: Some(detection.source_accounts),
            source_requests: Some(detection.source_requests),
            source_failed_percent: Some(detection.source_failed_percent),
            surge_failures: Some(detection.surge_failures),
            hit_budget: Some(detection.hit_budget),
            hold_seconds: Some(Seconds(detection.hold)),
        }
    }
}
