//! Sending requests, and sending them again where that does no harm.

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::ops::Deref;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::clock::{Deadline, Stopwatch};
use crate::metrics::Recorder;
use crate::{Api, Cause};

/// One table, and how it is talked to.
#[derive(Debug)]
pub(crate) struct Requests {
    pub(crate) client: Client,
    pub(crate) table: String,
    pub(crate) recorder: Recorder,
    /// The most attempts of one call.
    pub(crate) attempts: u32,
    /// How long all of them together may take.
    pub(crate) deadline: Duration,
}

/// One call of a method, which has one deadline for all that it sends.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) requests: &'a Requests,
    pub(crate) until: Deadline,
}

impl Deref for Call<'_> {
    type Target = Requests;

    fn deref(&self) -> &Requests {
        self.requests
    }
}

/// When a request that failed may be sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Repeat {
    /// Whenever the trouble may pass: it reads, or says the same however often it is said.
    Always,
    /// Only where it is sure that nothing was done: what it adds would be added twice.
    IfUndone,
}

/// A request that failed, and the service's own error if there was one.
#[derive(Debug)]
pub(crate) struct Failure<E> {
    pub(crate) cause: Cause,
    pub(crate) error: Option<E>,
}

/// What an answer says of its cost.
pub(crate) trait Consumed {
    fn units(&self) -> f64;
}

impl Requests {
    /// A call that begins now.
    pub(crate) fn call(&self) -> Call<'_> {
        Call { requests: self, until: Deadline::after(self.deadline) }
    }
}

impl Call<'_> {
    /// Sends a request, again after a pause while it fails in a way that may pass.
    pub(crate) async fn send<T, E, R, F>(
        &self,
        api: Api,
        repeat: Repeat,
        request: impl Fn() -> F,
    ) -> Result<T, Failure<E>>
    where
        T: Consumed,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: Debug + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, R>>>,
    {
        for attempt in 1.. {
            let watch = Stopwatch::start();
            let answer = self.until.limit(request()).await;
            let took = watch.read();
            let failure = match answer {
                Some(Ok(answer)) => {
                    self.recorder.answered(api, took, answer.units());
                    return Ok(answer);
                }
                Some(Err(error)) => {
                    Failure { cause: Cause::of(api, &error), error: service_error(error) }
                }
                None => Failure { cause: Cause::timeout(api), error: None },
            };
            self.recorder.failed(api, took, &failure.cause);
            let may = repeat == Repeat::Always || failure.cause.is_undone();
            let goes_on = attempt < self.attempts && failure.cause.is_passing() && may;
            if !goes_on || !pause(attempt, self.until).await {
                return Err(failure);
            }
        }
        Err(Failure { cause: Cause::timeout(api), error: None })
    }
}

/// Waits before the next attempt; `false` if that would be too late.
///
/// A random part of a span that doubles: whoever collided does not collide again.
pub(crate) async fn pause(attempt: u32, until: Deadline) -> bool {
    let span = FIRST_PAUSE.saturating_mul(1 << attempt.min(6)).min(LONGEST_PAUSE);
    until.pause(span.mul_f64(fastrand::f64())).await
}

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

fn service_error<E, R>(error: SdkError<E, R>) -> Option<E> {
    match error {
        SdkError::ServiceError(failure) => Some(failure.into_err()),
        _ => None,
    }
}

macro_rules! consumed {
    ($($operation:ident :: $output:ident),* $(,)?) => {
        $(
            impl Consumed for aws_sdk_dynamodb::operation::$operation::$output {
                fn units(&self) -> f64 {
                    self.consumed_capacity().and_then(|used| used.capacity_units()).unwrap_or(0.0)
                }
            }
        )*
    };
}

consumed!(
    delete_item::DeleteItemOutput,
    get_item::GetItemOutput,
    put_item::PutItemOutput,
    query::QueryOutput,
    scan::ScanOutput,
    update_item::UpdateItemOutput,
);

macro_rules! consumed_together {
    ($($operation:ident :: $output:ident),* $(,)?) => {
        $(
            impl Consumed for aws_sdk_dynamodb::operation::$operation::$output {
                fn units(&self) -> f64 {
                    self.consumed_capacity().iter().filter_map(|used| used.capacity_units()).sum()
                }
            }
        )*
    };
}

consumed_together!(
    batch_get_item::BatchGetItemOutput,
    transact_write_items::TransactWriteItemsOutput,
);

macro_rules! free {
    ($($operation:ident :: $output:ident),* $(,)?) => {
        $(
            impl Consumed for aws_sdk_dynamodb::operation::$operation::$output {
                fn units(&self) -> f64 {
                    0.0
                }
            }
        )*
    };
}

free!(
    create_table::CreateTableOutput,
    describe_continuous_backups::DescribeContinuousBackupsOutput,
    describe_table::DescribeTableOutput,
    describe_time_to_live::DescribeTimeToLiveOutput,
    update_continuous_backups::UpdateContinuousBackupsOutput,
    update_time_to_live::UpdateTimeToLiveOutput,
);
