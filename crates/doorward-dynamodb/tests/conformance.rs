//! The store passes the conformance suite of the store contract, on the engine of `support`.

mod support;

use doorward_store::{Store, store_conformance_tests};

async fn make_store() -> impl Store {
    support::store().await
}

store_conformance_tests!(make_store);
