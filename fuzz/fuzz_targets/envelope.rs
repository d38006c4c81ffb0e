//! Bytes are an envelope or an error, and an envelope that opens is the one that sealing makes, in place and out of it.
#![no_main]

use doorward_fields::{Context, Envelope, FieldKey, Keyring, Nonce, Place};
use libfuzzer_sys::fuzz_target;

/// Place and key are those of the first vector of `crates/doorward-fields/tests/vectors`, the seed.
const PLACE: Place<'static> =
    Place { tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1 };

fuzz_target!(|bytes: &[u8]| {
    let Ok(envelope) = Envelope::parse(bytes) else {
        return;
    };
    assert_eq!(envelope.as_bytes(), bytes);

    // The key that the envelope asks for, whichever it is, so that opening never ends at the id.
    let key = std::array::from_fn(|i| 5 * i as u8);
    let keyring = Keyring::new(FieldKey::new(envelope.key_id(), key));
    let context = Context::new(PLACE);
    if let Ok(opened) = keyring.open(&context, &envelope) {
        let nonce = Nonce::new(bytes[5..29].try_into().unwrap());
        let again = keyring.seal_with_nonce(&context, opened.expose_secret(), nonce).unwrap();
        // An older version opens, and is sealed no more.
        assert!(again == envelope || envelope.version() < Envelope::VERSION);
        let mut buffer = bytes.to_vec();
        assert_eq!(keyring.open_in_place(&context, &mut buffer).unwrap(), opened.expose_secret());
    }
});
