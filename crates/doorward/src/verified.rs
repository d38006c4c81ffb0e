//! The proof that a login was verified.

use std::time::SystemTime;

use doorward_store::AccountId;

use crate::device::DeviceToken;

/// Proof that this account's owner was verified, once: what a session is opened with.
///
/// Only doorward makes one. It cannot be cloned, stored or built, so no side door can open a session
/// without a check:
///
/// ```compile_fail
/// # fn forge(account: doorward::AccountId, at: std::time::SystemTime, device: doorward::DeviceToken) {
/// let forged = doorward::Verified { account, at, method: doorward::Method::Password, device };
/// # }
/// ```
///
/// ```compile_fail
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
}

/// How somebody was verified.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// With the password.
    Password,
    /// With the password and a code that was sent to the account's owner.
    PasswordAndCode,
}

impl Verified {
    pub(crate) fn new(
        account: AccountId,
        at: SystemTime,
        method: Method,
        device: DeviceToken,
    ) -> Self {
        Self { account, at, method, device }
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
}
