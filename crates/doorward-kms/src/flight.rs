use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::KmsError;

/// One call at a time, whose failure is that of everybody who waited for it.
///
/// Without it a crowd that meets an outage would stand in line, and each in turn wait for a deadline of
/// its own.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    turn: tokio::sync::Mutex<()>,
    landed: Mutex<Landed>,
}

/// How the calls went so far.
#[derive(Debug, Default)]
struct Landed {
    failures: u64,
    last: Option<KmsError>,
}

/// The right to make the call. Dropped before the call has ended, by whoever hangs up, it goes to the
/// next in line.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    flight: &'a Flight,
    _turn: tokio::sync::MutexGuard<'a, ()>,
}

impl Flight {
    /// One's turn, or the failure of the call that was waited for.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, KmsError> {
        let before = self.landed().failures;
        let turn = self.turn.lock().await;
        let landed = self.landed();
        match &landed.last {
            Some(error) if landed.failures != before => Err(error.clone()),
            _ => Ok(Turn { flight: self, _turn: turn }),
        }
    }

    /// One's turn, if nobody has it.
    pub(crate) fn turn_at_once(&self) -> Option<Turn<'_>> {
        Some(Turn { flight: self, _turn: self.turn.try_lock().ok()? })
    }

    fn landed(&self) -> MutexGuard<'_, Landed> {
        self.landed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Has those who wait know of it.
    pub(crate) fn failed(&self, error: &KmsError) {
        let mut landed = self.flight.landed();
        landed.failures += 1;
        landed.last = Some(error.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::KmsErrorKind;

    #[tokio::test]
    async fn those_who_wait_share_the_failure_and_later_ones_do_not() {
        let flight = Arc::new(Flight::default());
        let turn = flight.turn().await.unwrap();
        assert!(flight.turn_at_once().is_none());
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let flight = Arc::clone(&flight);
                tokio::spawn(async move { flight.turn().await.map(drop).map_err(|e| e.kind()) })
            })
            .collect();
        tokio::task::yield_now().await;
        turn.failed(&KmsError::new(KmsErrorKind::Timeout));
        drop(turn);
        for waiter in waiting {
            assert_eq!(waiter.await.unwrap(), Err(KmsErrorKind::Timeout));
        }
        assert!(flight.turn().await.is_ok());
    }

    #[tokio::test]
    async fn a_turn_that_is_given_up_goes_to_the_next() {
        let flight = Arc::new(Flight::default());
        let turn = flight.turn().await.unwrap();
        let waiter = {
            let flight = Arc::clone(&flight);
            tokio::spawn(async move { flight.turn().await.is_ok() })
        };
        tokio::task::yield_now().await;
        drop(turn);
        assert!(waiter.await.unwrap());
    }
}
