//! Bytes are the record of a second factor or an error, and it is written as it was read. Typed text is a code or
//! none, and opens once.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use doorward_session::{RecoveryCode, SecondFactor, TotpSecret};
use libfuzzer_sys::fuzz_target;

const ACCOUNT: [u8; 16] = [9; 16];

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = SecondFactor::parse(bytes) {
        assert_eq!(*record.to_bytes(), bytes);
        assert!(record.codes_left() <= SecondFactor::MAX_CODES);
    }
    // The first eight bytes are the time, the rest what was typed.
    let Some((seconds, typed)) = bytes.split_first_chunk() else { return };
    let Ok(typed) = std::str::from_utf8(typed) else { return };
    let since = Duration::from_secs(u64::from_be_bytes(*seconds));
    if let Some(now) = UNIX_EPOCH.checked_add(since) {
        let record = SecondFactor::new(TotpSecret::new([7; 20]), now);
        if let Some(next) = record.check_totp(typed, now) {
            let next = SecondFactor::parse(&next.to_bytes()).expect("what was made is well formed");
            assert!(next.check_totp(typed, now).is_none());
        }
    }
    if let Some(code) = RecoveryCode::parse(typed) {
        let again = RecoveryCode::parse(code.expose_secret()).expect("what was written is a code");
        assert_eq!(again.expose_secret(), code.expose_secret());
        let record = SecondFactor::new(TotpSecret::new([7; 20]), UNIX_EPOCH)
            .with_codes(&[code.digest(&ACCOUNT)])
            .expect("one code is not too many");
        let replacement = RecoveryCode::new([0; 16]);
        if let Some(next) = record.spend(&again, &ACCOUNT, &replacement) {
            assert!(next.spend(&code, &ACCOUNT, &RecoveryCode::new([1; 16])).is_none());
        } else {
            assert_eq!(code.expose_secret(), replacement.expose_secret());
        }
    }
});
