#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod arena;
mod argon;
mod backend;
mod breach;
mod breach_digest;
mod breach_file;
mod breach_filter;
mod budget;
mod calibration;
mod candidate;
mod ceiling;
mod common;
mod context;
mod cost;
mod demand;
mod engine;
mod expected;
mod filter_format;
mod filter_writer;
mod floor;
mod fold;
mod freedom;
mod hasher;
mod import_pepper;
mod imported;
mod kind;
#[cfg(feature = "vectorised")]
mod known_answers;
mod normalization;
mod outdated;
mod parse_error;
mod password;
mod phc;
mod policy;
mod prefix;
mod problem;
mod queue;
mod range;
mod range_check;
mod recommendation;
mod remedy;
mod rust_crypto;
mod salt;
mod scheme;
mod scratch;
mod sequence;
mod shortfall;
mod sorted_runs;
mod span;
mod stored;
#[cfg(feature = "zxcvbn")]
mod strength;
#[cfg(feature = "vectorised")]
mod vectorised;
mod verification;
mod verify;
mod word_list;
mod work;
mod wrapped;

// What a person sends, and what may become a password
pub use normalization::Normalization;
pub use password::Password;
pub use policy::{AcceptedPassword, PasswordPolicy};
pub use problem::{NotAccepted, PasswordProblem};
#[cfg(feature = "zxcvbn")]
pub use strength::{Strength, StrengthEstimate};

// Whether a password is in a list of breached ones
pub use breach::{BreachCheck, BreachStatus, BreachUnavailable};
pub use range::{RangeError, RangeQuery};
pub use range_check::{RangeAnswer, RangeCheck, RangeClient};

// A list of one's own
pub use breach_digest::{BreachDigest, DigestError};
pub use breach_file::{BreachFile, BreachFileError};
pub use breach_filter::BreachFilter;
pub use filter_format::FilterError;
pub use filter_writer::{FilterWriteError, FilterWriter, FilterWritten};

// Hashing and verifying
pub use hasher::{HashError, Hasher};
pub use outdated::Outdated;
pub use parse_error::ParseError;
pub use salt::{RandomError, Salt};
pub use stored::StoredHash;
pub use verification::{Subject, Verdict, Verification};

// Hashes of other systems
pub use import_pepper::{HmacHash, HmacText, ImportPepper, PepperError};
pub use kind::HashKind;

// What it costs, and what computes it
pub use arena::Arena;
pub use backend::Backend;
pub use ceiling::{Ceiling, OverCeiling};
pub use cost::{Cost, CostError};
#[cfg(feature = "vectorised")]
pub use known_answers::BackendError;
pub use work::Work;

// What it should cost
pub use budget::{Budget, BudgetError};
pub use calibration::{Calibration, calibrate};
pub use candidate::{Candidate, Timing};
pub use demand::{Demand, DemandError};
pub use recommendation::{Comparison, Recommendation};
pub use remedy::Remedy;
pub use shortfall::Shortfall;
