//! The root secret, and every key that is derived from it.

use std::fmt;
use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_fields::{FieldKey, IndexKey, KeyId, Keyring, MacKey, RandomError, RootKey};
use thiserror::Error;
use zeroize::Zeroizing;

/// The root secrets, newest first. Every other key is derived from them (HKDF, RFC 5869), each for
/// one purpose, so nothing else has to be kept.
///
/// As text: `id:secret` with a number and 32 bytes in URL-safe Base64 without padding, several
/// separated by commas or line ends. The first seals and signs; the others still open what they
/// sealed and still find the accounts that were registered under them.
///
/// To rotate while instances run: give every instance the new key *behind* the old ones, then, once all
/// have it, put it in front everywhere. What is counted starts anew under a new first key, and step-up
/// tickets under way end. Keep the old keys: accounts that were registered under one are found by it
/// alone, and without it their identifiers could be registered again.
///
/// Whoever has a root secret and the table can guess at passwords offline. Whoever loses it loses
/// every account: keep a copy where the table's backups are not.
///
/// ```
/// use doorward::Keys;
///
/// let keys = Keys::generate()?;
/// let text = keys.expose_secret();
/// let again = Keys::parse(&text)?;
/// assert_eq!(again.ids().collect::<Vec<_>>(), [1]);
/// assert_eq!(format!("{again:?}"), "Keys { ids: [1], .. }");
/// # Ok::<(), doorward::KeysError>(())
/// ```
pub struct Keys {
    roots: Vec<RootKey>,
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
        let text = std::env::var(Self::VARIABLE).map_err(|_| KeysError::NotSet)?;
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
        Ok(Self { roots: vec![RootKey::generate(KeyId::new(1))?] })
    }

    /// Reads the keys from text, the newest first.
    ///
    /// # Errors
    ///
    /// [`KeysError`] names the entry that is wrong, never what it holds.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let mut roots: Vec<RootKey> = Vec::new();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let entries = lines.flat_map(|line| line.split(',')).map(str::trim);
        for (at, entry) in entries.filter(|entry| !entry.is_empty()).enumerate() {
            let root = parse_root(entry).ok_or(KeysError::Malformed { entry: at + 1 })?;
            if roots.iter().any(|known| known.id() == root.id()) {
                return Err(KeysError::Duplicate { id: root.id().get() });
            }
            roots.push(root);
        }
        match roots.len() {
            0 => Err(KeysError::Empty),
            1..=MOST_ROOTS => Ok(Self { roots }),
            _ => Err(KeysError::TooMany),
        }
    }

    /// Puts a new root secret in front, with the next id; the others stay for what they sealed. See
    /// [`Keys`] for the order in which running instances learn of it.
    ///
    /// # Errors
    ///
    /// [`KeysError`] when there are 8 already, ids ran out, or there are no random bytes.
    pub fn rotate(mut self) -> Result<Self, KeysError> {
        if self.roots.len() == MOST_ROOTS {
            return Err(KeysError::TooMany);
        }
        let newest = self.ids().max().unwrap_or(0);
        let id = newest.checked_add(1).ok_or(KeysError::TooMany)?;
        self.roots.insert(0, RootKey::generate(KeyId::new(id))?);
        Ok(self)
    }

    /// The keys as text, for a secret manager. This is the only method that shows them.
    pub fn expose_secret(&self) -> Zeroizing<String> {
        let entry = |root: &RootKey| {
            let secret = Zeroizing::new(Base64UrlUnpadded::encode_string(root.expose_secret()));
            format!("{}:{}", root.id(), secret.as_str())
        };
        Zeroizing::new(self.roots.iter().map(entry).collect::<Vec<_>>().join("\n"))
    }

    /// The ids, newest first.
    pub fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.roots.iter().map(|root| root.id().get())
    }

    pub(crate) fn derive(&self) -> DerivedKeys {
        let field = |root: &RootKey| root.derive_field_key("credentials");
        let fields =
            self.roots[1..].iter().map(field).fold(Keyring::new(field(&self.roots[0])), with);
        let mac = |purpose| {
            self.roots.iter().map(|root| root.derive_mac_key(purpose)).collect::<Vec<_>>()
        };
        DerivedKeys {
            fields,
            identifiers: self
                .roots
                .iter()
                .map(|root| root.derive_index_key("identifiers"))
                .collect(),
            counters: self.roots[0].derive_mac_key("counters"),
            devices: mac("devices"),
            tickets: self.roots[0].derive_mac_key("tickets"),
        }
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
    /// Index identifiers, newest first: the first is primary.
    pub(crate) identifiers: Vec<IndexKey>,
    /// Names counter rows. A rotation starts them anew.
    pub(crate) counters: MacKey,
    /// Sign device tokens, newest first.
    pub(crate) devices: Vec<MacKey>,
    /// Names step-up tickets and binds their codes. A rotation ends those under way.
    pub(crate) tickets: MacKey,
}

