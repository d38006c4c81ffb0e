//! Text is root keys or an error; what was read is written and read again as it was.
#![no_main]

use doorward::Keys;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(keys) = Keys::parse(text) {
        let written = keys.expose_secret();
        let again = Keys::parse(&written).unwrap();
        assert!(again.ids().eq(keys.ids()));
        assert_eq!(*again.expose_secret(), *written);
    }
});
