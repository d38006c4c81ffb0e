//! A row of another system is a hash in its one spelling and within the ceiling, or an error; and what
//! was read can be verified.
#![no_main]

use doorward_hash::{Arena, Ceiling, Cost, Hasher, ImportedHash, Password, Verdict, Work};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|row: &str| {
    if let Ok(stored) = ImportedHash::parse(row, &Ceiling::default()) {
        assert_eq!(stored.expose_secret(), row);
        assert!(!format!("{stored:?}").contains(row));
    }
    // Only what takes next to no time is computed.
    let narrow = Ceiling::new()
        .with_memory_kib(64)
        .with_work(Work::from_blocks(256))
        .with_iterations(2_048)
        .with_bcrypt_cost(4);
    if let Ok(stored) = ImportedHash::parse(row, &narrow) {
        let hasher = Hasher::new(Cost::minimal_for_tests()).with_ceiling(narrow);
        let password = Password::from("no one has this one");
        let answer = hasher.verify_imported(&mut Arena::new(), &password, &stored);
        assert!(answer.is_ok_and(|answer| answer.verdict() == Verdict::Invalid));
    }
});
