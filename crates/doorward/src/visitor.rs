//! Who stands at the door, as far as can be told before anything is looked up.

use std::net::IpAddr;
use std::time::SystemTime;

use doorward_fields::BlindIndex;
use doorward_hash::Password;
use doorward_store::{AccountId, Credential, LookupKey, StoreError};
use doorward_throttle::{Attempt, Device, Guess, Policy};

use crate::attempt::Login;
use crate::authenticator::Inner;
use crate::device::{DeviceToken, KnownDevice};
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::identifier::Identifier;
use crate::lane::Lane;
use crate::vault::{Vault, lookup_key};
use crate::verified::Verified;

/// A login without its password: an identifier that may be nobody's, a source, a device.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) indexes: Vec<BlindIndex>,
    pub(crate) keys: Vec<LookupKey>,
    pub(crate) source: Option<IpAddr>,
    pub(crate) device: Option<KnownDevice>,
    /// What was presented as the token of a device.
    pub(crate) presented: Option<DeviceToken>,
    /// What the throttle may know of the password.
    pub(crate) guess: Option<Guess>,
    /// Of who gives a code.
    pub(crate) code: Option<CodeGiver>,
}

/// Who gives a code is known by a ticket, and counted apart from who gives passwords.
#[derive(Debug)]
pub(crate) struct CodeGiver {
    /// What the throttle knows the account by.
    pub(crate) subject: [u8; 32],
    pub(crate) account: AccountId,
    /// Whether the ticket may be one of a wrong password.
    pub(crate) is_challenged: bool,
}

impl Visitor {
    /// Whatever was typed becomes a visitor: nothing is refused here, or refusals would differ.
    pub(crate) fn parse(login: &Login, vault: &Vault) -> Result<Self, Error> {
        let mut visitor = Self::named(&Identifier::lenient(&login.identifier.0), vault)?;
        visitor.source = login.source;
        visitor.device =
            login.device.as_ref().and_then(|token| vault.verify_device(token, &visitor.indexes));
        visitor.presented.clone_from(&login.device);
        Ok(visitor)
    }

    pub(crate) fn named(identifier: &Identifier, vault: &Vault) -> Result<Self, Error> {
        let indexes = vault.indexes(identifier);
        let keys = indexes.iter().map(lookup_key).collect::<Result<_, _>>()?;
        let (source, device, presented) = (None, None, None);
        Ok(Self { indexes, keys, source, device, presented, guess: None, code: None })
    }

    /// Who gives a code, on this device.
    pub(crate) fn with_code(
        giver: CodeGiver,
        source: Option<IpAddr>,
        device: Option<KnownDevice>,
    ) -> Self {
        let (indexes, keys, presented) = (Vec::new(), Vec::new(), None);
        Self { indexes, keys, source, device, presented, guess: None, code: Some(giver) }
    }

    /// The facts that the throttle counts by.
    pub(crate) fn attempt(&self) -> Attempt<'_> {
        Attempt {
            account: self.account_subject(),
            device: self
                .device
                .as_ref()
                .map(|device| Device { id: device.id.as_slice(), issued_at: device.issued_at() }),
            source: self.source,
            guess: self.guess,
        }
    }

    /// Looks at the password as this visitor's: of this device, or from this source.
    pub(crate) fn look_at(&mut self, password: &Password, vault: &Vault, now: SystemTime) {
        self.guess = Some(vault.guess(self, password, now));
    }

    /// The device counts as unknown from here on.
    pub(crate) fn distrust(&mut self) {
        self.device = None;
        self.guess = None;
    }

    /// Where it waits.
    pub(crate) fn lane(&self) -> Lane {
        if self.device.is_some() { Lane::Known } else { Lane::Strangers }
    }

    pub(crate) fn account_subject(&self) -> &[u8; 32] {
        match &self.code {
            Some(giver) => &giver.subject,
            None => self.indexes[0].digest(),
        }
    }

    /// The token to keep on this device: of the same device, where it is known.
    pub(crate) fn token(
        &self,
        vault: &Vault,
        credential: &Credential,
        now: SystemTime,
    ) -> Result<DeviceToken, Error> {
        let device = match self.device {
            Some(device) => device.renewed(credential, now),
            None => KnownDevice::generate(credential, now)?,
        };
        Ok(vault.issue_device(device, &self.indexes))
    }

    /// Whether the device became known before the account was last changed, or too long ago, and is known no
    /// more.
    pub(crate) fn is_outdated(&self, credential: Option<&Credential>, now: SystemTime) -> bool {
        let Some(device) = &self.device else { return false };
        let is_old = device.issued_at() + Policy::PROOF_LIFE <= now;
        is_old || credential.is_some_and(|credential| !device.is_known_to(credential))
    }
}

impl Inner {
    /// Wherever an owner logs in from, owners do.
    pub(crate) fn welcome(&self, visitor: &Visitor, proof: &Verified, now: SystemTime) {
        self.front.welcome(visitor.source, proof.account(), proof.method(), now);
    }

    /// The credential of the account that a visitor names.
    pub(crate) async fn look_up(
        &self,
        visitor: &Visitor,
    ) -> Result<Option<Credential>, StoreError> {
        match &visitor.code {
            Some(giver) => self.store.fetch(giver.account).await,
            None => self.store.find(&visitor.keys).await,
        }
    }

    /// Emits one audit event about a visitor.
    pub(crate) fn emit(&self, visitor: &Visitor, kind: EventKind, account: Option<AccountId>) {
        self.events.record(&Event {
            at: self.clock.now(),
            kind,
            account,
            subject: pseudonym(visitor.account_subject()),
            source: visitor.source,
            known_device: visitor.device.is_some(),
        });
    }
}

/// Eight bytes of a keyed digest: enough to follow one subject through a log, and nothing to guess by.
pub(crate) fn pseudonym(digest: &[u8; 32]) -> String {
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
