//! When to stop.

use doorward_examples::failure::Failure;
use tokio::signal::unix::{SignalKind, signal};

/// Ends when the process is asked to: by SIGTERM, or by Ctrl-C.
///
/// # Errors
///
/// [`Failure`] where signals cannot be listened to.
pub fn shutdown() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::of_run("signals", error));
    let (mut terminate, mut interrupt) =
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
