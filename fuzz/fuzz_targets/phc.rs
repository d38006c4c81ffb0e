//! A row is a stored hash in its one spelling and within the ceiling, or an error.
#![no_main]

use doorward_hash::{Ceiling, StoredHash};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|row: &str| {
    let ceiling = Ceiling::default();
    if let Ok(stored) = StoredHash::parse(row, &ceiling) {
        assert_eq!(stored.expose_secret(), row);
        assert!(!format!("{stored:?}").contains(row));
    }
});
