//! The table itself.

mod check;
mod create;
mod findings;
mod options;
mod problem;
mod report;

pub use self::create::TableCreated;
pub use self::options::{Encryption, TableOptions};
pub use self::problem::TableProblem;
pub use self::report::{TableReport, UnusableTable};
