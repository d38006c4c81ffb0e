//! Asking whether a new password is known from a breach.

use std::sync::Arc;
use std::time::Duration;

use doorward_hash::{
    AcceptedPassword, BreachCheck, BreachStatus, BreachUnavailable, PasswordProblem,
};
use tokio::sync::Semaphore;

use crate::error::{Error, ErrorKind};

/// A breach check, how long it may take, and what follows when it cannot tell.
#[derive(Debug)]
pub(crate) struct Breaches {
    check: Arc<dyn BreachCheck>,
    deadline: Duration,
    accepts_unchecked: bool,
    turns: Semaphore,
}

/// Whether an accepted password was found not to be known, or nobody could tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Screening {
    Done,
    Missed,
}

impl Breaches {
    pub(crate) fn new(
        check: Arc<dyn BreachCheck>,
        deadline: Duration,
        accepts_unchecked: bool,
    ) -> Self {
        Self { check, deadline, accepts_unchecked, turns: Semaphore::new(MOST_AT_ONCE) }
    }

    /// The outer error: it could not be told, and that is not good enough.
    pub(crate) async fn screen(
        &self,
        accepted: &AcceptedPassword,
    ) -> Result<Result<Screening, PasswordProblem>, Error> {
        match self.look_up(accepted).await {
            Ok(BreachStatus::NotKnown) => Ok(Ok(Screening::Done)),
            Ok(BreachStatus::Known) => Ok(Err(PasswordProblem::Breached)),
            Err(_) if self.accepts_unchecked => Ok(Ok(Screening::Missed)),
            Err(error) => Err(Error::because(ErrorKind::BreachCheck, error)),
        }
    }

    /// Waiting for a turn counts towards the deadline.
    async fn look_up(
        &self,
        accepted: &AcceptedPassword,
    ) -> Result<BreachStatus, BreachUnavailable> {
        let asking = async {
            let _turn = self.turns.acquire().await.map_err(BreachUnavailable::new)?;
            self.check.look_up(accepted.password()).await
        };
        match tokio::time::timeout(self.deadline, asking).await {
            Ok(answer) => answer,
            Err(late) => Err(BreachUnavailable::new(late)),
        }
    }
}

/// Questions under way: a flood of registrations must not become a flood at somebody else's service.
const MOST_AT_ONCE: usize = 64;
