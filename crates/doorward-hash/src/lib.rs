#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod arena;
mod argon;
mod backend;
mod breach;
mod breach_filter;
mod ceiling;
mod common;
mod context;
mod cost;
mod engine;
mod expected;
mod fold;
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
mod range;
mod rust_crypto;
mod salt;
mod scheme;
mod sequence;
mod stored;
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
pub use policy::{AcceptedPassword, PasswordPolicy, PasswordProblem};

// Whether a password is in a list of breached ones
pub use breach::{BreachCheck, BreachDigest, DigestError};
pub use breach_filter::{BreachFilter, FilterError};
pub use range::{RangeError, RangeQuery};

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
