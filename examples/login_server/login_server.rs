//! A login server: accounts, sessions, tokens and their pages, over HTTP.

use std::process::ExitCode;

use doorward::Keys;
use doorward_examples::arguments::Asked;
use doorward_examples::failure::{Failure, finish};
use doorward_login_server::arguments::Arguments;
use doorward_login_server::server::Server;
use doorward_login_server::{logging, signals};

#[tokio::main]
async fn main() -> ExitCode {
    finish(serve().await)
}

async fn serve() -> Result<String, Failure> {
    let arguments = match Arguments::parse(std::env::args_os().skip(1))? {
        Asked::Help(text) => return Ok(text.to_owned()),
        Asked::Work(arguments) => arguments,
    };
    if arguments.makes_keys {
        let keys = Keys::generate().map_err(|error| Failure::of_run("keys", error))?;
        return Ok(format!("{}\n", *keys.expose_secret()));
    }
    logging::begin();
    let mut shutdown = std::pin::pin!(signals::shutdown()?);
    let server = tokio::select! {
        server = Server::start(arguments) => server?,
        () = &mut shutdown => return Ok("stopped before it had begun\n".to_owned()),
    };
    println!("listening on http://{}", server.address());
    server.serve(shutdown).await;
    Ok("stopped\n".to_owned())
}
