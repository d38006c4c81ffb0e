#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod arena;
mod argon;
mod breach;
mod breach_filter;
mod budget;
mod calibration;
mod candidate;
mod ceiling;
mod common;
mod context;
mod cost;
mod demand;
mod fold;
mod freedom;
mod hasher;
#[cfg(feature = "imported")]
mod imported;
mod outdated;
mod password;
mod policy;
mod queue;
mod range;
mod recommendation;

mod remedy;
mod salt;
mod sequence;
mod shortfall;
mod stored;
mod verification;
mod word_list;
mod work;

// What a person sends, and what may become a password
pub use password::Password;
pub use policy::{AcceptedPassword, PasswordPolicy, PasswordProblem};

// Whether a password is in a list of breached ones
pub use breach::{BreachCheck, BreachDigest, DigestError};
pub use breach_filter::{BreachFilter, FilterError};
pub use range::{RangeError, RangeQuery};

// Hashing and verifying
pub use hasher::{HashError, Hasher};
#[cfg(feature = "imported")]
pub use imported::ImportedHash;
pub use outdated::Outdated;
pub use salt::{RandomError, Salt};
pub use stored::{ParseError, StoredHash};
pub use verification::{Subject, Verdict, Verification};

// What it costs
pub use arena::Arena;
pub use ceiling::{Ceiling, OverCeiling};
pub use cost::{Cost, CostError};
pub use work::Work;

// What it should cost
pub use budget::{Budget, BudgetError};
pub use calibration::{Calibration, calibrate};
pub use candidate::{Candidate, Timing};
pub use demand::{Demand, DemandError};
pub use recommendation::{Comparison, Recommendation};
pub use remedy::Remedy;
pub use shortfall::Shortfall;
