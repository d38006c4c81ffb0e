//! The front door of a Rust service: it takes an identifier, a password and where the attempt came
//! from, and answers one question, safely, under attack: *may this person in?*
//!
//! ```
//! use doorward::{Authenticator, Keys, Login, MemoryStore, Outcome, Registered, Registration};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let auth = Authenticator::builder()
//!     .store(MemoryStore::new())
//!     .keys(Keys::generate()?) // in service: Keys::from_env()?
//!     .build()?;
//!
//! let registered =
//!     auth.register(Registration::new("alice@example.com", "seven quiet herons")).await?;
//! assert!(matches!(registered, Registered::Created(_)));
//!
//! let source: std::net::IpAddr = "192.0.2.7".parse()?;
//! let login = Login::new("Alice@Example.com", "seven quiet herons").from(source);
//! match auth.authenticate(login).await? {
//!     Outcome::Verified(proof) => println!("open a session for {}", proof.account()),
//!     Outcome::StepUp(ticket) => println!("ask for the code until {:?}", ticket.expires_at()),
//!     Outcome::Rejected => println!("401"),
//!     Outcome::Wait(wait) => println!("429, Retry-After: {}", wait.seconds()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! `Err` means *we could not decide*. It lets nobody in, carries a
//! [`kind`](Error::kind) for the operator, and tells an attacker nothing.
//!
//! Known devices: [`Verified::device`] is a token to keep on the client. Presented with the next
//! login ([`Login::device`]), it gives its holder a budget that no stranger can spend.
//!
//! After the login: [`Sessions`] are opened with the proof, and with each request give the [`Principal`] that it is
//! from; [`Tokens`] are for API clients; [`SecondFactors`] make [`Outcome::StepUp`] ask for a code. Owners who have
//! forgotten their password go through [`Recovery`], and the module [`asvs`] says which requirement of the standard
//! is held by which test.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod accounts;
mod admission;
mod attempt;
mod authenticator;
mod breaches;
mod breaker;
mod builder;
mod challenge;
mod clock;
mod counting;
mod deadline;
mod deletion;
mod device;
mod enrolment;
mod epoch;
mod error;
mod event;
mod export;
mod front;
mod gate;
mod guessing;
mod hashing;
mod held_back;
mod identifier;
mod import;
mod introspection;
mod invitations;
mod keys;
mod lane;
mod ledger;
mod limiter;
mod measuring;
mod new_password;
mod notice;
mod one_time;
mod outage;
mod outcome;
mod owed;
mod owned;
mod password_change;
mod paying;
mod pepper;
mod permit;
mod pool;
mod principal;
mod queue;
mod ranks;
mod recipe;
mod recovery;
mod redeem;
mod refreshing;
mod renewal;
mod rooms;
mod rotation;
mod second_factor;
mod second_factors;
mod session_keeping;
mod session_list;
mod session_vault;
mod sessions;
mod site_row;
mod step_up;
mod ticket;
mod ticketing;
mod tokens;
mod unlock;
mod vault;
mod verification;
mod verified;
mod visitor;
mod waits;

// The door
pub use attempt::{Login, PasswordChange, Redemption, Registration};
pub use authenticator::Authenticator;
pub use outcome::{Changed, Managed, Outcome, Refusal, Registered, Wait};
pub use verified::{Method, Verified};

// Sessions, and whose something is
pub use owned::{NotOwner, Owned};
pub use principal::{Fresh, Owner, Principal};
pub use session_list::{EndedSessions, SessionInfo};
pub use sessions::{NewSession, OpenSession, Sessions};

// Tokens of API clients
pub use introspection::{ActiveToken, Introspection};
pub use tokens::{NewGrant, TokenPair, Tokens};

// The second factor
pub use second_factors::{Enrolled, Enrolment, SecondFactorStatus, SecondFactors};

