//! Keys rotate while people log in: nobody is turned away, nothing is lost, and at the end the old key
//! is needed no more.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{CredentialStore, Fault, Operation, Replaced};
use doorward::{
    AccountId, Authenticator, Changed, Error, ErrorKind, Keys, Login, Managed, MemoryStore,
    Outcome, PasswordChange, Progress, Registered, Registration,
};
use support::{Door, PASSWORD, SECRET, door, door_on, is_verified, login, stranger};

const NEW_SECRET: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA";

fn parse(text: &str) -> Keys {
    Keys::parse(&text.replace("OLD", SECRET).replace("NEW", NEW_SECRET)).unwrap()
}

/// The keys at each step of a rotation, as every instance is given them.
const STAGES: [&str; 4] = [
    "1:primary:OLD",
    "1:primary:OLD,2:pending:NEW",
    "2:primary:NEW,1:open-only:OLD",
    "2:primary:NEW,1:retired",
];

fn at(stage: usize, memory: &MemoryStore) -> Door {
    door_on(memory.clone(), &parse(STAGES[stage]), |builder, _| builder)
}

async fn pass(auth: &Authenticator) -> Progress<AccountId, Error> {
    let rotation = auth.rotation().page_size(2);
    let mut sum = Progress::default();
    loop {
        sum += rotation.page(sum.next).await.unwrap();
        if sum.next.is_none() {
            return sum;
        }
    }
}

async fn key_ids(memory: &MemoryStore, account: AccountId) -> (u32, u32, Vec<u32>) {
    let credential = memory.fetch(account).await.unwrap().unwrap();
    let id = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let keys = credential.lookup_keys().iter().map(|key| id(&key.as_bytes()[..4])).collect();
    (id(&credential.identifier()[1..5]), id(&credential.password().unwrap()[1..5]), keys)
}

async fn register(door: &Door, identifier: &str) -> Registered {
    door.auth.register(Registration::new(identifier, PASSWORD)).await.unwrap()
}

#[tokio::test]
async fn r25_after_a_rotation_no_login_needs_the_old_key() {
    let old = door();
    let mut accounts = Vec::new();
    for n in 0..5 {
        accounts.push(old.register(&format!("user-{n}")).await);
    }
    let both = at(2, &old.memory);
    let told = both.auth.rotation().dry_run().page(None).await.unwrap();
    assert_eq!((told.seen, told.renewed, told.is_clean()), (5, 5, true));
    assert_eq!(both.store.count(Operation::Rekey), 0, "a dry run writes nothing");
    assert_eq!(key_ids(&old.memory, accounts[0]).await, (1, 1, vec![1]));

    let done = pass(&both.auth).await;
    assert_eq!((done.seen, done.renewed, done.is_clean()), (5, 5, true));
    let again = pass(&both.auth).await;
    assert_eq!((again.current, again.renewed), (5, 0), "a second pass finds nothing");
    for account in &accounts {
        assert_eq!(key_ids(&old.memory, *account).await, (2, 2, vec![2, 1]));
    }

    let new = at(3, &old.memory);
    for n in 0..5 {
        assert!(is_verified(&new.login(&format!("user-{n}"), PASSWORD).await), "user-{n}");
        assert!(matches!(new.login(&format!("user-{n}"), "wrong").await, Outcome::Rejected));
    }
    assert_eq!(pass(&new.auth).await.renewed, 5, "the old lookup keys are released");
    assert_eq!(key_ids(&old.memory, accounts[0]).await, (2, 2, vec![2]));
    assert!(is_verified(&new.login("user-0", PASSWORD).await));
}

/// At every stage, whether a pass was run there or not, an identifier has one owner; on instances that
/// stand one stage apart as well.
#[tokio::test]
async fn r25_a_registered_identifier_stays_taken_at_every_stage() {
    for passes in 0..8_u32 {
        let memory = MemoryStore::new();
        let first = at(0, &memory);
        let mut names = vec!["registered-0".to_owned()];
        first.register(&names[0]).await;
        for stage in 1..4 {
            // During the roll-out both stages are in use, and each makes accounts.
            let (before, after) = (at(stage - 1, &memory), at(stage, &memory));
            for (door, who) in [(&before, "before"), (&after, "after")] {
                let name = format!("{who}-{stage}");
                door.register(&name).await;
                names.push(name);
            }
            for (door, name) in
                [&before, &after].iter().flat_map(|door| names.iter().map(move |n| (door, n)))
            {
                // Who was registered by an instance that did not have the new key yet is found by the old.
                assert_eq!(register(door, name).await, Registered::Taken, "{name} at {stage}");
                assert!(is_verified(&door.login(name, PASSWORD).await), "{name} at {stage}");
            }
            // The one pass that must be is the one before the old key goes.
            if stage == 2 || passes & (1 << (stage - 1)) != 0 {
                assert!(pass(&after.auth).await.is_clean());
            }
        }
        let new = at(3, &memory);
        for name in &names {
            assert!(is_verified(&new.login(name, PASSWORD).await), "{name}");
            assert_eq!(register(&new, name).await, Registered::Taken);
        }
        assert_eq!(memory.accounts(), names.len());
    }
}

