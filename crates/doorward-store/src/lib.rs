#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod account_id;
mod change;
mod counter_row;
mod counter_store;
mod counter_update;
mod credential;
mod credential_store;
mod digest_key;
mod error;
mod hex;
mod lookup_key;
mod memory;
mod random;
mod random_id;
mod session;
mod session_id;
mod session_store;
mod status;
mod store;
mod ticket;
mod ticket_store;
mod version;

#[cfg(feature = "testing")]
pub mod conformance;
#[cfg(feature = "testing")]
mod fault_script;
#[cfg(feature = "testing")]
mod faulty_store;

// The store traits
pub use counter_store::CounterStore;
pub use credential_store::{CredentialStore, Inserted, Rekeyed, Removed, Replaced};
pub use session_store::{Opened, Renewed, SessionStore};
pub use store::Store;
pub use ticket_store::TicketStore;

// What a store keeps: credentials
pub use account_id::{AccountId, ParseAccountIdError};
pub use credential::{Credential, CredentialError};
pub use lookup_key::{KeyError, LookupKey};
pub use status::Status;
pub use version::Version;

// What a store keeps: counters
pub use change::{Change, Column};
pub use counter_row::CounterRow;
pub use counter_update::CounterUpdate;
pub use digest_key::CounterKey;

// What a store keeps: tickets
pub use digest_key::TicketKey;
pub use ticket::Ticket;

// What a store keeps: sessions
pub use session::Session;
pub use session_id::{ParseSessionIdError, SessionId};

// What can go wrong
pub use error::{StoreError, StoreErrorKind};
pub use random::RandomError;

// The store in memory
pub use memory::{Limits, MemoryStore};

// For tests: a store that fails on demand
#[cfg(feature = "testing")]
pub use fault_script::FaultScript;
#[cfg(feature = "testing")]
pub use faulty_store::{Fault, FaultyStore, Operation};
