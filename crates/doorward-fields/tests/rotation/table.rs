//! A table of one sealed field a record, with writers, delays and faults.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::task::Poll;

use doorward_fields::rotation::{Page, ResealError, Swapped, Table};
use doorward_fields::{Context, Envelope, FieldKey, KeyId, Keyring, Place};

pub(crate) fn key(id: u32) -> FieldKey {
    FieldKey::new(KeyId::new(id), [u8::try_from(id).unwrap(); 32])
}

/// The first id seals, the others open.
pub(crate) fn keyring(ids: &[u32]) -> Keyring {
    let others = ids[1..].iter();
    others.fold(Keyring::new(key(ids[0])), |ring, id| ring.with_open_only(key(*id)).unwrap())
}

pub(crate) fn place(record: &u8) -> Context<'_> {
    let record = std::slice::from_ref(record);
    Context::new(Place { tenant: "acme", table: "users", record, field: "email", version: 1 })
}

/// What every reader holds: the record is sealed under one key or the other.
pub(crate) fn reseal(
    keyring: &Keyring,
) -> impl Fn(&u8, &Envelope) -> Result<Option<Envelope>, Failure> + Sync {
    |record, sealed| keyring.reseal(&place(record), sealed).map_err(Failure::Reseal)
}

/// Sealed fields, and what they are known to hold.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) stored: Mutex<BTreeMap<u8, Envelope>>,
    pub(crate) truth: Mutex<BTreeMap<u8, Vec<u8>>>,
}

impl Rows {
    pub(crate) fn write(&self, record: u8, plaintext: &[u8], keyring: &Keyring) {
        let sealed = keyring.seal(&place(&record), plaintext).unwrap();
        self.stored.lock().unwrap().insert(record, sealed);
        self.truth.lock().unwrap().insert(record, plaintext.to_vec());
    }

    pub(crate) fn delete(&self, record: u8) {
        self.stored.lock().unwrap().remove(&record);
        self.truth.lock().unwrap().remove(&record);
    }

    /// Panics unless everything that was written, and nothing else, can be read with these keys.
    pub(crate) fn check(&self, keyring: &Keyring) {
        let (stored, truth) = (self.stored.lock().unwrap(), self.truth.lock().unwrap());
        assert!(stored.keys().eq(truth.keys()), "records were made or lost");
        for (record, sealed) in &*stored {
            let opened = keyring.open(&place(record), sealed).unwrap();
            assert_eq!(opened.expose_secret(), truth[record], "record {record}");
        }
    }
}

impl Table for Rows {
    type Error = Failure;
    type Key = u8;
    type Record = Envelope;

    async fn keys(&self, after: Option<&u8>, limit: NonZeroUsize) -> Result<Page<u8>, Failure> {
        pause().await;
        let stored = self.stored.lock().unwrap();
        let behind = stored.keys().filter(|key| after.is_none_or(|after| *key > after));
        let keys: Vec<_> = behind.take(limit.get()).copied().collect();
        Ok(Page { next: keys.last().copied(), keys })
    }

    async fn read(&self, record: &u8) -> Result<Option<Envelope>, Failure> {
        pause().await;
        Ok(self.stored.lock().unwrap().get(record).cloned())
    }

    async fn swap(
        &self,
        record: &u8,
        read: &Envelope,
        renewed: Envelope,
    ) -> Result<Swapped, Failure> {
        pause().await;
        Ok(match self.stored.lock().unwrap().get_mut(record) {
            None => Swapped::Gone,
            Some(stored) if stored != read => Swapped::Stale,
            Some(stored) => {
                *stored = renewed;
                Swapped::Done
            }
        })
    }

    fn is_outage(&self, error: &Failure) -> bool {
        *error == Failure::Outage
    }
}

/// The same table on a bad line: each call meets the next fault, then none.
pub(crate) struct Faulty<'a> {
    pub(crate) rows: &'a Rows,
    pub(crate) faults: Mutex<Vec<Fault>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    Damaged,
    LostReply,
    None,
    Outage,
}

impl Faulty<'_> {
    async fn perform<T>(
        &self,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let fault = self.faults.lock().unwrap().pop();
        match fault {
            None | Some(Fault::None) => call.await,
            Some(Fault::Damaged) => Err(Failure::Damaged),
            Some(Fault::LostReply) => {
                call.await?;
                Err(Failure::Outage)
            }
            Some(Fault::Outage) => Err(Failure::Outage),
        }
    }
}

impl Table for Faulty<'_> {
    type Error = Failure;
    type Key = u8;
    type Record = Envelope;

    async fn keys(&self, after: Option<&u8>, limit: NonZeroUsize) -> Result<Page<u8>, Failure> {
        self.perform(self.rows.keys(after, limit)).await
    }

    async fn read(&self, record: &u8) -> Result<Option<Envelope>, Failure> {
        self.perform(self.rows.read(record)).await
    }

    async fn swap(
        &self,
        record: &u8,
        read: &Envelope,
        renewed: Envelope,
    ) -> Result<Swapped, Failure> {
        self.perform(self.rows.swap(record, read, renewed)).await
    }

    fn is_outage(&self, error: &Failure) -> bool {
        self.rows.is_outage(error)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Failure {
    Damaged,
    Outage,
    Reseal(ResealError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failure {}

/// Gives way once, so that the order of calls is for the test to say.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

/// Where a pass stands, kept where a crash does not reach it.
#[derive(Default)]
pub(crate) struct Journal {
    pub(crate) after: Cell<Option<u8>>,
    pub(crate) whole: Cell<bool>,
}
