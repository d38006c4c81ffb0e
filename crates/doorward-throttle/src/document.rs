//! Policies as configuration files have them.

mod credits_section;
mod detection_section;
mod names;
mod rule_section;
mod seconds;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::address::{PrefixError, SourcePrefix};
use crate::ladder::LadderError;
use crate::networks::Networks;
use crate::policy::Policy;
use crate::policy_error::PolicyError;
use crate::scope::ScopeKind;
use crate::window::WindowError;

use detection_section::DetectionSection;
use names::{ModeName, PresetName};
use rule_section::RuleSection;

/// Reads a policy from a file: it starts from a preset, and changes parts.
///
/// ```
/// use doorward_throttle::{Policy, ScopeKind};
///
/// let policy: Policy = toml::from_str(
///     r#"
///     preset = "recommended"         # or "strict", "lenient"; recommended unless told
///     mode = "monitor"               # or "enforce"
///     trusted = ["198.51.100.0/24"]
///     denied = ["203.0.113.0/24"]
///
///     [account]                      # also device, source, end_site, prefix, unaddressed, site
///     waits = [{ failures = 4, seconds = 60 }, { failures = 5, seconds = 3600 }]
///     window = { slot_seconds = 7200, slots = 12 }
///     consecutive = 60               # account and device only
///     outage = { local = { instances = 8 } }  # or "closed", "open"
///
///     [prefix]
///     credits = { logins_per_failure = 3, most = 1000 }  # or "none"
///     outage = "open"
///
///     [detection]
///     passwords = "step_up"          # or "refuse", "alarm_only"; also networks, surges, popular
///     filter = "large"               # or "medium", "small"
///     password_accounts = 6          # also source_accounts, source_requests,
///     source_failed_percent = 80     # surge_failures, hit_budget
///     hold_seconds = 3600
///     "#,
/// )?;
/// assert_eq!(policy.guesses_per_day(), 28);
/// assert_eq!(policy.rule(ScopeKind::Source), Policy::recommended().rule(ScopeKind::Source));
/// # Ok::<(), toml::de::Error>(())
/// ```
///
/// What the file does not say is as in the preset. What it says is checked as
/// [`PolicyBuilder::build`](crate::PolicyBuilder::build) does: a policy that is unsafe or absurd is not
/// read, nor is a setting that does not exist.
///
/// ```
/// use doorward_throttle::Policy;
///
/// let open = "[account]\nwaits = [{ failures = 1000, seconds = 60 }]";
/// let error = toml::from_str::<Policy>(open).unwrap_err();
/// assert!(error.to_string().contains("account: the waits allow 2440 guesses a day"));
/// ```
///
/// Any format that describes itself will do, such as TOML and JSON.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        Self::try_from(document).map_err(D::Error::custom)
    }
}

/// Writes every value, so that the file means the same whatever the presets of a later version are.
///
/// TOML has no whole numbers beyond [`i64::MAX`]: a policy that has one cannot be written in it.
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::from(self).serialize(serializer)
    }
}

/// What a file says; what it does not say is as in the preset.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Document {
    preset: PresetName,
    mode: Option<ModeName>,
    trusted: Option<Vec<String>>,
    denied: Option<Vec<String>>,
    account: RuleSection,
    device: RuleSection,
    source: RuleSection,
    end_site: RuleSection,
    prefix: RuleSection,
    unaddressed: RuleSection,
    site: RuleSection,
    detection: DetectionSection,
}

impl TryFrom<Document> for Policy {
    type Error = DocumentError;

    fn try_from(document: Document) -> Result<Self, DocumentError> {
        let preset = document.preset.policy();
        let mut builder = preset.to_builder();
        for (kind, section) in [
            (ScopeKind::Account, document.account),
            (ScopeKind::Device, document.device),
            (ScopeKind::Source, document.source),
            (ScopeKind::EndSite, document.end_site),
            (ScopeKind::Prefix, document.prefix),
            (ScopeKind::Unaddressed, document.unaddressed),
            (ScopeKind::Site, document.site),
        ] {
            builder = builder.rule(kind, section.change(kind, preset.rule(kind).clone())?);
        }
        builder = builder.detection(document.detection.change(preset.detection().clone()));
        if let Some(mode) = document.mode {
            builder = builder.mode(mode.into());
        }
        if let Some(texts) = document.trusted {
            builder = builder.trusted(networks("trusted", texts)?);
        }
        if let Some(texts) = document.denied {
            builder = builder.denied(networks("denied", texts)?);
        }
        Ok(builder.build()?)
    }
}

impl From<&Policy> for Document {
    fn from(policy: &Policy) -> Self {
        let texts = |networks: &Networks| networks.iter().map(|one| one.to_string()).collect();
        Self {
            preset: PresetName::default(),
            mode: Some(policy.mode.into()),
            trusted: Some(texts(&policy.trusted)),
            denied: Some(texts(&policy.denied)),
            account: (&policy.account).into(),
            device: (&policy.device).into(),
            source: (&policy.source).into(),
            end_site: (&policy.end_site).into(),
            prefix: (&policy.prefix).into(),
            unaddressed: (&policy.unaddressed).into(),
            site: (&policy.site).into(),
            detection: (&policy.detection).into(),
        }
    }
}

fn networks(list: &'static str, texts: Vec<String>) -> Result<Vec<SourcePrefix>, DocumentError> {
    let read = |text: String| {
        text.parse().map_err(|problem| DocumentError::Network { list, text, problem })
    };
    texts.into_iter().map(read).collect()
}

/// What is wrong, and where in the file.
#[derive(Debug, Error)]
enum DocumentError {
    #[error("{list}: {text:?}: {problem}")]
    Network { list: &'static str, text: String, problem: PrefixError },
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("{section}: waits: {problem}")]
    Waits { section: &'static str, problem: LadderError },
    #[error("{section}: window: {problem}")]
    Window { section: &'static str, problem: WindowError },
}
