#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod arena;
mod argon;
mod ceiling;
mod context;
mod cost;
mod hasher;
#[cfg(feature = "imported")]
mod imported;
mod outdated;
mod password;
mod policy;
mod salt;
mod stored;
mod verification;
mod work;

// What a person sends, and what may become a password
pub use password::Password;
pub use policy::{AcceptedPassword, PasswordPolicy, PasswordProblem};

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
