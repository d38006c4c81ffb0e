//! What a pass counts and reports, and what sealing anew keeps.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use doorward_fields::rotation::{Pass, Progress, Renew, ResealError, Table};
use doorward_fields::{Envelope, KeyId, Keyring, OpenErrorKind};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::table::{Failure, Fault, Faulty, Rows, key, keyring, place, reseal};

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(answer) = polled {
            return answer;
        }
    }
}

/// A whole pass, without an outage.
pub(crate) fn whole<T, W>(pass: &Pass<T, W>) -> Progress<u8, Failure>
where
    T: Table<Key = u8, Record = Envelope, Error = Failure>,
    W: Renew<u8, Envelope, Error = Failure>,
{
    let mut sum = Progress::default();
    loop {
        sum += block_on(pass.page(sum.next.as_ref())).unwrap();
        if sum.next.is_none() {
            return sum;
        }
    }
}

fn rows(plaintexts: &BTreeMap<u8, (Vec<u8>, bool)>) -> Rows {
    let (old, new) = (keyring(&[1]), keyring(&[2]));
    let rows = Rows::default();
    for (record, (plaintext, is_old)) in plaintexts {
        rows.write(*record, plaintext, if *is_old { &old } else { &new });
    }
    rows
}

fn size(records: usize) -> NonZeroUsize {
    NonZeroUsize::new(records).unwrap()
}

fn table() -> impl Strategy<Value = BTreeMap<u8, (Vec<u8>, bool)>> {
    btree_map(any::<u8>(), (vec(any::<u8>(), 0..20), any::<bool>()), 0..40)
}

proptest! {
    #[test]
    fn r25_a_dry_run_writes_nothing_and_counts_what_a_pass_renews(
        plaintexts in table(), page in 1..9_usize, at_once in 1..5_usize,
    ) {
        let rows = rows(&plaintexts);
        let before = rows.stored.lock().unwrap().clone();
        let present = keyring(&[2, 1]);
        let pass = || {
            Pass::new(&rows, reseal(&present)).page_size(size(page)).at_once(size(at_once))
        };
        let told = whole(&pass().dry_run());
        prop_assert_eq!(&*rows.stored.lock().unwrap(), &before);
        let done = whole(&pass());
        let old = plaintexts.values().filter(|(_, is_old)| *is_old).count();
        prop_assert_eq!((told.renewed, done.renewed, done.seen), (old, old, plaintexts.len()));
        prop_assert_eq!(whole(&pass()).current, plaintexts.len(), "a second pass finds nothing");
        rows.check(&keyring(&[2]));
    }

    #[test]
    fn r25_a_record_that_fails_is_named_and_stops_nothing(
        plaintexts in table(), damaged in vec(any::<prop::sample::Index>(), 1..4), page in 1..9_usize,
    ) {
        prop_assume!(plaintexts.values().any(|(_, is_old)| *is_old));
        let rows = rows(&plaintexts);
        let old: Vec<u8> =
            plaintexts.iter().filter(|(_, (_, is_old))| *is_old).map(|(record, _)| *record).collect();
        let mut victims: Vec<u8> = damaged.iter().map(|index| *index.get(&old)).collect();
        victims.sort_unstable();
        victims.dedup();
        for victim in &victims {
            let mut stored = rows.stored.lock().unwrap();
            let mut bytes = stored[victim].as_bytes().to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            stored.insert(*victim, Envelope::parse(&bytes).unwrap());
        }
        let before = rows.stored.lock().unwrap().clone();
        let present = keyring(&[2, 1]);
        let done = whole(&Pass::new(&rows, reseal(&present)).page_size(size(page)));
        let failed: Vec<u8> = done.failed.iter().map(|(record, _)| *record).collect();
        prop_assert_eq!(&failed, &victims);
        prop_assert_eq!(done.renewed, old.len() - victims.len());
        prop_assert!(!done.is_clean());
        for victim in &victims {
            prop_assert_eq!(&rows.stored.lock().unwrap()[victim], &before[victim], "it stays");
        }
    }

    #[test]
    fn r25_resealing_keeps_the_plaintext_and_drops_the_old_key(
        record: u8, plaintext in vec(any::<u8>(), 0..200),
    ) {
        let sealed = keyring(&[1]).seal(&place(&record), &plaintext).unwrap();
        let present = keyring(&[2, 1]);
        let resealed = present.reseal(&place(&record), &sealed).unwrap().unwrap();
        prop_assert!(present.is_current(&resealed) && !present.is_current(&sealed));
        let opened = keyring(&[2]).open(&place(&record), &resealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), &plaintext);
        prop_assert_eq!(present.reseal(&place(&record), &resealed), Ok(None));
    }

    /// Another instance is a stage ahead: what it sealed need not be taken back.
    #[test]
    fn r25_what_a_pending_key_sealed_is_current(record: u8, text: Vec<u8>) {
        let ahead = keyring(&[2, 1]).seal(&place(&record), &text).unwrap();
        let behind = keyring(&[1]).with_pending(key(2)).unwrap();
        prop_assert!(behind.is_current(&ahead));
        prop_assert_eq!(behind.reseal(&place(&record), &ahead), Ok(None));
    }

    #[test]
    fn r24_resealing_moves_nothing_to_another_place(one: u8, other: u8) {
        prop_assume!(one != other);
        let sealed = keyring(&[1]).seal(&place(&one), b"secret").unwrap();
        let refused = keyring(&[2, 1]).reseal(&place(&other), &sealed).unwrap_err();
        prop_assert!(
            matches!(refused, ResealError::Open(error) if error.kind() == OpenErrorKind::Refused)
        );
    }
}

