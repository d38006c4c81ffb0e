//! The store traits of doorward, an in-memory store, a fault injector and the conformance suite.
