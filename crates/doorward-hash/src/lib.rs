#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod arena;
mod backend;
mod breach;
mod calibration;
mod ceiling;
mod cost;
mod hasher;
mod import_pepper;
mod imported;
mod normalization;
mod outdated;
mod password;
mod policy;
mod salt;
mod scheme;
mod stored;
mod verification;
mod work;

// What a person sends, and what may become a password
pub use normalization::Normalization;
pub use password::Password;
pub use policy::problem::{NotAccepted, PasswordProblem};
#[cfg(feature = "zxcvbn")]
pub use policy::strength::{Strength, StrengthEstimate};
pub use policy::{AcceptedPassword, PasswordPolicy};

// Whether a password is in a list of breached ones
pub use breach::range::{RangeError, RangeQuery};
pub use breach::range_check::{RangeAnswer, RangeCheck, RangeClient};
pub use breach::{BreachCheck, BreachStatus, BreachUnavailable};

// A list of one's own
pub use breach::digest::{BreachDigest, DigestError};
pub use breach::file::{BreachFile, BreachFileError};
pub use breach::filter::BreachFilter;
pub use breach::format::FilterError;
pub use breach::writer::{FilterWriteError, FilterWriter, FilterWritten};

// Hashing and verifying
pub use hasher::{HashError, Hasher};
pub use outdated::Outdated;
pub use salt::{RandomError, Salt};
pub use stored::StoredHash;
pub use stored::parse_error::ParseError;
pub use verification::{Subject, Verdict, Verification};

// Hashes of other systems
pub use import_pepper::{HmacHash, HmacText, ImportPepper, PepperError};
pub use stored::kind::HashKind;

// What it costs, and what computes it
pub use arena::Arena;
pub use backend::Backend;
#[cfg(feature = "vectorised")]
pub use backend::known_answers::BackendError;
pub use ceiling::{Ceiling, OverCeiling};
pub use cost::{Cost, CostError};
pub use work::Work;

// What it should cost
pub use calibration::budget::{Budget, BudgetError};
pub use calibration::candidate::{Candidate, Timing};
pub use calibration::demand::{Demand, DemandError};
pub use calibration::recommendation::{Comparison, Recommendation};
pub use calibration::remedy::Remedy;
pub use calibration::shortfall::Shortfall;
pub use calibration::{Calibration, calibrate};
