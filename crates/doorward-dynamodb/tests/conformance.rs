//! The store passes the conformance suite of the store contract, on the engine of `support`, with no more
//! rights than the policies give that it ships.

mod support;

use doorward_dynamodb::Role;
use doorward_store::{Store, store_conformance_tests};

async fn make_store() -> impl Store {
    support::store_as(&[Role::LoginService, Role::Migration]).await
}

store_conformance_tests!(make_store);
