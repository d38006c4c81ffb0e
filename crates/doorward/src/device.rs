//! Tokens of devices that have logged in before.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_fields::{BlindIndex, KeyId, MacKey, MacKeys, random_bytes};
use doorward_store::Credential;
use zeroize::Zeroizing;

use crate::epoch::{epoch, millis};
use crate::error::Error;

/// Shows that a device has logged in to an account before. It opens nothing: it only gives its
/// holder a budget that no stranger can spend. Keep it on the device (a long-lived cookie with
/// `Secure`, `HttpOnly` and `SameSite`), and present it with the next login.
///
/// `"dwd_" || Base64url(version (1) || key id (4) || device id (16) || epoch (8) || issued (8) ||
/// HMAC-SHA-256 (32))`, the epoch being when the account was last changed, both times in milliseconds
/// since 1970; the MAC is over the identifier's blind index and what stands before it.
///
/// Every login returns a new token for the same device: overwrite the old one, which is void once the
/// new one has logged in (not before, so a lost reply harms nobody). A change of the password or of the
/// account's status voids the tokens from before it, whatever clocks say;
/// [`revoke_device`](crate::Authenticator::revoke_device) voids all of a device, and so do 400 days
/// without a login.
///
/// A stolen token lets its holder make ten wrong guesses between two logins of that device, and as many
/// a day as the policy lets a device; more of them, and it counts as unknown.
///
/// `Debug` shows none of it.
#[derive(Clone)]
pub struct DeviceToken(Zeroizing<String>);

impl DeviceToken {
    /// Takes whatever a client presents; a token that is not genuine is the same as none.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text to keep on the device. This is the only method that shows it.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// A token for this account on this device.
    pub(crate) fn issue(device: KnownDevice, index: &BlindIndex, key: &MacKey) -> Self {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        bytes[0] = VERSION;
        bytes[1..5].copy_from_slice(&key.id().get().to_be_bytes());
        bytes[5..21].copy_from_slice(&device.id);
        bytes[21..29].copy_from_slice(&device.epoch.to_be_bytes());
        bytes[29..37].copy_from_slice(&device.issued.to_be_bytes());
        let tag = key.tag(DOMAIN, &[index.digest(), &bytes[..SIGNED]]);
        bytes[SIGNED..].copy_from_slice(tag.as_bytes());
        Self(Zeroizing::new(format!(
            "{PREFIX}{}",
            Base64UrlUnpadded::encode_string(bytes.as_ref())
        )))
    }

    /// The device, if the token is genuine and of the account that these indexes name.
    ///
    /// `indexes` and `keys` belong to the same roots.
    pub(crate) fn verify(&self, indexes: &[BlindIndex], keys: &MacKeys) -> Option<KnownDevice> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        let text = self.0.strip_prefix(PREFIX)?;
        let decoded = Base64UrlUnpadded::decode(text, bytes.as_mut()).ok()?;
        if decoded.len() != LENGTH || decoded[0] != VERSION {
            return None;
        }
        let key_id = KeyId::new(u32::from_be_bytes(decoded[1..5].try_into().ok()?));
        let id = decoded[5..21].try_into().ok()?;
        let epoch = u64::from_be_bytes(decoded[21..29].try_into().ok()?);
        let issued = u64::from_be_bytes(decoded[29..37].try_into().ok()?);
        let index = indexes.iter().find(|index| index.key_id() == key_id)?;
        let key = keys.verifier(key_id)?;
        let genuine = key.verify(DOMAIN, &[index.digest(), &decoded[..SIGNED]], &decoded[SIGNED..]);
        genuine.then_some(KnownDevice { id, epoch, issued })
    }
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceToken([REDACTED])")
    }
}

/// A device that proved that it has logged in before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KnownDevice {
    /// 128 random bits that name it.
    pub(crate) id: [u8; 16],
    /// When the account was last changed as its token was issued.
    epoch: u64,
    /// When its token was issued.
    issued: u64,
}

impl KnownDevice {
    /// A device that was not known before.
    pub(crate) fn generate(credential: &Credential, now: SystemTime) -> Result<Self, Error> {
        Ok(Self { id: random_bytes()?, epoch: epoch(credential), issued: millis(now) })
    }

