use std::fmt;
use std::sync::Arc;

use crate::{HashKind, scheme::Scheme};

/// The kinds of other hashes in a table: what a verification computes beside the policy's own hash.
#[derive(Clone, Default)]
pub(crate) struct Expected(Vec<Arc<dyn Scheme>>);

impl Expected {
    /// Adds a kind, or raises the work of the one that it shares its shape with.
    pub(crate) fn add(&mut self, kind: &HashKind) {
        let Some(scheme) = kind.scheme() else { return };
        match self.0.iter_mut().find(|known| is_alike(known.as_ref(), scheme.as_ref())) {
            Some(known) if known.units() >= scheme.units() => {}
            Some(known) => *known = scheme,
            None => self.0.push(scheme),
        }
    }

    /// In the order in which they are computed: one for each shape.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn Scheme> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Whether the work of `scheme` is done for every account.
    pub(crate) fn covers(&self, scheme: &dyn Scheme) -> bool {
        self.iter().any(|kind| is_covered(scheme, kind))
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.iter().map(|scheme| HashKind::of(scheme).to_string());
        f.debug_list().entries(kinds).finish()
    }
}

/// Whether the work that is done for `kind` is enough for `scheme`.
pub(crate) fn is_covered(scheme: &dyn Scheme, kind: &dyn Scheme) -> bool {
    is_alike(scheme, kind) && scheme.units() <= kind.units()
}

/// Whether more of the one makes up for the other.
fn is_alike(one: &dyn Scheme, other: &dyn Scheme) -> bool {
    one.format() == other.format() && one.shape() == other.shape()
}
