//! What does it cost to seal and to open a field, beside the bare ciphers and another committing one?

use std::hint::black_box;

use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};
use doorward_benches::{Contest, Failure, Options, cores, processor};
use doorward_fields::{Backend, Context, Envelope, FieldKey, KeyId, Keyring, Nonce, Nonces, Place};
use orion::hazardous::cae::xchacha20poly1305blake2b as orion_ctx;
use ring::aead;

const USAGE: &str = "sealing [--rounds 400] [--calls 1000] [--seed 1]";

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["rounds", "calls", "seed"], USAGE)? else { return Ok(()) };
    let rounds: usize = options.number("rounds", 400)?;
    let calls: usize = options.number("calls", 1_000)?;
    let seed: u64 = options.number("seed", 1)?;
    println!("sealing: --rounds {rounds} --calls {calls} --seed {seed}");
    println!("{} cores, {}\n", cores(), processor());

    for bytes in [32, 1_024] {
        println!("one field of {bytes} bytes, {} of associated data or context", AAD.len());
        println!("{}", one_field(bytes, calls, rounds, seed)?);
    }
    println!("two fields of one record, an email address and a national id number");
    println!("{}", two_fields(calls, rounds, seed));
    Ok(())
}

fn one_field(bytes: usize, calls: usize, rounds: usize, seed: u64) -> Result<String, Failure> {
    let plaintext = vec![7; bytes];
    let mut contest = Contest::default();
    contest.add("bare XChaCha20-Poly1305 (RustCrypto)", repeat(calls, || rust_crypto(&plaintext)));
    contest.add("bare ChaCha20-Poly1305 (ring)", repeat(calls, || bare_ring(&plaintext)));
    contest
        .add("committing XChaCha20-Poly1305-BLAKE2b (orion)", repeat(calls, || orion(&plaintext)));
    for backend in [Backend::default(), Backend::ring()] {
        let context = context("email");
        let sealed = keyring(backend).seal(&context, &plaintext)?;
        let ring = keyring(backend);
        let text = plaintext.clone();
        contest.add(
            format!("seal, {backend}"),
            repeat(calls, move || ring.seal(&context, black_box(&text)).expect("short")),
        );
        let (ring, text, mut nonces) =
            (keyring(backend), plaintext.clone(), Nonces::in_batches_of(32));
        contest.add(
            format!("seal, nonces drawn by the batch, {backend}"),
            repeat(calls, move || {
                let nonce = nonces.draw().expect("random bytes");
                ring.seal_with_nonce(&context, black_box(&text), nonce).expect("short")
            }),
        );
        let (ring, mut buffer) = (keyring(backend), vec![7; bytes + Envelope::OVERHEAD]);
        contest.add(
            format!("seal in place, nonce given, {backend}"),
            repeat(calls, move || {
                ring.seal_in_place(&context, black_box(&mut buffer), NONCE()).expect("short");
            }),
        );
        let ring = keyring(backend);
        contest.add(
            format!("open, {backend}"),
            repeat(calls, move || ring.open(&context, black_box(&sealed)).expect("its own")),
        );
    }
    contest.run(rounds, seed);
    Ok(contest.table_of_calls(calls).to_string())
}

fn two_fields(calls: usize, rounds: usize, seed: u64) -> String {
    let mut contest = Contest::default();
    for backend in [Backend::default(), Backend::ring()] {
        let ring = keyring(backend);
        contest.add(
            format!("seal both, {backend}"),
            repeat(calls, move || {
                let mut nonces = Nonces::in_batches_of(2);
                FIELDS.map(|(field, text)| {
                    let nonce = nonces.draw().expect("random bytes");
                    ring.seal_with_nonce(&context(field), black_box(text), nonce).expect("short")
                })
            }),
        );
    }
    contest.run(rounds, seed);
    contest.table_of_calls(calls).to_string()
}

fn repeat<T>(calls: usize, mut one: impl FnMut() -> T) -> impl FnMut() {
    move || {
        for _ in 0..calls {
            black_box(one());
        }
    }
}

fn rust_crypto(plaintext: &[u8]) -> Vec<u8> {
    let mut buffer = Vec::with_capacity(plaintext.len() + 16);
    buffer.extend_from_slice(black_box(plaintext));
    let tag = XChaCha20Poly1305::new(black_box(&KEY).into())
        .encrypt_inout_detached((&[9; 24]).into(), AAD, buffer.as_mut_slice().into())
        .expect("short");
    buffer.extend_from_slice(&tag);
    buffer
}

fn bare_ring(plaintext: &[u8]) -> Vec<u8> {
    let mut buffer = Vec::with_capacity(plaintext.len() + 16);
    buffer.extend_from_slice(black_box(plaintext));
    let key = aead::UnboundKey::new(&aead::CHACHA20_POLY1305, black_box(&KEY)).expect("32 bytes");
    aead::LessSafeKey::new(key)
        .seal_in_place_append_tag(
            aead::Nonce::assume_unique_for_key([9; 12]),
            aead::Aad::from(AAD),
            &mut buffer,
        )
        .expect("short");
    buffer
}

fn orion(plaintext: &[u8]) -> Vec<u8> {
    let key = orion_ctx::SecretKey::try_from(black_box(&KEY)).expect("32 bytes");
    let nonce = orion_ctx::Nonce::from([9; 24]);
    let mut out = vec![0; plaintext.len() + orion_ctx::TAG_SIZE];
    orion_ctx::seal(&key, &nonce, black_box(plaintext), Some(AAD), &mut out).expect("short");
    out
}

fn keyring(backend: Backend) -> Keyring {
    Keyring::new(FieldKey::new(KeyId::new(1), KEY)).with_backend(backend)
}

fn context(field: &'static str) -> Context<'static> {
    let place =
        Place { tenant: "acme", table: "users", record: b"0123456789abcdef", field, version: 1 };
    Context::new(place)
}

const KEY: [u8; 32] = [7; 32];
const NONCE: fn() -> Nonce = || Nonce::new([9; 24]);
/// As long as the context.
const AAD: &[u8] = &[3; 73];
const FIELDS: [(&str, &[u8]); 2] =
    [("email", b"alice.liddell@example.com"), ("national_id", b"AB 12 34 56 C")];
