//! A service under more logins than it can hash: what its owners, and whoever asks for its health, see of it.

mod chart;
mod crowd;
mod ledger;
mod letters;
mod trial;

pub use chart::draw;
pub use ledger::{Ledger, Record, Who};
pub use trial::{Subject, Trial};