/// An envelope of version 1, which `tests/vectors/make.py` made, is sealed anew in the present version.
#[test]
fn r25_an_old_version_is_not_current() {
    let text = include_str!("../vectors/envelope_v1.txt");
    let hex = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let digits = line.trim_start_matches([' ', '=']).as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.map(byte).collect::<Vec<u8>>()
    };
    let secret: [u8; 32] = hex("key =").try_into().unwrap();
    let keyring = Keyring::new(doorward_fields::FieldKey::new(KeyId::new(1), secret));
    let context = doorward_fields::Context::new(doorward_fields::Place {
        tenant: "acme",
        table: "users",
        record: b"u-17",
        field: "email",
        version: 1,
    });
    let old = Envelope::parse(&hex("envelope =")).unwrap();
    let resealed = keyring.reseal(&context, &old).unwrap().unwrap();
    assert_eq!((old.version(), resealed.version()), (1, Envelope::VERSION));
    assert_eq!(keyring.open(&context, &resealed).unwrap().expose_secret(), hex("plaintext ="));
}

#[test]
fn r25_an_outage_keeps_the_cursor_and_a_damaged_record_does_not_stop() {
    let rows = rows(&(0..6).map(|record| (record, (vec![record], true))).collect());
    let present = keyring(&[2, 1]);
    // The calls of a page of three: keys, then read and swap of each.
    let first = vec![Fault::None, Fault::None, Fault::None, Fault::LostReply];
    let table = Faulty { rows: &rows, faults: Mutex::new(first.into_iter().rev().collect()) };
    let pass = Pass::new(&table, reseal(&present)).page_size(size(3));
    assert_eq!(block_on(pass.page(None)).unwrap_err(), Failure::Outage);
    rows.check(&present);
    // One record was renewed whole; the second call meets it as current, and one that cannot be read.
    *table.faults.lock().unwrap() =
        vec![Fault::Damaged, Fault::None, Fault::None, Fault::None, Fault::None];
    let page = block_on(pass.page(None)).unwrap();
    assert_eq!((page.seen, page.current, page.renewed), (3, 1, 1));
    assert_eq!((page.failed, page.next), (vec![(2, Failure::Damaged)], Some(2)));
}

/// A key service that is down ends the page. A pass that went on would ask it for every record.
#[test]
fn r25_an_outage_of_the_renewal_ends_the_page() {
    struct Service(AtomicUsize);

    impl Renew<u8, Envelope> for Service {
        type Error = Failure;

        async fn renew(&self, _: &u8, _: &Envelope) -> Result<Option<Envelope>, Failure> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(Failure::Outage)
        }

        fn is_outage(&self, error: &Failure) -> bool {
            *error == Failure::Outage
        }
    }

    let rows = rows(&(0..6).map(|record| (record, (vec![record], true))).collect());
    let pass = Pass::new(&rows, Service(AtomicUsize::new(0)));
    assert_eq!(block_on(pass.page(None)).unwrap_err(), Failure::Outage);
    assert_eq!(format!("{pass:?}"), "Pass { page_size: 100, at_once: 1, dry_run: false, .. }");
}

/// Whoever writes one record without end holds the pass up a few times, and not for ever.
#[test]
fn r25_a_record_that_never_rests_is_left_to_the_next_pass() {
    let rows = rows(&BTreeMap::from([(1, (vec![1], true)), (2, (vec![2], true))]));
    let (old, present) = (keyring(&[1]), keyring(&[2, 1]));
    let tries = AtomicUsize::new(0);
    let pass = Pass::new(&rows, |record: &u8, sealed: &Envelope| {
        if *record == 1 {
            tries.fetch_add(1, Ordering::Relaxed);
            rows.write(1, b"another", &old);
        }
        reseal(&present)(record, sealed)
    });
    let page = block_on(pass.page(None)).unwrap();
    assert_eq!((page.contended, page.renewed, page.is_clean()), (1, 1, false));
    assert_eq!(tries.load(Ordering::Relaxed), 8);
    rows.check(&present);
}

/// Runtimes with several threads take nothing less.
#[test]
fn a_page_can_be_sent_to_another_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (rows, present) = (Rows::default(), keyring(&[2]));
    let pass = Pass::new(&rows, reseal(&present));
    assert_eq!(block_on(is_send(pass.page(None))).unwrap(), Progress::default());
}
