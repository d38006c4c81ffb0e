//! Two fields of one record, sealed and opened by doorward and by the AWS Database Encryption SDK.
//!
//! The SDK has a raw AES keyring, so no key service is asked: what is measured is its work alone, with
//! the algorithm suite that signs, its default, and with the one that does not.

use std::collections::HashMap;
use std::hint::black_box;

use aws_db_esdk::CryptoAction;
use aws_db_esdk::item_encryptor::client::Client as ItemEncryptor;
use aws_db_esdk::item_encryptor::types::dynamo_db_item_encryptor_config::DynamoDbItemEncryptorConfig;
use aws_db_esdk::material_providers::client::Client as Materials;
use aws_db_esdk::material_providers::types::material_providers_config::MaterialProvidersConfig;
use aws_db_esdk::material_providers::types::{AesWrappingAlg, DbeAlgorithmSuiteId};
use aws_sdk_dynamodb::types::AttributeValue;
use doorward_benches::{Contest, Failure, Options, cores, processor};
use doorward_fields::{Backend, Context, Envelope, FieldKey, KeyId, Keyring, Nonces, Place};
use tokio::runtime::{Builder, Runtime};

const USAGE: &str = "esdk [--rounds 200] [--calls 20] [--seed 1]";

fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(&["rounds", "calls", "seed"], USAGE)? else { return Ok(()) };
    let rounds: usize = options.number("rounds", 200)?;
    let calls: usize = options.number("calls", 20)?;
    let seed: u64 = options.number("seed", 1)?;
    println!("esdk: --rounds {rounds} --calls {calls} --seed {seed}");
    println!("{} cores, {}\n", cores(), processor());

    let runtime = Builder::new_current_thread().build()?;
    let suites = [
        (
            "aws-db-esdk, not signed",
            DbeAlgorithmSuiteId::AlgAes256GcmHkdfSha512CommitKeySymsigHmacSha384,
        ),
        (
            "aws-db-esdk, signed (its default)",
            DbeAlgorithmSuiteId::AlgAes256GcmHkdfSha512CommitKeyEcdsaP384SymsigHmacSha384,
        ),
    ];
    let (mut sealing, mut opening) = (Contest::default(), Contest::default());
    for (name, suite) in suites {
        let encryptor = runtime.block_on(encryptor(suite))?;
        let sealed = encrypt(&runtime, &encryptor);
        let (one, other, runtime) = (encryptor.clone(), encryptor, &runtime);
        sealing.add(name, repeat(calls, move || encrypt(runtime, &one)));
        opening.add(name, repeat(calls, move || decrypt(runtime, &other, &sealed)));
    }
    for backend in [Backend::default(), Backend::ring()] {
        let name = format!("doorward, {backend}");
        let sealed = seal(&keyring(backend));
        let (one, other) = (keyring(backend), keyring(backend));
        sealing.add(name.clone(), repeat(calls, move || seal(&one)));
        opening.add(name, repeat(calls, move || open(&other, &sealed)));
    }
    sealing.run(rounds, seed);
    opening.run(rounds, seed);
    println!(
        "sealing both\n{}\nopening both\n{}",
        sealing.table_of_calls(calls),
        opening.table_of_calls(calls)
    );
    Ok(())
}

async fn encryptor(suite: DbeAlgorithmSuiteId) -> Result<ItemEncryptor, Failure> {
    let materials = Materials::from_conf(MaterialProvidersConfig::builder().build()?)?;
    let keyring = materials
        .create_raw_aes_keyring()
        .key_name("key")
        .key_namespace("benchmark")
        .wrapping_key(vec![7; 32])
        .wrapping_alg(AesWrappingAlg::AlgAes256GcmIv12Tag16)
        .send()
        .await?;
    let [(email, _), (national_id, _)] = FIELDS;
    let actions = HashMap::from([
        ("id".to_owned(), CryptoAction::SignOnly),
        (email.to_owned(), CryptoAction::EncryptAndSign),
        (national_id.to_owned(), CryptoAction::EncryptAndSign),
    ]);
    let config = DynamoDbItemEncryptorConfig::builder()
        .logical_table_name("users")
        .partition_key_name("id")
        .attribute_actions_on_encrypt(actions)
        .keyring(keyring)
        .algorithm_suite_id(suite)
        .build()?;
    Ok(ItemEncryptor::from_conf(config)?)
}

type Item = HashMap<String, AttributeValue>;

fn encrypt(runtime: &Runtime, encryptor: &ItemEncryptor) -> Item {
    let mut item =
        HashMap::from([("id".to_owned(), AttributeValue::S("0123456789abcdef".to_owned()))]);
    for (name, text) in FIELDS {
        item.insert(name.to_owned(), AttributeValue::S(black_box(text).to_owned()));
    }
    let answer = runtime.block_on(encryptor.encrypt_item().plaintext_item(item).send());
    answer.expect("it encrypts").encrypted_item.expect("an item")
}

fn decrypt(runtime: &Runtime, encryptor: &ItemEncryptor, item: &Item) -> Item {
    let answer = runtime.block_on(encryptor.decrypt_item().encrypted_item(item.clone()).send());
    answer.expect("it decrypts").plaintext_item.expect("an item")
}

fn seal(keyring: &Keyring) -> [Envelope; 2] {
    let mut nonces = Nonces::in_batches_of(2);
    FIELDS.map(|(field, text)| {
        let nonce = nonces.draw().expect("random bytes");
        keyring.seal_with_nonce(&context(field), black_box(text).as_bytes(), nonce).expect("short")
    })
}

fn open(keyring: &Keyring, sealed: &[Envelope; 2]) -> [usize; 2] {
    let [(email, _), (national_id, _)] = FIELDS;
    let [one, other] = sealed;
    [(email, one), (national_id, other)].map(|(field, envelope)| {
        keyring.open(&context(field), envelope).expect("its own").expose_secret().len()
    })
}

fn keyring(backend: Backend) -> Keyring {
    Keyring::new(FieldKey::new(KeyId::new(1), [7; 32])).with_backend(backend)
}

fn context(field: &'static str) -> Context<'static> {
    let record = b"0123456789abcdef";
    Context::new(Place { tenant: "acme", table: "users", record, field, version: 1 })
}

fn repeat<T>(calls: usize, mut one: impl FnMut() -> T) -> impl FnMut() {
    move || {
        for _ in 0..calls {
            black_box(one());
        }
    }
}

const FIELDS: [(&str, &str); 2] =
    [("email", "alice.liddell@example.com"), ("national_id", "AB 12 34 56 C")];
