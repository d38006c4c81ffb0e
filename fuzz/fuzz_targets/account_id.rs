//! Text is an account id in its one spelling, or an error.
#![no_main]

use doorward::AccountId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<AccountId>() {
        assert_eq!(id.to_string(), text);
    }
});
