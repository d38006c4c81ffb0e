//! The letters that the people of an example get.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use doorward::{Notice, Notifier};

/// Keeps what was sent. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letterbox(Arc<Mutex<Letters>>);

#[derive(Default)]
struct Letters {
    new: Vec<String>,
    token: Option<String>,
}

impl std::fmt::Debug for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letters").field("new", &self.new).finish_non_exhaustive()
    }
}

impl Letterbox {
    /// What the letters since the last call are about.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut letters.new)
    }

    /// The token of the last letter that held one: the owner follows the link.
    pub(crate) fn take_token(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).token.take()
    }
}

#[async_trait]
impl Notifier for Letterbox {
    async fn send(&self, notice: Notice) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match notice {
            Notice::Token(notice) => {
                letters.new.push(format!("a link: {}", notice.purpose().name()));
                letters.token = Some(notice.expose_token().to_owned());
            }
            Notice::Change(notice) => letters.new.push(format!("{:?}", notice.change())),
            Notice::Code(_) => letters.new.push("a code".to_owned()),
            _ => letters.new.push("another letter".to_owned()),
        }
        Ok(())
    }
}
