//! Shows how the keys of a live table are exchanged while people log in. It takes no arguments and no
//! set-up.

use std::process::ExitCode;

use doorward_examples::failure::finish;
use doorward_examples::rotating;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(rotating::run(300).await.map(|shown| shown.to_string()))
}
