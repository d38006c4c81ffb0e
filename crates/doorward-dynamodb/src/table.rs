//! The table itself.

mod create;
mod options;

pub use self::create::TableCreated;
pub use self::options::{Encryption, TableOptions};
