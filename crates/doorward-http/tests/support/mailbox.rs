//! What owners are sent.

use std::error::Error;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use doorward::{Notice, Notifier};

#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<Vec<Letter>>>);

#[derive(Clone, Debug)]
pub enum Letter {
    Code(String),
    Token(String),
    Change,
}

impl Mailbox {
    pub fn take(&self) -> Vec<Letter> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// The token of the next letter that holds one: sending runs beside the answer.
    pub async fn token(&self) -> String {
        self.next(|letter| match letter {
            Letter::Token(token) => Some(token),
            _ => None,
        })
        .await
    }

    /// The next code.
    pub async fn code(&self) -> String {
        self.next(|letter| match letter {
            Letter::Code(code) => Some(code),
            _ => None,
        })
        .await
    }

    async fn next(&self, of: impl Fn(Letter) -> Option<String>) -> String {
        loop {
            if let Some(found) = self.take().into_iter().find_map(&of) {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
}

#[async_trait]
impl Notifier for Mailbox {
    async fn send(&self, notice: Notice) -> Result<(), Box<dyn Error + Send + Sync>> {
        let letter = match notice {
            Notice::Code(notice) => Letter::Code(notice.code().expose_secret().to_owned()),
            Notice::Token(notice) => Letter::Token(notice.expose_token().to_owned()),
            _ => Letter::Change,
        };
        self.0.lock().unwrap().push(letter);
        Ok(())
    }
}
