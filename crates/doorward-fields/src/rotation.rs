//! Passes over a table in use: what is stored there comes under the present keys, while it is read and
//! written as ever.
//!
//! A [`Pass`] goes over a [`Table`] of any store, page by page, and does to each record what a
//! [`Renew`] says: seal its fields anew ([`Keyring::reseal`](crate::Keyring::reseal)), or have a
//! key service wrap its data key anew. A record changes by compare-and-swap alone, so a pass never
//! overwrites what another writer wrote, and there is no moment at which a record cannot be read.
//!
//! [`Progress`] is what a page came to, and where to go on. Keep its `next` where it survives a crash:
//! the pass continues from there. A page that is repeated costs reads and nothing else.
//!
//! # The order of a rotation
//!
//! 1. Give every process the new key as one that opens and does not seal yet.
//! 2. When all have it, let it seal, in every process.
//! 3. When all do, run a pass from the beginning to the end. What other writers store meanwhile is under
//!    the new key already.
//! 4. When a whole pass [is clean](Progress::is_clean), a second one in a [dry run](Pass::dry_run) shows
//!    that nothing is left to renew. Drop the old key then, and keep it with the backups of the table:
//!    these still need it.
//!
//! A key that is dropped too early makes unreadable what is still under it; one that is kept too long
//! costs nothing but that its theft still matters.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::convert::Infallible;
//! use std::num::NonZeroUsize;
//! use std::sync::Mutex;
//!
//! use doorward_fields::rotation::{Page, Pass, Progress, Swapped, Table};
//! use doorward_fields::{Context, Envelope, FieldKey, KeyId, Keyring, Place};
//!
//! /// A phone number by the number of its user.
//! struct Phones(Mutex<BTreeMap<u32, Envelope>>);
//!
//! impl Table for Phones {
//!     type Error = Infallible;
//!     type Key = u32;
//!     type Record = Envelope;
//!
//!     async fn keys(
//!         &self,
//!         after: Option<&u32>,
//!         limit: NonZeroUsize,
//!     ) -> Result<Page<u32>, Infallible> {
//!         let phones = self.0.lock().unwrap();
//!         let from = after.map_or(0, |key| key + 1);
//!         let keys: Vec<_> = phones.range(from..).map(|(key, _)| *key).take(limit.get()).collect();
//!         Ok(Page { next: keys.last().copied(), keys })
//!     }
//!
//!     async fn read(&self, key: &u32) -> Result<Option<Envelope>, Infallible> {
//!         Ok(self.0.lock().unwrap().get(key).cloned())
//!     }
//!
//!     async fn swap(
//!         &self,
//!         key: &u32,
//!         read: &Envelope,
//!         renewed: Envelope,
//!     ) -> Result<Swapped, Infallible> {
//!         Ok(match self.0.lock().unwrap().get_mut(key) {
//!             None => Swapped::Gone,
//!             Some(stored) if stored != read => Swapped::Stale,
//!             Some(stored) => {
//!                 *stored = renewed;
//!                 Swapped::Done
//!             }
//!         })
//!     }
//!
//!     fn is_outage(&self, error: &Infallible) -> bool {
//!         match *error {}
//!     }
//! }
//!
//! fn place(user: &[u8; 4]) -> Context<'_> {
//!     let (tenant, table, field) = ("acme", "users", "phone");
//!     Context::new(Place { tenant, table, record: user, field, version: 1 })
//! }
//!
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     let mut future = std::pin::pin!(future);
//! #     loop {
//! #         if let std::task::Poll::Ready(answer) = future.as_mut().poll(&mut context) {
//! #             return answer;
//! #         }
//! #     }
//! # }
//! # block_on(async {
//! let key = |id| FieldKey::new(KeyId::new(id), [id as u8; 32]);
//! let old = Keyring::new(key(1));
//! let sealed = old.seal(&place(&7_u32.to_be_bytes()), b"555-0199")?;
//! let phones = Phones(Mutex::new(BTreeMap::from([(7, sealed)])));
//!
//! let keyring = Keyring::new(key(2)).with_open_only(key(1))?;
//! let pass = Pass::new(phones, |user: &u32, sealed: &Envelope| {
//!     keyring.reseal(&place(&user.to_be_bytes()), sealed).map_err(Box::<dyn std::error::Error + Send + Sync>::from)
//! });
//! let mut sum = Progress::default();
//! loop {
//!     sum += pass.page(sum.next.as_ref()).await?;
//!     if sum.next.is_none() {
//!         break;
//!     }
//! }
//! assert!(sum.is_clean() && sum.renewed == 1);
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! # }).unwrap();
//! ```

mod pass;
mod progress;
mod renew;
mod reseal;
mod table;
mod together;

pub use pass::Pass;
pub use progress::Progress;
pub use renew::Renew;
pub use reseal::ResealError;
pub use table::{Page, Swapped, Table};
