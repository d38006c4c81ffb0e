//! What do sealing a field and looking it up cost beside the bare cipher and the bare MAC?

use std::hint::black_box;
use std::time::Duration;

use chacha20poly1305::{AeadInOut as _, KeyInit as _, Tag, XChaCha20Poly1305};
use criterion::{Criterion, Throughput};
use doorward_fields::{Context, IndexPlace, IndexedValue, KeyId, Keyring, Nonce, Place, RootKey};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for bytes in [32, 1_024, 16_384] {
        sealing(&mut criterion, bytes);
    }
    indexing(&mut criterion);
    criterion.final_summary();
}

fn sealing(criterion: &mut Criterion, bytes: usize) {
    let mut group = criterion.benchmark_group(format!("fields, {bytes} bytes"));
    group
        .throughput(Throughput::Bytes(bytes as u64))
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    let plaintext = vec![7; bytes];
    let context = Context::new(Place {
        tenant: "acme",
        table: "users",
        record: b"0123456789abcdef",
        field: "email",
        version: 1,
    });

    let nonce = [9; 24];
    let bare = Bare::new(&context);
    group.bench_function("XChaCha20-Poly1305: encrypt", |b| {
        b.iter(|| bare.encrypt(&nonce, black_box(&plaintext)));
    });
    let (ciphertext, tag) = bare.encrypt(&nonce, &plaintext);
    group.bench_function("XChaCha20-Poly1305: decrypt", |b| {
        b.iter(|| bare.decrypt(&nonce, black_box(&ciphertext), &tag));
    });

    let keyring = Keyring::new(root().derive_field_key("users"));
    group.bench_function("doorward: seal", |b| {
        b.iter(|| keyring.seal(&context, black_box(&plaintext)));
    });
    group.bench_function("doorward: seal, nonce given", |b| {
        b.iter(|| keyring.seal_with_nonce(&context, black_box(&plaintext), Nonce::new(nonce)));
    });
    let sealed = keyring
        .seal_with_nonce(&context, &plaintext, Nonce::new(nonce))
        .expect("the plaintext is short");
    group.bench_function("doorward: open", |b| {
        b.iter(|| keyring.open(&context, black_box(&sealed)));
    });
    group.finish();
}

fn indexing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fields, blind index");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    let value = b"alice@example.com";
    group.bench_function("HMAC-SHA-256", |b| {
        b.iter(|| {
            let mut mac = Hmac::<Sha256>::new_from_slice(black_box(&[7; 32]))
                .expect("HMAC takes a key of any length");
            mac.update(black_box(value));
            mac.finalize().into_bytes()
        });
    });
    let key = root().derive_index_key("users");
    let place = IndexPlace { tenant: "acme", table: "users", field: "email" };
    group.bench_function("doorward: blind index", |b| {
        b.iter(|| key.blind_index(place, &IndexedValue::exact(black_box(value))));
    });
    group.finish();
}

/// The cipher alone, keyed anew each time as an envelope's is, over a fresh copy of its input, with
/// as much associated data as an envelope has.
struct Bare {
    associated: Vec<u8>,
}

impl Bare {
    /// Version, key id, nonce and commitment of an envelope, ahead of its context.
    const HEADER: usize = 1 + 4 + 24 + 32;

    fn new(context: &Context<'_>) -> Self {
        let mut associated = vec![1; Self::HEADER];
        associated.extend_from_slice(&context.to_bytes());
        Self { associated }
    }

    fn encrypt(&self, nonce: &[u8; 24], plaintext: &[u8]) -> (Vec<u8>, Tag) {
        let mut buffer = plaintext.to_vec();
        let tag = self
            .cipher()
            .encrypt_inout_detached(nonce.into(), &self.associated, buffer.as_mut_slice().into())
            .expect("the plaintext is short");
        (buffer, tag)
    }

    fn decrypt(&self, nonce: &[u8; 24], ciphertext: &[u8], tag: &Tag) -> Vec<u8> {
        let mut buffer = ciphertext.to_vec();
        self.cipher()
            .decrypt_inout_detached(
                nonce.into(),
                &self.associated,
                buffer.as_mut_slice().into(),
                tag,
            )
            .expect("it was encrypted like this");
        buffer
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(black_box(&[7; 32]).into())
    }
}

fn root() -> RootKey {
    RootKey::new(KeyId::new(1), [7; 32])
}
