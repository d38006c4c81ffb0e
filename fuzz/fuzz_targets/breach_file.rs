//! A file is a list of breached passwords or an error, in memory as in its file. Where a file lies, a
//! lookup answers or fails, and it never finds what a file that is whole does not have.
#![no_main]

use std::io::Cursor;

use doorward_hash::{BreachFile, BreachFilter, Password};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let in_memory = BreachFilter::parse(bytes);
    if let Ok(filter) = &in_memory {
        assert_eq!(filter.to_bytes(), bytes);
    }
    let Ok(file) = BreachFile::new(Cursor::new(bytes)) else {
        assert!(in_memory.is_err());
        return;
    };
    assert_eq!(file.verify().is_ok(), in_memory.is_ok());
    for password in ["password", "seven quiet herons", ""].map(Password::from) {
        let found = file.contains(&password);
        if let Ok(filter) = &in_memory {
            assert_eq!(found.ok(), Some(filter.contains(&password)));
        }
    }
});
