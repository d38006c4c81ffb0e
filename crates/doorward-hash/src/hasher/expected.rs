use std::fmt;
use std::sync::Arc;

use crate::{HashKind, StoredHash, scheme::Scheme, stored::prefix::PepperId};

/// The kinds of other hashes in a table: what a verification computes beside the policy's own hash.
#[derive(Clone, Default)]
pub(crate) struct Expected(Vec<Kind>);

/// One of them.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) scheme: Arc<dyn Scheme>,
    /// What is hashed with the password.
    pub(crate) pepper: Option<PepperId>,
}

impl Kind {
    /// Whether the work that is done for it is enough for this hash.
    pub(crate) fn covers(&self, stored: &StoredHash) -> bool {
        let scheme = stored.body().scheme();
        self.pepper.as_ref() == stored.prefix().pepper.as_ref()
            && is_alike(self.scheme.as_ref(), scheme)
            && scheme.units() <= self.scheme.units()
    }
}

impl Expected {
    /// Adds a kind, or raises the work of the one that it shares its shape with.
    pub(crate) fn add(&mut self, kind: &HashKind) {
        let (Some(scheme), pepper) = (kind.scheme(), kind.pepper().cloned()) else { return };
        let known = self.0.iter_mut().find(|known| {
            known.pepper == pepper && is_alike(known.scheme.as_ref(), scheme.as_ref())
        });
        match known {
            Some(known) if known.scheme.units() >= scheme.units() => {}
            Some(known) => known.scheme = scheme,
            None => self.0.push(Kind { scheme, pepper }),
        }
    }

    #[cfg(test)]
    pub(crate) fn push(&mut self, kind: Kind) {
        self.0.push(kind);
    }

    /// In the order in which they are computed: one for each shape.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.0.iter()
    }

    /// Whether the work of the hash's scheme is done for every account.
    pub(crate) fn covers(&self, stored: &StoredHash) -> bool {
        self.iter().any(|kind| kind.covers(stored))
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind =
            |kind: &Kind| HashKind::of(kind.scheme.as_ref(), kind.pepper.as_ref()).to_string();
        f.debug_list().entries(self.iter().map(kind)).finish()
    }
}

/// Whether more of the one makes up for the other.
fn is_alike(one: &dyn Scheme, other: &dyn Scheme) -> bool {
    one.format() == other.format() && one.shape() == other.shape()
}
