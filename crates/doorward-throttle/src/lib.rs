#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod address;
mod column;
mod counters;
mod decision;
mod ladder;
mod policy;
mod reservation;
mod scope;
mod settlement;
mod window;

// What an attempt is counted under
pub use address::SourcePrefix;
pub use scope::{Attempt, Scope, ScopeKind};

// The policy
pub use ladder::{Ladder, LadderError};
pub use policy::{Policy, PolicyBuilder, PolicyError};
pub use window::{Window, WindowError};

// Reserve, decide, settle
pub use counters::{Change, Counters};
pub use decision::{Admission, Decision, Denial, Rule};
pub use reservation::{Reservation, ScopeUpdate};
pub use settlement::Settlement;
