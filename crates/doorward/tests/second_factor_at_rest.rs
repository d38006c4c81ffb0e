//! Laws 6 and 8, and R25, for second factors: sealed where they are stored, never printed, and rotated with the keys.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{CredentialStore, Operation};
use doorward::{AccountId, Authenticator, ErrorKind, Keys, MemoryStore, Outcome, Redemption};
use support::app::App;
use support::{Door, PASSWORD, SECRET, door_on, door_with_codes, is_verified, login};

const NEW_SECRET: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA";

/// How a secret may lie in a dump: as it is, without its hyphens, and either in hex.
fn traces(secret: &str) -> Vec<String> {
    let forms = [secret.to_owned(), secret.replace('-', "")];
    let hex = |text: &String| text.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.iter().map(hex).chain(forms.clone()).collect()
}

#[tokio::test]
async fn law_06_a_dump_reveals_no_secret_of_a_second_factor() {
    let door = door_with_codes().with_account("alice").await;
    let session = door.session(door.verified(login("alice", PASSWORD)).await).await;
    let fresh = session.principal().fresh().unwrap();
    let factors = door.auth.second_factors();
    let enrolment = factors.enrol(fresh, "Acme").await.unwrap().unwrap();
    let key = enrolment.expose_key().to_owned();
    let raw = totp_rs::Totp::from_url(enrolment.expose_uri()).unwrap();
    let raw: String = raw.secret().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut secrets = vec![key, raw, enrolment.expose_token().to_owned()];
    let check = |secrets: &[String], when: &str| {
        let dump = door.memory.dump();
        for secret in secrets {
            for trace in traces(secret) {
                assert!(!dump.contains(&trace), "{when}: the dump holds {secret:?}");
            }
        }
    };
    check(&secrets, "while it is enrolled");

    let app = App::scan(enrolment.expose_uri());
    let token = enrolment.expose_token().to_owned();
    let enrolled = factors.confirm(fresh, &token, &app.code(&door)).await.unwrap().unwrap();
    let codes = enrolled.recovery_codes().iter();
    secrets.extend(codes.map(|code| code.expose_secret().to_owned()));
    let ticket = door.ticket(login("alice", PASSWORD)).await;
    match door.redeem(&ticket, &secrets[3].clone()).await {
        Outcome::Verified(proof) => {
            secrets.push(proof.replacement().unwrap().expose_secret().to_owned());
        }
        other => panic!("{other:?}"),
    }
    secrets.push(door.ticket(login("alice", PASSWORD)).await);
    assert_eq!(secrets.len(), 3 + 10 + 2);
    check(&secrets, "afterwards");
}

#[tokio::test]
async fn law_08_no_code_ticket_or_secret_is_printed() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let ticket = door.ticket(login("alice", PASSWORD)).await;
    let redemption = Redemption::new(&*ticket, &*owner.codes[0]).from([192, 0, 2, 7]);
    let mut printed = format!("{redemption:?} {:?}", door.auth);
    let outcome = door.auth.redeem(redemption).await.unwrap();
    printed += &format!("{outcome:?}");
    let Outcome::Verified(proof) = outcome else { panic!() };
    let replacement = proof.replacement().unwrap().expose_secret().to_owned();
    let session = door.session(proof).await;
    printed += &format!("{session:?} {:?}", door.mailbox.notices().await);
    printed += &format!("{:?}", door.events.take());
    assert!(printed.len() > 1_000);
    for secret in [&ticket, &owner.codes[0], &replacement, &session.token().to_owned()] {
        assert!(!printed.contains(secret.as_str()), "{secret} in {printed}");
    }
}

fn at(keys: &str, memory: &MemoryStore) -> Door {
    let keys = keys.replace("OLD", SECRET).replace("NEW", NEW_SECRET);
    let keys = Keys::parse(&keys).unwrap();
    door_on(memory.clone(), &keys, |builder, mailbox| builder.notifier(mailbox.clone()))
}

async fn pass(auth: &Authenticator) {
    let mut after = None;
    loop {
        let done = auth.rotation().page(after).await.unwrap();
        assert!(done.is_clean(), "{:?}", done.failed);
        after = done.next;
        if after.is_none() {
            return;
        }
    }
}

