//! The store passes the conformance suite of the store contract, on the engine of `support`, with no more
//! rights than the policies give that it ships.
//!
//! The engine is made worse than it is. Whatever is read without asking for consistency is not there, as
//! DynamoDB may answer: whoever reads so does not pass. And one request in thirty is refused, for want of
//! capacity or for a transaction that is in the way: the store tries again by itself.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use doorward_dynamodb::{FaultyConnector, RequestFault, Role};
use doorward_store::{Store, store_conformance_tests};
use support::policy::Policies;
use support::recorder::Recorder;

async fn make_store() -> impl Store {
    let guarded = Recorder::guarded(Policies::of(&[Role::LoginService, Role::Migration]));
    let refusals = [RequestFault::Throttled, RequestFault::Conflict];
    let connector = FaultyConnector::over(guarded).with_stale_reads().seeded(7, 33, &refusals);
    support::builder().attempts(12).http_client(connector).connect().await.unwrap()
}

mod law_11_dynamodb_does_what_every_store_does {
    use super::{make_store, store_conformance_tests};

    store_conformance_tests!(make_store);
}