#[tokio::test]
async fn r25_disabled_accounts_and_those_without_a_password_come_along() {
    let old = door().with_account("alice").await;
    assert_eq!(old.auth.disable("alice").await.unwrap(), Managed::Done);
    let import = doorward::Import::without_password("bob");
    let _ = old.auth.import(import).await.unwrap();
    assert_eq!(pass(&at(2, &old.memory).auth).await.renewed, 2);
    let new = at(3, &old.memory);
    assert!(matches!(new.login("alice", PASSWORD).await, Outcome::Rejected));
    assert_eq!(new.auth.enable("alice").await.unwrap(), Managed::Done);
    assert!(is_verified(&new.login("alice", PASSWORD).await));
    assert!(matches!(new.login("bob", PASSWORD).await, Outcome::Rejected));
    assert_eq!(register(&new, "bob").await, Registered::Taken);
}

/// A device that logged in since the promotion is known without the old key. One that did not is not.
/// While a key is promoted instance by instance, nobody takes back what the next stage sealed.
#[tokio::test]
async fn r25_instances_of_two_stages_do_not_undo_each_other() {
    let memory = MemoryStore::new();
    let doors = [at(1, &memory), at(2, &memory)];
    let account = doors[0].register("alice").await;
    for _ in 0..3 {
        for door in &doors {
            assert!(is_verified(&door.login("alice", PASSWORD).await));
        }
    }
    let (_, password, _) = key_ids(&memory, account).await;
    assert_eq!(password, 2);
    let version = memory.fetch(account).await.unwrap().unwrap().version();
    for door in &doors {
        assert!(is_verified(&door.login("alice", PASSWORD).await));
    }
    assert_eq!(memory.fetch(account).await.unwrap().unwrap().version(), version);
}

#[tokio::test]
async fn r25_known_devices_outlive_the_old_key_if_they_came_by() {
    let old = door().with_account("alice").await;
    let token = |outcome: Outcome| match outcome {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    };
    let stayed_away = token(old.login("alice", PASSWORD).await);
    let came_by = token(old.login("alice", PASSWORD).await);
    let both = at(2, &old.memory);
    let with = |token| login("alice", PASSWORD).device(token);
    let came_by = token(both.auth.authenticate(with(came_by)).await.unwrap());
    assert!(both.events.take().last().unwrap().known_device);
    pass(&both.auth).await;
    // The pass itself makes no device unknown.
    token(both.auth.authenticate(with(stayed_away.clone())).await.unwrap());
    assert!(both.events.take().last().unwrap().known_device);
    let new = at(3, &old.memory);
    for (device, is_known) in [(came_by, true), (stayed_away, false)] {
        token(new.auth.authenticate(with(device)).await.unwrap());
        assert_eq!(new.events.take().last().unwrap().known_device, is_known);
    }
}

/// An account that does not open is named, stays as it was, and stops nothing.
#[tokio::test]
async fn r25_a_damaged_account_is_reported_and_stops_nothing() {
    let old = door().with_account("alice").await.with_account("bob").await;
    let (alice, carol) = (old.register("mallory").await, old.register("carol").await);
    let damaged = old.memory.fetch(alice).await.unwrap().unwrap();
    let version = damaged.version();
    let mut identifier = damaged.identifier().to_vec();
    *identifier.last_mut().unwrap() ^= 1;
    let damaged = damaged.with_identifier(identifier).unwrap();
    assert!(matches!(old.memory.replace(damaged, version).await.unwrap(), Replaced::Done(_)));
    let before = old.memory.fetch(alice).await.unwrap();
    let done = pass(&at(2, &old.memory).auth).await;
    let failed: Vec<_> =
        done.failed.iter().map(|(account, error)| (*account, error.kind())).collect();
    assert_eq!((failed, done.renewed), (vec![(alice, ErrorKind::Corrupt)], 3));
    assert_eq!(old.memory.fetch(alice).await.unwrap(), before);
    assert_eq!(key_ids(&old.memory, carol).await.0, 2);
}

