//! The root secrets, and every key that is derived from them.

use std::fmt;
use std::path::Path;

use doorward_fields::{
    IndexKeys, KeyId, KeySet, KeySetError, KeyStatus, Keyring, MacKeys, MinimumError,
    PromotionError, RetirementError,
};
use thiserror::Error;
use zeroize::Zeroizing;

/// The root secrets, each with a status. Every other key is derived from them (HKDF, RFC 5869), each
/// for one purpose, so nothing else has to be kept.
///
/// As text: `id:status:secret` with a number, one of `pending`, `primary` and `open-only`, and 32 bytes
/// in URL-safe Base64 without padding, several separated by commas or line ends. Or `id:secret` alone
/// for every key: the first is primary, the others are open-only. [`KeySet`] has the whole form.
///
/// # Rotation while instances run
///
/// 1. [`add_pending`](Self::add_pending), and give the text to every instance. They index new accounts
///    under the new key as well, and know what it seals and signs.
/// 2. [`promote`](Self::promote), and give the text to every instance. What is counted starts anew
///    under the new primary, and step-up tickets under way end.
/// 3. Run [`Authenticator::rotation`](crate::Authenticator::rotation), which brings every account under
///    the new key.
/// 4. [`retire`](Self::retire) the old key once nothing is stored under it alone: accounts that were
///    registered under it would not be found, and their identifiers could be registered again.
///    [`set_minimum_open`](Self::set_minimum_open) tries it in a way that can be taken back.
///
/// Each step is finished everywhere before the next begins; [`KeyStatus`] says what a wrong order
/// costs.
///
/// Whoever has a root secret and the table can guess at passwords offline. Whoever loses it loses
/// every account: keep a copy where the table's backups are not.
///
/// ```
/// use doorward::Keys;
///
/// let mut keys = Keys::generate()?;
/// let new = keys.add_pending()?;
/// let again = Keys::parse(&keys.expose_secret())?;
/// assert_eq!(again.ids().collect::<Vec<_>>(), [1, new]);
/// assert_eq!(format!("{again:?}"), "Keys { ids: [1, 2], .. }");
/// # Ok::<(), doorward::KeysError>(())
/// ```
pub struct Keys {
    set: KeySet,
}

impl Keys {
    /// The variable that [`Keys::from_env`] reads.
    pub const VARIABLE: &'static str = "DOORWARD_KEYS";

    /// Reads the keys from the environment variable `DOORWARD_KEYS`.
    ///
    /// # Errors
    ///
    /// [`KeysError`] when it is not set or does not hold keys.
    pub fn from_env() -> Result<Self, KeysError> {
        let text = std::env::var(Self::VARIABLE).map_err(|error| match error {
            std::env::VarError::NotPresent => KeysError::NotSet,
            // Without what it holds.
            std::env::VarError::NotUnicode(_) => KeysError::NotText,
        })?;
        Self::parse(&Zeroizing::new(text))
    }

