//! Sealing and opening where the bytes stand.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use doorward_fields::{
    Backend, Context, Envelope, FieldKey, KeyId, Keyring, MalformedEnvelope, Nonce, OpenErrorKind,
    Place, SealError,
};
use proptest::prelude::*;
use proptest::sample::Index;

fn backends() -> Vec<Backend> {
    vec![
        Backend::default(),
        #[cfg(feature = "ring")]
        Backend::ring(),
    ]
}

fn keyring(backend: Backend) -> Keyring {
    Keyring::new(FieldKey::new(KeyId::new(1), [7; 32])).with_backend(backend)
}

fn context() -> Context<'static> {
    Context::new(PLACE)
}

const PLACE: Place<'static> =
    Place { tenant: "acme", table: "users", record: b"u", field: "email", version: 1 };

fn with_room(plaintext: &[u8], room: u8) -> Vec<u8> {
    [&[room; Envelope::HEADER], plaintext, &[room; Envelope::TAG]].concat()
}

proptest! {
    #[test]
    fn in_place_gives_the_same_bytes_on_every_backend(
        plaintext in prop::collection::vec(any::<u8>(), 0..2_000), nonce: [u8; 24], room: u8,
    ) {
        let sealed = keyring(Backend::default())
            .seal_with_nonce(&context(), &plaintext, Nonce::new(nonce))
            .unwrap();
        for backend in backends() {
            let keyring = keyring(backend);
            let again = keyring.seal_with_nonce(&context(), &plaintext, Nonce::new(nonce)).unwrap();
            prop_assert_eq!(&again, &sealed);
            let mut buffer = with_room(&plaintext, room);
            keyring.seal_in_place(&context(), &mut buffer, Nonce::new(nonce)).unwrap();
            prop_assert_eq!(&buffer, sealed.as_bytes());
            let opened = keyring.open(&context(), &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), &plaintext);
            prop_assert_eq!(keyring.open_in_place(&context(), &mut buffer).unwrap(), &plaintext);
        }
    }

    /// Whatever was changed, and wherever it was sealed: nothing of the plaintext is left to be read.
    #[test]
    fn r24_a_refused_buffer_holds_no_plaintext(
        plaintext in prop::collection::vec(any::<u8>(), 16..200), at: Index, mask in 1u8.., moved: bool,
    ) {
        for backend in backends() {
            let mut buffer = keyring(backend).seal(&context(), &plaintext).unwrap().into_bytes();
            let at = at.index(buffer.len());
            let field = if moved { "phone" } else { "email" };
            let asked = Context::new(Place { field, ..PLACE });
            buffer[at] ^= if moved { 0 } else { mask };
            let kind = keyring(backend).open_in_place(&asked, &mut buffer).unwrap_err().kind();
            match at {
                0 if !moved => prop_assert!(!matches!(kind, OpenErrorKind::UnknownKey(_)), "{kind:?}"),
                1..5 if !moved => prop_assert!(matches!(kind, OpenErrorKind::UnknownKey(_)), "{kind:?}"),
                _ => prop_assert_eq!(kind, OpenErrorKind::Refused),
            }
            prop_assert!(!buffer.windows(16).any(|run| plaintext.windows(16).any(|text| text == run)));
        }
    }

    #[test]
    fn open_in_place_never_panics(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for backend in backends() {
            prop_assert!(keyring(backend).open_in_place(&context(), &mut bytes).is_err());
        }
    }
}

#[test]
fn a_buffer_without_room_stays_as_it_was() {
    let mut buffer = [5; Envelope::OVERHEAD - 1];
    let error =
        keyring(Backend::default()).seal_in_place(&context(), &mut buffer, Nonce::new([0; 24]));
    assert_eq!(error, Err(SealError::NoRoom { bytes: 76 }));
    assert_eq!(
        error.unwrap_err().to_string(),
        "a buffer of 76 bytes has no room for an envelope; leave 61 ahead of the plaintext and 16 behind"
    );
    assert_eq!(buffer, [5; Envelope::OVERHEAD - 1]);
}

#[test]
fn bytes_that_are_no_envelope_are_named_to_the_operator_alone() {
    let error = keyring(Backend::default()).open_in_place(&context(), &mut [0; 5]).unwrap_err();
    let why = MalformedEnvelope::TooShort { bytes: 5 };
    assert_eq!(error.kind(), OpenErrorKind::Malformed(why));
    assert!(!error.to_string().contains('5'), "{error}");
}