/// Where keys were exchanged in the wrong order a stranger can have registered an identifier again. The
/// pass takes it from neither, and says so.
#[tokio::test]
async fn r25_an_identifier_of_two_accounts_is_reported_and_left() {
    let old = door();
    let owner = old.register("alice").await;
    let second = at(3, &old.memory).register("alice").await;
    let done = pass(&at(2, &old.memory).auth).await;
    assert!(!done.is_clean());
    let failed: Vec<_> =
        done.failed.iter().map(|(account, error)| (*account, error.kind())).collect();
    let both = [owner, second].map(|account| (account, ErrorKind::IdentifierTaken));
    assert!(failed.len() == 2 && both.iter().all(|one| failed.contains(one)), "{failed:?}");
}

/// Whatever befalls the store at whichever call, a page that is asked for again comes to its end, and
/// everybody logs in.
#[tokio::test]
async fn r25_a_fault_at_any_call_of_a_pass_loses_nothing() {
    for fault in [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict] {
        for call in 1..=7 {
            let old = door();
            for n in 0..3 {
                old.register(&format!("user-{n}")).await;
            }
            let both = at(2, &old.memory);
            both.store.fail_call(call, fault);
            let page = both.auth.rotation().page(None).await;
            // A conflict at a write is a faster writer; everything else ends the page.
            assert_eq!(page.is_ok(), fault == Fault::Conflict && [3, 5, 7].contains(&call));
            both.store.heal();
            let done = pass(&both.auth).await;
            assert_eq!((done.seen, done.is_clean()), (3, true), "{fault:?} at {call}");
            let new = at(3, &old.memory);
            for n in 0..3 {
                assert!(is_verified(&new.login(&format!("user-{n}"), PASSWORD).await));
            }
        }
    }
}

/// A pass, logins, changes of passwords, registrations and disabling, all at once, in orders that delays
/// of the store shuffle: what was answered is what holds, and the new key alone knows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_a_pass_among_people_loses_nothing() {
    const CHANGED: &str = "eleven loud curlews";
    for seed in 0..12 {
        let old = door();
        for n in 0..12 {
            old.register(&format!("user-{n}")).await;
        }
        let both = at(2, &old.memory);
        let delays = [Fault::Yield(1), Fault::Yield(5), Fault::Yield(30)];
        both.store.seeded(seed, 700, &delays);
        // Every person comes from an address of their own, or they would share one budget.
        let from = |n: u32| stranger(u32::try_from(seed).unwrap() * 100 + n);
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..12_u32 {
            let auth = both.auth.clone();
            let source = from(n);
            tasks.spawn(async move {
                let name = format!("user-{n}");
                for _ in 0..3 {
                    let login = Login::new(name.as_str(), PASSWORD).from(source);
                    assert!(is_verified(&auth.authenticate(login).await.unwrap()), "{name}");
                }
                match n % 4 {
                    0 => {
                        let login = Login::new(name.as_str(), PASSWORD).from(source);
                        let change = PasswordChange::new(login, CHANGED);
                        let changed = auth.change_password(change).await.unwrap();
                        assert!(matches!(changed, Changed::Done(_)), "{name}: {changed:?}");
                    }
                    1 => assert_eq!(auth.disable(&name).await.unwrap(), Managed::Done),
                    2 => {
                        let again = Registration::new(name.as_str(), CHANGED);
                        assert_eq!(auth.register(again).await.unwrap(), Registered::Taken);
                        let new = Registration::new(format!("new-{n}"), PASSWORD);
                        let new = auth.register(new).await.unwrap();
                        assert!(matches!(new, Registered::Created(_)));
                    }
                    _ => {}
                }
            });
        }
        let auth = both.auth.clone();
        tasks.spawn(async move {
            for _ in 0..6 {
                pass(&auth).await;
            }
        });
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert!(pass(&both.auth).await.is_clean());

        let new = at(3, &old.memory);
        assert_eq!(old.memory.accounts(), 15);
        for n in 0..12_u32 {
            let login = |password: &str| {
                new.auth.authenticate(Login::new(format!("user-{n}"), password).from(from(n)))
            };
            let (is_first, is_changed) = (
                is_verified(&login(PASSWORD).await.unwrap()),
                is_verified(&login(CHANGED).await.unwrap()),
            );
            assert_eq!((is_first, is_changed), (n % 4 > 1, n % 4 == 0), "user-{n}");
        }
        for n in [2, 6, 10] {
            let login = Login::new(format!("new-{n}"), PASSWORD).from(from(50 + n));
            assert!(is_verified(&new.auth.authenticate(login).await.unwrap()));
        }
    }
}
