//! Shows a record with sealed fields: what the table sees, and what it cannot do. It takes no arguments.

use std::process::ExitCode;

use doorward_examples::failure::finish;
use doorward_examples::records;

fn main() -> ExitCode {
    finish(records::run().map(|shown| shown.to_string()))
}