/// Why there are no keys.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeysError {
    /// Two entries with one id.
    #[error("two keys have the id {id}: give each its own")]
    Duplicate {
        /// The id.
        id: u32,
    },
    /// No entry at all.
    #[error("there is no key: make one with Keys::generate() and keep its text")]
    Empty,
    /// An entry that is not a key.
    #[error("entry {entry} is not `id:secret` with a number and 32 bytes in URL-safe Base64")]
    Malformed {
        /// Which, from 1.
        entry: usize,
    },
    /// The variable is missing.
    #[error("the environment variable DOORWARD_KEYS is not set: put the text of Keys there")]
    NotSet,
    /// No random bytes.
    #[error("the operating system gave no random bytes")]
    Randomness(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More than eight.
    #[error("there are more than 8 keys: every key costs a look-up at each login")]
    TooMany,
    /// The file cannot be read.
    #[error("the key file cannot be read")]
    Unreadable(#[source] std::io::Error),
}

impl From<RandomError> for KeysError {
    fn from(error: RandomError) -> Self {
        Self::Randomness(Box::new(error))
    }
}

/// Each root costs one more look-up a login.
const MOST_ROOTS: usize = 8;

fn with(ring: Keyring, key: FieldKey) -> Keyring {
    ring.with_open_only(key).expect("the ids of root keys are distinct")
}

fn parse_root(entry: &str) -> Option<RootKey> {
    let (id, secret) = entry.split_once(':')?;
    let mut bytes = Zeroizing::new([0; 32]);
    let decoded = Base64UrlUnpadded::decode(secret.trim(), bytes.as_mut()).ok()?;
    if decoded.len() != 32 {
        return None;
    }
    Some(RootKey::new(KeyId::new(id.trim().parse().ok()?), *bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn text_survives_a_round_trip_and_a_rotation_keeps_the_old_keys() {
        let keys = Keys::parse(&format!("# made in spring\n7:{SECRET}\n")).unwrap();
        let rotated = keys.rotate().unwrap();
        assert_eq!(rotated.ids().collect::<Vec<_>>(), [8, 7]);
        let again = Keys::parse(&rotated.expose_secret().replace('\n', ",")).unwrap();
        assert_eq!(*again.expose_secret(), *rotated.expose_secret());
    }

    #[test]
    fn errors_name_the_entry_and_not_the_secret() {
        let twice = format!("1:{SECRET},1:{SECRET}");
        for (text, says) in [
            ("", "there is no key"),
            ("# nothing\n\n", "there is no key"),
            (twice.as_str(), "two keys have the id 1"),
            ("1:c2hvcnQ", "entry 1 is not"),
            (&format!("1:{SECRET}\nx:{SECRET}"), "entry 2 is not"),
            (&format!("1:{SECRET}AA"), "entry 1 is not"),
        ] {
            let error = Keys::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text:?}: {error}");
            assert!(!error.contains("AAEC"), "{error}");
        }
        let nine = (1..10).map(|id| format!("{id}:{SECRET}")).collect::<Vec<_>>().join(",");
        assert!(matches!(Keys::parse(&nine), Err(KeysError::TooMany)));
        assert!(matches!(Keys::from_file("/nowhere"), Err(KeysError::Unreadable(_))));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = Keys::parse(&text);
        }
    }
}
