//! Bringing everything that is stored of accounts under the present keys, while people log in.

mod accounts;
mod present;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use doorward_fields::rotation::{Pass, Progress};
use doorward_store::AccountId;

use self::accounts::Accounts;
use self::present::Present;
use crate::authenticator::Inner;
use crate::error::Error;

/// A pass over all accounts that brings under the present keys what is stored of each: the sealed
/// identifier, the sealed password hash, and the lookup keys, which are claimed for every key that the
/// authenticator has and released for those that it has no more. Nobody's password is needed.
///
/// Logins, registrations and changes go on meanwhile, here and on other instances. Each account changes
/// in one step, by compare-and-swap, so an interrupted pass leaves every account as it was or renewed,
/// and continues behind the last page's [`Progress::next`]. What another writer wrote stays.
///
/// # The order of a rotation
///
/// Finish each step on every instance before the next begins. [`Keys`](crate::Keys) has the statuses.
///
/// 1. Add the new key as pending. New accounts are found under it as well.
/// 2. Promote it. The former primary becomes open-only.
/// 3. Run this pass from the beginning to the end, until one is [clean](Progress::is_clean). A
///    [`dry_run`](Self::dry_run) behind it shows that nothing is left to renew.
/// 4. Retire the old key. No login needs it any more.
/// 5. Run the pass once more when no instance has the old key: it releases the old lookup keys. This
///    may wait until the next rotation.
///
/// Run it where the newest set of keys is: a lookup key of a key that it does not have is released.
/// A pass after step 1 does no harm, and claims the new lookup keys early. Step 4 before step 3 is
/// done turns owners away, and lets strangers register their identifiers. Until step 4 every step
/// can be taken back.
///
/// # What does not survive
///
/// - A device stays known if it logged in since step 2: each login signs its token anew, under the
///   primary. Put as much time between steps 2 and 4 as a device may stay away; one that stays
///   longer counts as unknown, and logs in with its password like any new one.
/// - A code that was sent before step 2, or before the pass came to its account: the owner logs in again. While
///   instances differ in step 2, a code is taken by those only whose primary is that of the one that sent it.
/// - What is counted starts anew at step 2, waits included. While instances differ, a guesser has two
///   budgets.
///
/// ```
/// # async fn rotate(auth: doorward::Authenticator) -> Result<(), doorward::Error> {
/// let rotation = auth.rotation().page_size(500);
/// let mut sum = doorward::Progress::default();
/// loop {
///     sum += rotation.page(sum.next).await?; // on an error: again, from the same account
///     println!("{} accounts, {} renewed", sum.seen, sum.renewed);
///     if sum.next.is_none() {
///         break;
///     }
/// }
/// for (account, error) in &sum.failed {
///     println!("{account} stays under the old key: {:?}", error.kind());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a rotation does nothing until its pages are asked for"]
pub struct Rotation {
    inner: Arc<Inner>,
    page_size: usize,
    at_once: usize,
    dry_run: bool,
}

impl Rotation {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner, page_size: DEFAULT_PAGE_SIZE, at_once: 1, dry_run: false }
    }

    /// In pages of at most so many accounts: 100 unless it is said here, and at least one.
    pub fn page_size(self, accounts: usize) -> Self {
        Self { page_size: accounts, ..self }
    }

    /// So many accounts at a time, where the store is far away: one unless it is said here. Each costs
    /// a read and a transaction beside those of logins.
    pub fn at_once(self, accounts: usize) -> Self {
        Self { at_once: accounts, ..self }
    }

    /// Writes nothing, and counts what would be renewed.
    pub fn dry_run(self) -> Self {
        Self { dry_run: true, ..self }
    }

    /// The next page, behind the account `after` or from the beginning, in the store's own order. Call it
    /// until [`Progress::next`] is `None`; keep that where it survives a crash.
    ///
    /// An account that cannot be renewed stays as it was, is named in [`Progress::failed`], and stops
    /// nothing. Its error is [`Corrupt`](crate::ErrorKind::Corrupt) where a key is missing or the row is
    /// damaged, and [`IdentifierTaken`](crate::ErrorKind::IdentifierTaken) where another account has the
    /// same identifier under another key.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed. What was renewed of the page stays so; ask for the same page
    /// again.
    pub async fn page(
        &self,
        after: Option<AccountId>,
    ) -> Result<Progress<AccountId, Error>, Error> {
        let (table, work) = (Accounts(&*self.inner.store), Present(&self.inner.vault));
        let pass = Pass::new(table, work)
            .page_size(at_least_one(self.page_size))
            .at_once(at_least_one(self.at_once));
        let pass = if self.dry_run { pass.dry_run() } else { pass };
        pass.page(after.as_ref()).await
    }
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation")
            .field("page_size", &self.page_size)
            .field("at_once", &self.at_once)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

const DEFAULT_PAGE_SIZE: usize = 100;

fn at_least_one(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN)
}