    /// Reads the keys from a file: one a line, lines that begin with `#` left out.
    ///
    /// # Errors
    ///
    /// [`KeysError`] when it cannot be read or does not hold keys.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeysError> {
        let text = std::fs::read_to_string(path).map_err(KeysError::Unreadable)?;
        Self::parse(&Zeroizing::new(text))
    }

    /// Makes one new root secret, with id 1. Keep it ([`Keys::expose_secret`]): without it, nothing
    /// that is stored can be read again.
    ///
    /// # Errors
    ///
    /// [`KeysError`] when the operating system gives no random bytes.
    pub fn generate() -> Result<Self, KeysError> {
        let set = KeySet::generate().map_err(KeySetError::from)?;
        Ok(Self { set })
    }

    /// Reads the keys from text.
    ///
    /// # Errors
    ///
    /// [`KeysError`] names the entry that is wrong, never what it holds.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        Ok(Self { set: KeySet::parse(text)? })
    }

    /// Makes a new key the primary at once: where one instance runs, or none. The others need the
    /// [stages](Self#rotation-while-instances-run).
    ///
    /// # Errors
    ///
    /// As for [`add_pending`](Self::add_pending).
    pub fn rotate(mut self) -> Result<Self, KeysError> {
        let new = self.set.add_pending()?;
        promote_newest(&mut self.set, new);
        Ok(self)
    }

    /// Makes a new key, pending, with the id after the highest one ever taken. Gives that id.
    ///
    /// # Errors
    ///
    /// [`KeysError`] when 8 are not retired already, ids ran out, or there are no random bytes.
    pub fn add_pending(&mut self) -> Result<u32, KeysError> {
        Ok(self.set.add_pending()?.get())
    }

    /// Makes a pending key the primary, or an open-only one again, which is how to roll back. The
    /// former primary becomes open-only.
    ///
    /// # Errors
    ///
    /// [`PromotionError`] when there is no such key, it is retired, or it is below the minimum.
    pub fn promote(&mut self, id: u32) -> Result<(), PromotionError> {
        self.set.promote(KeyId::new(id))
    }

    /// Drops the secret of a pending or open-only key, for ever. Its id stays taken.
    ///
    /// # Errors
    ///
    /// [`RetirementError`] when there is no such key, or it is the primary.
    pub fn retire(&mut self, id: u32) -> Result<(), RetirementError> {
        self.set.retire(KeyId::new(id))
    }

    /// Sets the lowest id that is still used for anything.
    ///
    /// # Errors
    ///
    /// [`MinimumError`] when the primary is below it.
    pub fn set_minimum_open(&mut self, id: u32) -> Result<(), MinimumError> {
        self.set.set_minimum_open(KeyId::new(id))
    }

    /// The keys as text, for a secret manager. This is the only method that shows them.
    pub fn expose_secret(&self) -> Zeroizing<String> {
        self.set.expose_secret()
    }

    /// The ids that are taken, the primary's first.
    pub fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.set.ids().map(KeyId::get)
    }

    /// The status of a key; `None` where there never was one of that id.
    #[must_use]
    pub fn status(&self, id: u32) -> Option<KeyStatus> {
        self.set.status(KeyId::new(id))
    }

    /// Keys to seal the service's own records with, such as `"invoices"`. They are derived from the
    /// same roots and rotate with them; what the door itself seals, they do not open.
    ///
    /// ```
    /// use doorward::Keys;
    /// use doorward::fields::{Context, Place};
    ///
    /// let keys = Keys::generate()?; // in service: Keys::from_env()?
    /// let invoices = keys.keyring("invoices");
    /// let total = Context::new(Place {
    ///     tenant: "acme", table: "invoices", record: b"2031-17", field: "total", version: 1,
    /// });
    /// let envelope = invoices.seal(&total, b"129.00 EUR")?;
    /// assert_eq!(invoices.open(&total, &envelope)?.expose_secret(), b"129.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keyring(&self, purpose: &str) -> Keyring {
        self.set.derive_keyring(&of_service(purpose))
    }

    /// Keys to make blind indexes of the service's own records with.
    #[must_use]
    pub fn index_keys(&self, purpose: &str) -> IndexKeys {
        self.set.derive_index_keys(&of_service(purpose))
    }

    /// Keys to make the service's own tags with.
    #[must_use]
    pub fn mac_keys(&self, purpose: &str) -> MacKeys {
        self.set.derive_mac_keys(&of_service(purpose))
    }

    pub(crate) fn derive(&self) -> DerivedKeys {
        DerivedKeys {
            fields: self.set.derive_keyring("credentials"),
            identifiers: self.set.derive_index_keys("identifiers"),
            counters: self.set.derive_mac_keys("counters"),
            devices: self.set.derive_mac_keys("devices"),
            tickets: self.set.derive_mac_keys("tickets"),
            refresh: self.set.derive_mac_keys("refresh tokens"),
            sessions: self.set.derive_mac_keys("sessions"),
        }
    }
}

