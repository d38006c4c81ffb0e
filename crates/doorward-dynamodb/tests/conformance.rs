//! The store passes the conformance suite of the store contract, on the engine of `support`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use doorward_dynamodb::{FaultyConnector, RequestFault};
use doorward_store::{Store, store_conformance_tests};

mod as_it_is {
    use super::*;

    async fn make_store() -> impl Store {
        support::store().await
    }

    store_conformance_tests!(make_store);
}

/// Whatever is read without asking for consistency is not there: whoever reads so does not pass.
mod on_an_engine_with_stale_reads {
    use super::*;

    async fn make_store() -> impl Store {
        let connector = FaultyConnector::new().with_stale_reads();
        support::builder().http_client(connector).connect().await.unwrap()
    }

    store_conformance_tests!(make_store);
}

/// One request in twenty is refused: the store tries again by itself.
mod on_an_engine_that_refuses_now_and_then {
    use super::*;

    async fn make_store() -> impl Store {
        let refusals = [RequestFault::Throttled, RequestFault::Conflict];
        let connector = FaultyConnector::new().seeded(7, 50, &refusals);
        support::builder().attempts(12).http_client(connector).connect().await.unwrap()
    }

    store_conformance_tests!(make_store);
}