/// Under which key the details of an account are sealed.
async fn key_id(memory: &MemoryStore, account: AccountId) -> u32 {
    let credential = memory.fetch(account).await.unwrap().unwrap();
    u32::from_be_bytes(credential.details().unwrap()[1..5].try_into().unwrap())
}

#[tokio::test]
async fn r25_a_second_factor_comes_along_when_keys_rotate() {
    let old = at("1:primary:OLD", &MemoryStore::new());
    let owner = old.owner("alice").await;
    assert_eq!(key_id(&old.memory, owner.account).await, 1);
    let both = at("2:primary:NEW,1:open-only:OLD", &old.memory);
    let told = both.auth.rotation().dry_run().page(None).await.unwrap();
    assert_eq!((told.renewed, both.store.count(Operation::Rekey)), (1, 0));
    pass(&both.auth).await;
    assert_eq!(key_id(&old.memory, owner.account).await, 2);

    let new = at("2:primary:NEW,1:retired", &old.memory);
    assert!(is_verified(&new.step_up("alice", &owner.app.next_code(&new)).await));
    assert!(is_verified(&new.step_up("alice", &owner.codes[0]).await));
    assert!(is_verified(&new.step_up("alice", &owner.codes[9]).await));
}

/// Without a pass a used code brings the details along; what a retired key left behind lets nobody in.
#[tokio::test]
async fn r25_a_factor_that_was_left_under_a_retired_key_fails_closed() {
    let old = at("1:primary:OLD", &MemoryStore::new());
    let (alice, bob) = (old.owner("alice").await, old.owner("bob").await);
    let both = at("2:primary:NEW,1:open-only:OLD", &old.memory);
    both.clock.advance(support::app::STEP);
    assert!(is_verified(&both.step_up("alice", &alice.app.code(&both)).await));
    assert_eq!(key_id(&old.memory, alice.account).await, 2);
    // The login made Bob's hash anew, and his details stayed.
    let _ = both.ticket(login("bob", PASSWORD)).await;
    assert_eq!(key_id(&old.memory, bob.account).await, 1);
    let details =
        old.memory.fetch(bob.account).await.unwrap().unwrap().details().map(<[u8]>::to_vec);
    pass(&both.auth).await;
    let credential = old.memory.fetch(bob.account).await.unwrap().unwrap();
    let version = credential.version();
    let _ = old.memory.replace(credential.with_details(details), version).await.unwrap();
    let new = at("2:primary:NEW,1:retired", &old.memory);
    let error = new.auth.authenticate(login("bob", PASSWORD)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}

/// Codes are used while a pass runs: none twice, none lost, and no wrong one is good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_codes_are_used_once_while_a_pass_runs() {
    for seed in 0..10 {
        let old = at("1:primary:OLD", &MemoryStore::new());
        let owner = old.owner("alice").await;
        let both = at("2:primary:NEW,1:open-only:OLD", &old.memory);
        let mut tickets = Vec::new();
        for _ in 0..5 {
            tickets.push(both.ticket(login("alice", PASSWORD)).await);
        }
        let delays = [1, 5, 30].map(doorward::store::Fault::Yield);
        both.store.seeded(seed, 700, &delays);
        let mut tasks = tokio::task::JoinSet::new();
        for (n, ticket) in tickets.into_iter().enumerate() {
            // Two with one code, three with others.
            let code = owner.codes[n.max(1)].clone();
            let redemption = Redemption::new(ticket, code).from([192, 0, 2, 7]);
            let auth = both.auth.clone();
            tasks.spawn(async move { is_verified(&auth.redeem(redemption).await.unwrap()) });
        }
        let auth = both.auth.clone();
        tasks.spawn(async move {
            for _ in 0..4 {
                let _ = auth.rotation().page(None).await.unwrap();
            }
            false
        });
        let won = tasks.join_all().await.into_iter().filter(|&won| won).count();
        assert_eq!(won, 4, "seed {seed}");
        both.store.heal();
        pass(&both.auth).await;
        assert_eq!(key_id(&old.memory, owner.account).await, 2);
        let new = at("2:primary:NEW,1:retired", &old.memory);
        for n in 1..5 {
            let again = new.step_up("alice", &owner.codes[n]).await;
            assert!(!is_verified(&again), "seed {seed}");
            let _ = new.auth.unlock("alice").await.unwrap();
        }
        assert!(is_verified(&new.step_up("alice", &owner.codes[0]).await));
    }
}
