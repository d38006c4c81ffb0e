//! Shows a second factor: enrolled, asked for, lost and recovered. It takes no arguments and no set-up.

use std::process::ExitCode;

use doorward_examples::failure::finish;
use doorward_examples::second_factor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(second_factor::run().await.map(|shown| shown.to_string()))
}
