#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod address;
mod ahead;
mod alarm;
mod belated;
mod candidates;
mod column;
mod counters;
mod crowd;
mod deciding;
mod decision;
mod detection;
#[cfg(feature = "serde")]
mod document;
mod flagged;
mod flags;
mod guess;
mod ladder;
mod lifting;
mod networks;
mod outage;
mod policy;
mod policy_builder;
mod policy_error;
mod popularity;
mod popularity_filter;
mod presets;
mod redeeming;
mod reservation;
mod scope;
mod scope_rule;
mod scope_update;
mod settled;
mod settlement;
mod surge;
mod suspicion;
mod watch;
mod window;

// What an attempt is counted under
pub use address::{PrefixError, SourcePrefix};
pub use guess::{Fingerprint, Guess};
pub use popularity::Popularity;
pub use scope::{Attempt, Device, Scope, ScopeKind};

// The policy
pub use detection::{Detection, Response};
pub use ladder::{Ladder, LadderError};
pub use networks::Networks;
pub use outage::Outage;
pub use policy::{Mode, Policy};
pub use policy_builder::PolicyBuilder;
pub use policy_error::PolicyError;
pub use popularity_filter::{FilterSize, PopularityFilter};
pub use scope_rule::ScopeRule;
pub use window::{Window, WindowError};

// Reserve, decide, settle
pub use counters::{Change, Counters};
pub use decision::{Admission, Decision, Denial, Observed, Rule};
pub use reservation::Reservation;
pub use scope_update::ScopeUpdate;
pub use settled::Settled;
pub use settlement::Settlement;

// Notice attacks
pub use alarm::Alarm;
pub use suspicion::Suspicion;
pub use watch::Watch;
