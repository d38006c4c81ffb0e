use crate::staged::Staged;
use crate::{KeyId, MacKey};

/// Keys that make and check tags, by id: what a rotation needs of [`MacKey`].
///
/// Comes from [`KeySet::derive_mac_keys`](crate::KeySet::derive_mac_keys). A [`Tag`](crate::Tag) does
/// not bear the id of its key: store it beside the tag.
///
/// ```
/// use doorward_fields::KeySet;
///
/// let mut set = KeySet::generate()?;
/// let keys = set.derive_mac_keys("devices");
/// let (id, tag) = (keys.primary().id(), keys.primary().tag("device/v1", &[b"u-17"]));
///
/// let new = set.add_pending()?;
/// set.promote(new)?;
/// let keys = set.derive_mac_keys("devices");
/// assert_eq!(keys.primary().id(), new);
/// let verifier = keys.verifier(id);
/// assert!(verifier.is_some_and(|key| key.verify("device/v1", &[b"u-17"], tag.as_bytes())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MacKeys {
    keys: Staged<MacKey>,
}

impl MacKeys {
    pub(crate) const fn of(keys: Staged<MacKey>) -> Self {
        Self { keys }
    }

    /// The key that makes tags.
    #[must_use]
    pub fn primary(&self) -> &MacKey {
        self.keys.primary()
    }

    /// The key that checks tags of the key `id`; `None` where it is unknown, retired, or below the
    /// lowest that opens. A tag without its key is a wrong tag.
    #[must_use]
    pub fn verifier(&self, id: KeyId) -> Option<&MacKey> {
        self.keys.opener(id)
    }
}
