//! Bytes are a wrapped data key or an error. What was read is written as it was, and its ARN is one.
#![no_main]

use libfuzzer_sys::fuzz_target;

// The two files alone: the crate would bring the AWS SDK, which takes minutes with a sanitizer.
#[allow(dead_code, reason = "a part of the crate")]
#[path = "../../crates/doorward-kms/src/key_arn.rs"]
mod key_arn;
#[allow(dead_code, reason = "a part of the crate")]
#[path = "../../crates/doorward-kms/src/wrapped_key.rs"]
mod wrapped_key;

use key_arn::KeyArn;
use wrapped_key::WrappedKey;

fuzz_target!(|bytes: &[u8]| {
    let Ok(key) = WrappedKey::parse(bytes) else { return };
    assert_eq!(key.to_bytes(), bytes);
    assert_eq!(KeyArn::parse(key.key().as_str()).as_ref(), Ok(key.key()));
});
