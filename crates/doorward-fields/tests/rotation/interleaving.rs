//! Every order of a pass and its writers, with interruptions and faults.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use doorward_fields::Keyring;
use doorward_fields::rotation::{Pass, Swapped, Table};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::resealing::whole;
use crate::table::{Fault, Faulty, Journal, Rows, keyring, pause, place, reseal};

/// What a writer does to one record.
#[derive(Clone, Debug)]
enum Write {
    Delete(u8),
    /// Read, think, and write if nobody else did.
    Edit(u8, u8),
    Insert(u8, u8),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let record = || 0..12_u8;
    let write = prop_oneof![
        1 => record().prop_map(Write::Delete),
        4 => (record(), any::<u8>()).prop_map(|(record, byte)| Write::Edit(record, byte)),
        1 => (record(), any::<u8>()).prop_map(|(record, byte)| Write::Insert(record, byte)),
    ];
    vec(write, 0..12)
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Damaged),
        1 => Just(Fault::LostReply),
        1 => Just(Fault::Outage),
    ];
    vec(fault, 0..60)
}

/// One turn of the schedule.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// The process of the pass dies. Another one goes on from what it kept.
    Crash,
    Pass,
    Writer(usize),
}

fn schedule() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        1 => Just(Turn::Crash),
        12 => Just(Turn::Pass),
        8 => (0..2_usize).prop_map(Turn::Writer),
    ];
    vec(turn, 0..300)
}

async fn write_all(rows: &Rows, writes: &[Write], keyring: &Keyring) {
    for write in writes {
        pause().await;
        match *write {
            Write::Delete(record) => rows.delete(record),
            Write::Insert(record, byte) => rows.write(record, &[byte], keyring),
            Write::Edit(record, byte) => {
                let Some(read) = rows.read(&record).await.unwrap() else { continue };
                let mut plaintext =
                    keyring.open(&place(&record), &read).unwrap().expose_secret().to_vec();
                plaintext.push(byte);
                let sealed = keyring.seal(&place(&record), &plaintext).unwrap();
                if rows.swap(&record, &read, sealed).await.unwrap() == Swapped::Done {
                    rows.truth.lock().unwrap().insert(record, plaintext);
                }
            }
        }
    }
}

/// Pages until the end, each from what was kept of the last one.
async fn go_on(
    table: &Faulty<'_>,
    keyring: &Keyring,
    size: NonZeroUsize,
    at_once: NonZeroUsize,
    journal: &Journal,
) {
    let pass = Pass::new(table, reseal(keyring)).page_size(size).at_once(at_once);
    while !journal.whole.get() {
        let after = journal.after.get();
        let Ok(page) = pass.page(after.as_ref()).await else { continue };
        let parts = page.renewed + page.current + page.gone + page.contended + page.failed.len();
        assert_eq!(page.seen, parts, "the counts add up");
        journal.whole.set(page.next.is_none());
        journal.after.set(page.next);
    }
}

fn step<F: Future<Output = ()> + ?Sized>(future: &mut Option<Pin<Box<F>>>) {
    let Some(running) = future else { return };
    let polled = running.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    if polled == Poll::Ready(()) {
        *future = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// After each turn everything that was written can be read, by every reader that holds both keys.
    /// When the writers rest, clean passes come to their end, and the old key is needed no more.
    #[test]
    fn r25_nothing_is_lost_whatever_interrupts_a_pass(
        present in prop::collection::btree_set(0..12_u8, 0..10),
        writes in [writes(), writes()],
        faults in faults(),
        schedule in schedule(),
        size in 1..5_usize,
        at_once in 1..4_usize,
    ) {
        let (old, both) = (keyring(&[1, 2]), keyring(&[2, 1]));
        let rows = Rows::default();
        for record in &present {
            rows.write(*record, &[*record], &old);
        }
        let (size, at_once) = (NonZeroUsize::new(size).unwrap(), NonZeroUsize::new(at_once).unwrap());
        let table = Faulty { rows: &rows, faults: Mutex::new(faults) };
        let journal = Journal::default();
        let begin = || Some(Box::pin(go_on(&table, &both, size, at_once, &journal)));
        let mut pass = begin();
        let mut seen = BTreeMap::new();
        // One writer has not learned yet which key seals now: it is read all the same.
        let mut writers = [(&writes[0], &both), (&writes[1], &old)]
            .map(|(writes, keyring)| Some(Box::pin(write_all(&rows, writes, keyring))));
        for turn in schedule {
            match turn {
                Turn::Crash => pass = begin(),
                Turn::Pass => step(&mut pass),
                Turn::Writer(number) => step(&mut writers[number]),
            }
            let stored = rows.stored.lock().unwrap().clone();
            if stored != seen {
                rows.check(&both);
                seen = stored;
            }
        }
        while pass.is_some() || writers.iter().any(Option::is_some) {
            step(&mut pass);
            writers.iter_mut().for_each(step);
        }
        rows.check(&both);
        drop(pass);

        let last = whole(&Pass::new(&rows, reseal(&both)).page_size(size).at_once(at_once));
        prop_assert!(last.is_clean());
        let stored = rows.stored.lock().unwrap().len();
        prop_assert_eq!((last.seen, last.renewed + last.current), (stored, stored));
        rows.check(&keyring(&[2]));
    }
}
