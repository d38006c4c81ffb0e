//! An end before the time: by SIGTERM, or by Ctrl-C.

use tokio::signal::unix::{SignalKind, signal};

use crate::door::Failure;

/// Does the work, unless the program is told to end: what the work has started and made is dropped then, and goes with it.
///
/// # Errors
///
/// [`Failure`] of the work, or when the program was told to end.
pub async fn unless_told_to_end<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        done = work => done,
        _ = terminate.recv() => Err("told to end".into()),
        _ = interrupt.recv() => Err("told to end".into()),
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::{Signal, getpid, kill_process};
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_the_work_holds_goes_when_it_is_told_to_end() {
        let (held, mut gone) = oneshot::channel::<()>();
        let work = async move {
            // The handlers are there by now: this is first polled after they were made.
            kill_process(getpid(), Signal::TERM)?;
            std::future::pending::<()>().await;
            drop(held);
            Ok(())
        };
        let ended = unless_told_to_end(work).await.unwrap_err();
        assert_eq!(ended.to_string(), "told to end");
        assert!(gone.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        assert_eq!(unless_told_to_end(async { Ok(7) }).await.unwrap(), 7);
    }
}