impl From<KeySet> for Keys {
    fn from(set: KeySet) -> Self {
        Self { set }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("ids", &self.ids().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// What the facade works with; one key a purpose.
#[derive(Debug)]
pub(crate) struct DerivedKeys {
    /// Seals credentials; opens those of every root.
    pub(crate) fields: Keyring,
    /// Index identifiers.
    pub(crate) identifiers: IndexKeys,
    /// Name counter rows, by the primary alone. A rotation starts them anew.
    pub(crate) counters: MacKeys,
    /// Sign device tokens.
    pub(crate) devices: MacKeys,
    /// Name step-up tickets and bind their codes, by the primary alone. A rotation ends those under way.
    pub(crate) tickets: MacKeys,
    /// Seal refresh tokens.
    pub(crate) refresh: MacKeys,
    /// Sign what is kept of sessions.
    pub(crate) sessions: MacKeys,
}

/// Why there are no keys.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The text does not hold keys, or there is no room for a new one.
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    /// The variable is missing.
    #[error("the environment variable DOORWARD_KEYS is not set: put the text of Keys there")]
    NotSet,
    /// The variable holds something that is no text.
    #[error("the environment variable DOORWARD_KEYS is no text: put the text of Keys there")]
    NotText,
    /// The file cannot be read.
    #[error("the key file cannot be read")]
    Unreadable(#[source] std::io::Error),
}

fn promote_newest(set: &mut KeySet, pending: KeyId) {
    set.promote(pending).expect("the newest id is above every minimum");
}

/// No purpose of the door's own has a slash.
fn of_service(purpose: &str) -> String {
    format!("app/{purpose}")
}

#[cfg(test)]
mod tests {
    use doorward_fields::{Context, IndexPlace, IndexedValue, Place};
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn text_survives_a_round_trip_and_a_rotation_keeps_the_old_keys() {
        let keys = Keys::parse(&format!("# made in spring\n7:{SECRET}\n3:{SECRET}")).unwrap();
        let rotated = keys.rotate().unwrap();
        assert_eq!(rotated.ids().collect::<Vec<_>>(), [8, 7, 3]);
        let again = Keys::parse(&rotated.expose_secret().replace('\n', ",")).unwrap();
        assert_eq!(*again.expose_secret(), *rotated.expose_secret());
        assert_eq!(again.status(7), Some(KeyStatus::OpenOnly));
    }

    #[test]
    fn errors_name_the_entry_and_not_the_secret() {
        for (text, says) in [
            ("", "there is no key"),
            (&format!("1:{SECRET},1:{SECRET}"), "two keys have the id 1"),
            (&format!("1:{SECRET}\nx:{SECRET}"), "entry 2 is none of"),
        ] {
            let error = Keys::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text:?}: {error}");
            assert!(!error.contains("AAEC"), "{error}");
        }
        assert!(matches!(Keys::from_file("/nowhere"), Err(KeysError::Unreadable(_))));
    }

    #[test]
    fn the_services_keys_are_not_the_doors() {
        let keys = Keys::parse(&format!("1:{SECRET}")).unwrap();
        let door = keys.derive();
        let place = Place { tenant: "", table: "t", record: b"r", field: "f", version: 1 };
        let sealed = door.fields.seal(&Context::new(place), b"hash").unwrap();
        assert!(keys.keyring("credentials").open(&Context::new(place), &sealed).is_err());
        let place = IndexPlace { tenant: "", table: "t", field: "f" };
        let alice = IndexedValue::exact(b"alice");
        let index = door.identifiers.read(place, &alice);
        assert_ne!(keys.index_keys("identifiers").read(place, &alice), index);
        let tag = door.devices.primary().tag("d", &[]);
        assert_ne!(keys.mac_keys("devices").primary().tag("d", &[]), tag);
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = Keys::parse(&text);
        }
    }
}
