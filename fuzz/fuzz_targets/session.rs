//! A text is a token of one kind or none, and has one spelling. Bytes are a record or none, and are written as they
//! were read.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use doorward_session::{
    AccountDetails, GrantPlace, GrantPolicy, Holder, OneTimeRecord, OneTimeToken, Presented,
    SessionRecord, Token, TokenKind, TokenSecret,
};
use libfuzzer_sys::fuzz_target;

const IDS: ([u8; 16], [u8; 16]) = ([1; 16], [2; 16]);

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        token(text);
        // Nobody guesses the checksum, and what is behind it is read all the same.
        token(&with_checksum(text));
    }
    if let Some(record) = SessionRecord::parse(bytes) {
        assert_eq!(record.to_bytes(), bytes);
        assert!(bytes.len() <= SessionRecord::MAX_BYTES);
        grant(&record, bytes);
    }
    if let Some(record) = OneTimeRecord::parse(bytes) {
        assert_eq!(*record.to_bytes(), bytes);
    }
    if let Some(details) = AccountDetails::parse(bytes) {
        assert_eq!(*details.to_bytes().expect("what was read is there to be kept"), bytes);
    }
});

fn token(text: &str) {
    let mut read = 0;
    for kind in [TokenKind::Access, TokenKind::Refresh, TokenKind::Session] {
        if let Ok(token) = Token::parse(kind, text) {
            assert_eq!(*token.to_text(), text);
            assert!(text.starts_with(kind.prefix()));
            read += 1;
        }
    }
    if let Ok(token) = OneTimeToken::parse(text) {
        assert_eq!(*token.to_text(), text);
        read += 1;
    }
    assert!(read <= 1, "of several kinds");
}

/// Whatever is kept of a grant, a secret that was drawn for no token opens nothing, at any time.
fn grant(record: &SessionRecord, bytes: &[u8]) {
    let Holder::Grant(grant) = record.holder() else { return };
    let (place, policy) = (GrantPlace::new(&IDS.0, &IDS.1), GrantPolicy::default());
    let secret = TokenSecret::new([7; 32]);
    let digests = [TokenKind::Access, TokenKind::Refresh];
    let digests = digests.map(|kind| secret.digest(kind, &IDS.0, &IDS.1));
    if digests.iter().any(|digest| bytes.windows(32).any(|window| window == digest)) {
        return;
    }
    for seconds in [0, 1_700_000_000, 253_402_300_799] {
        let now = UNIX_EPOCH + Duration::from_secs(seconds);
        assert!(matches!(grant.present(place, &secret, &policy, now), Presented::Unknown));
        assert!(grant.exchange(place, &secret, [0; 32], &policy, now).is_none());
        assert!(grant.access(place, &secret, now).is_none());
    }
}

fn with_checksum(text: &str) -> String {
    let crc = !text.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    format!("{text}{}", Base64UrlUnpadded::encode_string(&crc.to_be_bytes()))
}
