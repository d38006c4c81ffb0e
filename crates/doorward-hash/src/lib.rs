#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod arena;
mod argon;
mod breach;
mod breach_digest;
mod breach_file;
mod breach_filter;
mod ceiling;
mod common;
mod context;
mod cost;
mod filter_format;
mod filter_writer;
mod floor;
mod fold;
mod hasher;
#[cfg(feature = "imported")]
mod imported;
mod outdated;
mod password;
mod policy;
mod problem;
mod range;
mod range_check;
mod salt;
mod scratch;
mod sequence;
mod sorted_runs;
mod span;
mod stored;
#[cfg(feature = "zxcvbn")]
mod strength;
mod verification;
mod word_list;
mod work;

// What a person sends, and what may become a password
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
