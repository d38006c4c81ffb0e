//! The proof that a login was verified.

use std::time::{Duration, SystemTime};

use doorward_session::{Authentication, Factor, RecoveryCode};
use doorward_store::{AccountId, Credential};

use crate::device::DeviceToken;
use crate::epoch::epoch;

/// Proof that this account's owner was verified, once: what a session is opened with.
///
/// Only doorward makes one. It cannot be cloned, stored or built, so no side door can open a session
/// without a check:
///
/// ```compile_fail,E0451
/// # fn forge(account: doorward::AccountId, mine: doorward::Verified) {
/// let forged = doorward::Verified { account, ..mine };
/// # }
/// ```
///
/// ```compile_fail,E0599
/// # fn twice(proof: doorward::Verified) {
/// let copy = proof.clone();
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a proof is what a session is opened with"]
pub struct Verified {
    account: AccountId,
    at: SystemTime,
    method: Method,
    device: DeviceToken,
    /// The epoch of the account that was verified.
    epoch: u64,
    replacement: Option<RecoveryCode>,
}

/// How somebody was verified.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// With the password.
    Password,
    /// With the password and a code that was sent to the account's owner.
    PasswordAndCode,
    /// With the password and a recovery code in place of the authenticator app.
    PasswordAndRecoveryCode,
    /// With the password and a code of the authenticator app.
    PasswordAndTotp,
}

impl Method {
    /// Whether the account's second factor was asked for and shown. A code that was mailed is none.
    pub fn has_second_factor(self) -> bool {
        matches!(self, Self::PasswordAndRecoveryCode | Self::PasswordAndTotp)
    }

    fn factors(self) -> impl Iterator<Item = Factor> {
        let second = match self {
            Self::Password => None,
            Self::PasswordAndCode => Some(Factor::MailedCode),
            Self::PasswordAndRecoveryCode => Some(Factor::RecoveryCode),
            Self::PasswordAndTotp => Some(Factor::Totp),
        };
        [Some(Factor::Password), second].into_iter().flatten()
    }
}

impl Verified {
    pub(crate) fn new(
        credential: &Credential,
        at: SystemTime,
        method: Method,
        device: DeviceToken,
    ) -> Self {
        let (account, epoch) = (credential.account(), epoch(credential));
        Self { account, at, method, device, epoch, replacement: None }
    }

    pub(crate) fn take_replacement(&mut self) -> Option<RecoveryCode> {
        self.replacement.take()
    }

    pub(crate) fn with_replacement(self, code: RecoveryCode) -> Self {
        Self { replacement: Some(code), ..self }
    }

    /// Whose account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// When.
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// How.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The token to keep on the device, so that it is known next time.
    pub fn device(&self) -> &DeviceToken {
        &self.device
    }

    /// After a login with a recovery code: the code that takes its place. Show it to the owner, once; nobody
    /// can tell it again.
    pub fn replacement(&self) -> Option<&RecoveryCode> {
        self.replacement.as_ref()
    }

    /// The epoch of the account that was verified.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether it was made a short while ago: what was verified then may not be true any more.
    pub(crate) fn is_recent(&self, now: SystemTime) -> bool {
        self.authentication().is_within(PROOF_LIFE, now)
    }

    pub(crate) fn authentication(&self) -> Authentication {
        Authentication::new(self.at, self.method.factors())
    }
}

/// A proof is to be used at once.
const PROOF_LIFE: Duration = Duration::from_secs(600);
