//! A row of another system, wrapped or not, is a hash in its one spelling and within the ceiling, or an
//! error; what was read can be verified, wrapped and expected.
#![no_main]

use doorward_hash::{
    Arena, Ceiling, Cost, HashError, Hasher, Password, Salt, StoredHash, Subject, Verdict, Work,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|row: &str| {
    if let Ok(stored) = StoredHash::parse(row, &Ceiling::default()) {
        assert_eq!(stored.expose_secret(), row);
        assert!(!format!("{stored:?}").contains(row));
    }
    // Only what takes next to no time is computed.
    let narrow = Ceiling::new()
        .with_memory_kib(64)
        .with_work(Work::from_blocks(256))
        .with_iterations(2_048)
        .with_bcrypt_cost(4);
    if let Ok(stored) = StoredHash::parse(row, &narrow) {
        let hasher = Hasher::new(Cost::minimal_for_tests()).with_ceiling(narrow);
        let hasher = hasher.expecting([stored.kind()]);
        let mut arena = Arena::new();
        let password = Password::from("no one has this one");
        match hasher.verify(&mut arena, &password, Subject::Stored(&stored)) {
            Ok(answer) => assert_eq!(answer.verdict(), Verdict::Invalid),
            Err(error) => assert_eq!(error, HashError::Pepper),
        }
        if let Some(wrapped) = hasher.wrap(&mut arena, &stored, Salt::from_bytes([7; 16])).unwrap()
        {
            assert_eq!(wrapped.kind(), stored.kind());
            let again = StoredHash::parse(wrapped.expose_secret(), &Ceiling::default()).unwrap();
            assert_eq!(again.kind(), stored.kind());
        }
    }
});