    /// The same device, known to the account as it is now. Its token is newer than the one it had, also where
    /// the clock that issued that one was ahead.
    pub(crate) fn renewed(self, credential: &Credential, now: SystemTime) -> Self {
        let issued = millis(now).max(self.issued.saturating_add(1));
        Self { epoch: epoch(credential), issued, ..self }
    }

    /// How many bytes it takes where it is kept: `id (16) || epoch (8) || issued (8)`.
    pub(crate) const LENGTH: usize = 32;

    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..16].copy_from_slice(&self.id);
        bytes[16..24].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[24..].copy_from_slice(&self.issued.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LENGTH] = bytes.try_into().ok()?;
        Some(Self {
            id: bytes[..16].try_into().ok()?,
            epoch: u64::from_be_bytes(bytes[16..24].try_into().ok()?),
            issued: u64::from_be_bytes(bytes[24..].try_into().ok()?),
        })
    }

    /// When its token was issued.
    pub(crate) fn issued_at(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.issued.min(LATEST))
    }

    /// Whether the account has not been changed since its token was issued.
    pub(crate) fn is_known_to(&self, credential: &Credential) -> bool {
        self.epoch == epoch(credential)
    }
}

/// Far enough ahead, and near enough to be reckoned with: the year 10000.
const LATEST: u64 = 253_402_300_800_000;
const PREFIX: &str = "dwd_";
const DOMAIN: &str = "device token";
const VERSION: u8 = 2;
/// What the MAC covers.
const SIGNED: usize = 1 + 4 + 16 + 8 + 8;
const LENGTH: usize = SIGNED + 32;

#[cfg(test)]
mod tests {
    use doorward_fields::{IndexPlace, IndexedValue, KeySet, RootKey};
    use proptest::prelude::*;

    use super::*;

    const DEVICE: KnownDevice = KnownDevice { id: [9; 16], epoch: 7, issued: 9 };

    fn root(id: u32) -> RootKey {
        RootKey::new(KeyId::new(id), [u8::try_from(id).unwrap(); 32])
    }

    fn keys(set: &KeySet, identifier: &str) -> (Vec<BlindIndex>, MacKeys) {
        let place = IndexPlace { tenant: "t", table: "accounts", field: "identifier" };
        let value = IndexedValue::exact(identifier.as_bytes());
        (set.derive_index_keys("identifiers").read(place, &value), set.derive_mac_keys("devices"))
    }

    fn issue(set: &KeySet) -> DeviceToken {
        let (indexes, keys) = keys(set, "alice");
        DeviceToken::issue(DEVICE, &indexes[0], keys.primary())
    }

    fn verify(token: &DeviceToken, set: &KeySet, identifier: &str) -> Option<KnownDevice> {
        let (indexes, keys) = keys(set, identifier);
        token.verify(&indexes, &keys)
    }

    #[test]
    fn a_token_is_good_for_its_account_and_key_only() {
        let set = KeySet::new(root(1));
        let token = issue(&set);
        assert_eq!(verify(&token, &set, "alice"), Some(DEVICE));
        assert_eq!(verify(&token, &set, "bob"), None);
        assert_eq!(verify(&token, &KeySet::new(root(2)), "alice"), None);
    }

    #[test]
    fn a_token_goes_through_the_stages_of_a_rotation() {
        let old = KeySet::new(root(1));
        let both = KeySet::new(root(1)).with_pending(root(2)).unwrap();
        let mut new = KeySet::new(root(2)).with_open_only(root(1)).unwrap();
        for (issuer, verifier) in [(&old, &both), (&both, &old), (&both, &new), (&new, &both)] {
            assert_eq!(verify(&issue(issuer), verifier, "alice"), Some(DEVICE));
        }
        new.retire(KeyId::new(1)).unwrap();
        assert_eq!(verify(&issue(&old), &new, "alice"), None);
    }

    proptest! {
        #[test]
        fn nothing_else_is_a_token(text in any::<String>()) {
            prop_assert!(verify(&DeviceToken::new(text), &KeySet::new(root(1)), "alice").is_none());
        }

        #[test]
        fn a_changed_token_is_none(at in 0_usize..96, with in "[A-Za-z0-9_-]") {
            let set = KeySet::new(root(1));
            let mut text = issue(&set).expose_secret().to_owned();
            prop_assume!(text.get(at..=at).is_some_and(|old| old != with));
            text.replace_range(at..=at, &with);
            prop_assert!(verify(&DeviceToken::new(text), &set, "alice").is_none());
        }
    }
}
