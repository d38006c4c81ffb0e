//! Bringing over the accounts of another system, with the hashes that it stored.

use doorward_hash::{HashKind, ParseError, StoredHash};
use doorward_store::{AccountId, Inserted};
use thiserror::Error;

use crate::attempt::Typed;
use crate::authenticator::Inner;
use crate::error::Error;
use crate::event::EventKind;
use crate::identifier::{Identifier, IdentifierProblem};
use crate::visitor::Visitor;

/// An account of another system, with what that stored of its password.
///
/// The formats are those of the Cargo features: the table is in the README of doorward-hash. A hash
/// weaker than the present cost is put inside one of it at once, so that no weak hash is ever at rest
/// here; its owner logs in as before, and the first login makes a hash of the password itself.
#[derive(Clone, Debug)]
pub struct Import {
    identifier: Typed,
    hash: Option<Typed>,
    pepper: Option<String>,
    account: Option<AccountId>,
}

impl Import {
    /// The account of `identifier`, with the stored hash as the other system wrote it. Where that says
    /// that no password is set (Django's `!`), the account is made without one.
    pub fn new(identifier: impl Into<String>, hash: impl Into<String>) -> Self {
        let (identifier, hash) = (Typed(identifier.into()), Some(Typed(hash.into())));
        Self { identifier, hash, pepper: None, account: None }
    }

    /// An account without a password: nobody logs in to it until it has one.
    pub fn without_password(identifier: impl Into<String>) -> Self {
        let identifier = Typed(identifier.into());
        Self { identifier, hash: None, pepper: None, account: None }
    }

    /// The hash was made with the pepper of this name, one of
    /// [`AuthenticatorBuilder::import_peppers`](crate::AuthenticatorBuilder::import_peppers).
    pub fn pepper(mut self, id: impl Into<String>) -> Self {
        self.pepper = Some(id.into());
        self
    }

    /// The account gets this id, instead of one made at random: so that an import that broke off can be
    /// repeated, and what is kept elsewhere under the id be told from what is not there yet. After
    /// [`Imported::Taken`], [`CredentialStore::fetch`](doorward_store::CredentialStore::fetch) tells
    /// whether this very account was made before.
    ///
    /// Make it so that nobody can guess it, and never again for anybody else: whatever a service still
    /// keeps for the one would be the other's. A tag under [`Keys::mac_keys`](crate::Keys::mac_keys) of the
    /// row's key in the other system will do.
    pub fn account(mut self, id: AccountId) -> Self {
        self.account = Some(id);
        self
    }
}

/// The answer to an import.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an account may not have been made"]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum Imported {
    /// The account was made.
    Created(AccountId),
    /// The identifier has an account already, or the [id](Import::account) was given out; nothing was changed.
    Taken,
    /// The identifier or the hash will not do. Nothing was made; the reason is for the operator.
    Refused(ImportProblem),
}

/// Why an account cannot be brought over like this. No text repeats any part of a hash.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ImportProblem {
    /// The stored hash cannot be read.
    #[error(transparent)]
    Hash(#[from] ParseError),
    /// The identifier will not do.
    #[error(transparent)]
    Identifier(#[from] IdentifierProblem),
    /// The builder was not told to expect hashes of this kind.
    #[error(
        "hashes of the kind `{kind}` are not expected, and accounts that have one could be told by \
         how long a login takes: name the kind to AuthenticatorBuilder::expecting"
    )]
    Unexpected {
        /// The kind.
        kind: HashKind,
    },
    /// The builder has no pepper of this name, or one that hashes of this format cannot be made with.
    #[error(
        "there is no pepper of that name, or hashes of this format cannot have it: give the right one to \
         AuthenticatorBuilder::import_peppers"
    )]
    UnknownPepper,
}

impl Inner {
    pub(crate) async fn import(&self, import: Import) -> Result<Imported, Error> {
        let lenient = Identifier::lenient(&import.identifier.0);
        let visitor = Visitor::named(&lenient, &self.vault)?;
        let imported = self.bring_over(import).await;
        let (kind, account) = match &imported {
            Ok(Imported::Created(account)) => (EventKind::Imported, Some(*account)),
            Ok(Imported::Taken) => (EventKind::RegistrationTaken, None),
            Ok(Imported::Refused(_)) => (EventKind::Refused, None),
            Err(error) => (EventKind::Failed(error.kind()), None),
        };
        self.emit(&visitor, kind, account);
        imported
    }

    async fn bring_over(&self, import: Import) -> Result<Imported, Error> {
        let identifier = match Identifier::parse(&import.identifier.0) {
            Ok(identifier) => identifier,
            Err(problem) => return Ok(Imported::Refused(problem.into())),
        };
        let read = import.hash.map(|hash| self.read_import(&hash.0, import.pepper.as_deref()));
        let stored = match read.transpose() {
            Ok(Some(stored)) => Some(self.pool.wrap(stored.clone()).await?.unwrap_or(stored)),
            // Django's `!` and the like say so in the place of a hash.
            Ok(None) | Err(ImportProblem::Hash(ParseError::NoPassword)) => None,
            Err(problem) => return Ok(Imported::Refused(problem)),
        };
        let now = self.clock.now();
        let account = import.account.map_or_else(AccountId::generate, Ok)?;
        let credential = self.vault.seal_credential(account, &identifier, stored.as_ref(), now)?;
        match self.store.insert(credential).await? {
            Inserted::Created => Ok(Imported::Created(account)),
            Inserted::Taken => Ok(Imported::Taken),
        }
    }

    fn read_import(&self, row: &str, pepper: Option<&str>) -> Result<StoredHash, ImportProblem> {
        let hasher = self.pool.hasher();
        let mut stored = StoredHash::parse(row, hasher.ceiling())?;
        if let Some(id) = pepper {
            let known = hasher.import_pepper(id).ok_or(ImportProblem::UnknownPepper)?;
            stored = stored.with_pepper(known);
        }
        // The row may name a pepper by itself, and not every format has an input for every one.
        if !hasher.has_pepper_for(&stored) {
            return Err(ImportProblem::UnknownPepper);
        }
        if !hasher.expects(&stored) {
            return Err(ImportProblem::Unexpected { kind: stored.kind() });
        }
        Ok(stored)
    }
}
