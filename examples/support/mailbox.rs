//! A notifier for replays: codes can be sent, and nobody reads them.

use std::error::Error;

use async_trait::async_trait;
use doorward::{Notice, Notifier};

/// Takes every notice and drops it. With it the policy may ask for a step-up.
#[derive(Debug)]
pub(crate) struct Mailbox;

#[async_trait]
impl Notifier for Mailbox {
    async fn send(&self, _notice: Notice) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }
}