// Accounts: what their owners, and operators, do with them
pub use export::AccountExport;
pub use invitations::{Acceptance, Invitations, Invited};
pub use one_time::{Requested, TokenRequest};
pub use recovery::{PasswordReset, Recovery, Reset};
pub use verification::{ChangeRequested, IdentifierChanged, Verification};

// Building it
pub use builder::{AuthenticatorBuilder, BuildError, NeedsKeys, NeedsStore};
pub use front::FrontLimits;
pub use hashing::{HashingLimits, HashingStats};
pub use keys::{Keys, KeysError};

// Accounts of other systems, and passes over all accounts
pub use doorward_fields::rotation::Progress;
pub use import::{Import, ImportProblem, Imported};
pub use renewal::{Renewal, Renewed};
pub use rotation::Rotation;
// What a login may cost
/// [`calibrate`] with measurements of your own.
pub use doorward_hash::calibrate as calibrate_with;
pub use doorward_hash::{
    Budget, BudgetError, Calibration, Candidate, Comparison, Demand, DemandError, Recommendation,
    Remedy, Shortfall, Timing,
};
pub use measuring::{MeasureError, calibrate};

// Known devices and step-up
pub use device::DeviceToken;
pub use step_up::{Code, StepUp};

// What owners are told
pub use doorward_session::Purpose;
pub use notice::{AccountChange, ChangeNotice, CodeNotice, Notice, Notifier, TokenNotice};

// Limits for what is no login
pub use limiter::SourceLimiter;

// For the operator
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{Error, ErrorKind};
pub use event::{Event, EventKind, EventSink, Rejection, TracingSink};
pub use identifier::IdentifierProblem;
pub use unlock::Unlock;

// From the crates below
#[cfg(feature = "vectorised")]
pub use doorward_hash::BackendError;
pub use doorward_hash::{
    Backend, Ceiling, Cost, CostError, HashKind, HmacHash, HmacText, ImportPepper, Normalization,
    ParseError, Password, PasswordPolicy, PasswordProblem, PepperError,
};
#[cfg(feature = "zxcvbn")]
pub use doorward_hash::{Strength, StrengthEstimate};
pub use doorward_session::{
    Authentication, Factor, GrantPolicy, OneTimePolicy, RecoveryCode, Scopes, ScopesError,
    SessionPolicy,
};
pub use doorward_store::{AccountId, MemoryStore, SessionId, Store, StoreError, StoreErrorKind};
pub use doorward_throttle::{
    Alarm, Detection, FilterSize, Ladder, LadderError, Mode, Outage, Policy, PolicyBuilder,
    PolicyError, PrefixError, Response, Rule, ScopeKind, ScopeRule, SourcePrefix, Window,
};

/// Encryption of the service's own fields, under keys of [`Keys::keyring`].
pub mod fields {
    pub use doorward_fields::*;
}

/// The store on Amazon DynamoDB, [`DynamoStore`](dynamodb::DynamoStore), and its table.
#[cfg(feature = "dynamodb")]
pub mod dynamodb {
    pub use doorward_dynamodb::*;
}

/// Keys from AWS KMS: root secrets for [`Keys`], data keys for the service's own records.
#[cfg(feature = "kms")]
pub mod kms {
    pub use doorward_kms::*;
}

/// The store traits, for those who write a store of their own.
pub mod store {
    pub use doorward_store::*;
}

/// Breached passwords: what [`AuthenticatorBuilder::breach_check`] takes, and what makes lists of them.
pub mod breach {
    pub use doorward_hash::{
        BreachCheck, BreachDigest, BreachFile, BreachFileError, BreachFilter, BreachStatus,
        BreachUnavailable, DigestError, FilterError, FilterWriteError, FilterWriter, FilterWritten,
        RangeAnswer, RangeCheck, RangeClient, RangeError, RangeQuery,
    };
}

/// Which requirement of OWASP ASVS 5.0 is held by which test, and which are the service's own duty.
#[doc = include_str!("../docs/asvs.md")]
pub mod asvs {}
