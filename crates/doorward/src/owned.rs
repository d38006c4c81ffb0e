//! Records that are somebody's.

use std::fmt;

use doorward_store::AccountId;
use thiserror::Error;

use crate::principal::Principal;

/// A record that belongs to one account, and opens for its owner only (requirement R16: no insecure direct object
/// reference).
///
/// Have what reads records return this, and a handler cannot forget the check: without a [`Principal`] nothing of the
/// record can be seen.
///
/// ```
/// use doorward::{AccountId, NotOwner, Owned, Principal};
///
/// struct Invoice { total: String }
///
/// /// What lies in the table, under an id that anybody may have sent.
/// fn read(id: &str) -> Owned<Invoice> {
///     # let _ = id;
///     let owner = AccountId::from_bytes([7; 16]); // of the row
///     Owned::stored(owner, Invoice { total: "129.00 EUR".to_owned() })
/// }
///
/// fn handler(principal: &Principal, id: &str) -> Result<String, NotOwner> {
///     let invoice = read(id).open(principal)?; // else 404, as if there were none
///     Ok(invoice.total)
/// }
/// ```
///
/// The record does not come out in any other way:
///
/// ```compile_fail,E0609
/// # struct Invoice { total: String }
/// fn handler(invoice: doorward::Owned<Invoice>) -> String {
///     invoice.total
/// }
/// ```
///
/// ```compile_fail,E0616
/// # struct Invoice { total: String }
/// fn handler(invoice: doorward::Owned<Invoice>) -> String {
///     invoice.record.total
/// }
/// ```
///
/// `Debug` shows the owner alone.
#[must_use = "it opens for its owner"]
pub struct Owned<T> {
    owner: AccountId,
    record: T,
}

impl<T> Owned<T> {
    /// A record as it was read, with the owner that is kept with it: never one that came with the request.
    pub fn stored(owner: AccountId, record: T) -> Self {
        Self { owner, record }
    }

    /// A record that this principal makes.
    pub fn by(principal: &Principal, record: T) -> Self {
        Self { owner: principal.account(), record }
    }

    /// The record, if it is this principal's.
    ///
    /// # Errors
    ///
    /// [`NotOwner`] if it is somebody else's. Answer as if there were none (404): 403 says that there is one.
    pub fn open(self, principal: &Principal) -> Result<T, NotOwner> {
        if self.is_of(principal) { Ok(self.record) } else { Err(NotOwner(())) }
    }

    /// The record, to look at.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn get(&self, principal: &Principal) -> Result<&T, NotOwner> {
        if self.is_of(principal) { Ok(&self.record) } else { Err(NotOwner(())) }
    }

    /// The record, to change.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn get_mut(&mut self, principal: &Principal) -> Result<&mut T, NotOwner> {
        if self.is_of(principal) { Ok(&mut self.record) } else { Err(NotOwner(())) }
    }

    /// The account, to keep with the record.
    pub fn owner(&self) -> AccountId {
        self.owner
    }

    /// The record, for what runs in nobody's name: a pass over all records, an operator. It checks nothing, and
    /// is named so that it can be searched for.
    pub fn expose_to_operator(self) -> T {
        self.record
    }

    fn is_of(&self, principal: &Principal) -> bool {
        self.owner == principal.account()
    }
}

impl<T> fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owned").field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// The record is somebody else's.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("there is no such record for this principal; answer 404")]
pub struct NotOwner(());
