//! Shows what the door answers, to whom, and why. It takes no arguments and no set-up.

use std::process::ExitCode;

use doorward_examples::failure::finish;
use doorward_examples::quickstart;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(quickstart::run().await.map(|shown| shown.to_string()))
}
