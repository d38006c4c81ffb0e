//! Every store of this crate passes the conformance suite, and so does what wraps one.

use doorward_store::{FaultyStore, MemoryStore, Store, store_conformance_tests};

mod memory {
    use super::*;

    async fn make_store() -> impl Store {
        MemoryStore::new()
    }

    store_conformance_tests!(make_store);
}

mod arc_of_dyn {
    use std::sync::Arc;

    use super::*;

    async fn make_store() -> Arc<dyn Store> {
        Arc::new(MemoryStore::new())
    }

    store_conformance_tests!(make_store);
}

mod box_of_dyn {
    use super::*;

    async fn make_store() -> Box<dyn Store> {
        Box::new(MemoryStore::new())
    }

    store_conformance_tests!(make_store);
}

mod faulty_without_faults {
    use super::*;

    async fn make_store() -> impl Store {
        FaultyStore::new(MemoryStore::new())
    }

    store_conformance_tests!(make_store);
}

mod faulty_that_reorders {
    use doorward_store::Fault;

    use super::*;

    async fn make_store() -> impl Store {
        let delays = [Fault::Yield(1), Fault::Yield(7), Fault::Yield(40)];
        FaultyStore::new(MemoryStore::new()).seeded(9, 500, &delays)
    }

    store_conformance_tests!(make_store);
}

/// A behaviour that the macro forgets would be tested nowhere.
#[test]
fn every_behaviour_is_in_the_macro() {
    let suite = include_str!("../src/conformance.rs");
    let mut behaviours = 0;
    for file in [
        include_str!("../src/conformance/counters.rs"),
        include_str!("../src/conformance/credentials.rs"),
        include_str!("../src/conformance/details.rs"),
        include_str!("../src/conformance/expiry.rs"),
        include_str!("../src/conformance/forgetting.rs"),
        include_str!("../src/conformance/listing.rs"),
        include_str!("../src/conformance/races.rs"),
        include_str!("../src/conformance/rekeying.rs"),
        include_str!("../src/conformance/rekeying_races.rs"),
        include_str!("../src/conformance/removing.rs"),
        include_str!("../src/conformance/removing_races.rs"),
        include_str!("../src/conformance/replacing.rs"),
        include_str!("../src/conformance/session_ends.rs"),
        include_str!("../src/conformance/session_races.rs"),
        include_str!("../src/conformance/session_renewals.rs"),
        include_str!("../src/conformance/sessions.rs"),
        include_str!("../src/conformance/tickets.rs"),
    ] {
        for line in file.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
            let name = line.split('(').next().unwrap();
            assert!(suite.lines().any(|line| line.trim() == name), "{name} is not in the macro");
            behaviours += 1;
        }
    }
    assert!(behaviours >= 149, "found {behaviours}");
}
