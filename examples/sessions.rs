//! Shows sessions and the tokens of API clients: opened, checked, listed, ended. It takes no arguments and no
//! set-up.

use std::process::ExitCode;

use doorward_examples::failure::finish;
use doorward_examples::sessions;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(sessions::run().await.map(|shown| shown.to_string()))
}
