//! The codes of an account's second factor: looked at, and used.

use std::time::SystemTime;

use doorward_fields::random_bytes;
use doorward_session::{AccountDetails, RecoveryCode, SecondFactor};
use doorward_store::{AccountId, Credential, Replaced, Status};

use crate::authenticator::Inner;
use crate::epoch::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::notice::AccountChange;
use crate::step_up::Code;
use crate::vault::Vault;
use crate::verified::Method;

/// Which code of a second factor was given.
pub(crate) enum Given {
    /// That of the app.
    Totp,
    /// A recovery code, and what takes its place.
    RecoveryCode(RecoveryCode),
}

impl Given {
    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Totp => Method::PasswordAndTotp,
            Self::RecoveryCode(_) => Method::PasswordAndRecoveryCode,
        }
    }

    pub(crate) fn into_replacement(self) -> Option<RecoveryCode> {
        match self {
            Self::Totp => None,
            Self::RecoveryCode(code) => Some(code),
        }
    }
}

impl Inner {
    /// The details to keep instead, if this is a code of the account's second factor that is good now.
    pub(crate) fn look_at_code(
        &self,
        code: &Code,
        credential: &Credential,
        now: SystemTime,
    ) -> Result<Option<(AccountDetails, Given)>, Error> {
        let details = self.vault.open_details(credential)?;
        let Some(factor) = details.second_factor() else { return Ok(None) };
        let spent = match RecoveryCode::parse(code.expose_secret()) {
            Some(recovery) => {
                let replacement = RecoveryCode::new(random_bytes()?);
                let spent = factor.spend(&recovery, credential.account().as_bytes(), &replacement);
                spent.map(|factor| (factor, Given::RecoveryCode(replacement)))
            }
            None => {
                factor.check_totp(code.expose_secret(), now).map(|factor| (factor, Given::Totp))
            }
        };
        Ok(spent.map(|(factor, given)| (details.with_second_factor(Some(factor)), given)))
    }

    /// Uses a code of the second factor, by compare-and-swap: of any number who have it, one. `None` where it is not
    /// good, or not any more; else the account as it is now.
    pub(crate) async fn spend_code(
        &self,
        code: &Code,
        mut credential: Credential,
        now: SystemTime,
    ) -> Result<Option<(Credential, Given)>, Error> {
        let (account, verified) = (credential.account(), epoch(&credential));
        for _ in 0..MOST_TRIES {
            let Some((details, given)) = self.look_at_code(code, &credential, now)? else {
                return Ok(None);
            };
            let changed =
                credential.clone().with_details(self.vault.seal_details(account, &details)?);
            match self.store.replace(changed.clone(), credential.version()).await? {
                Replaced::Done(version) => {
                    if let Given::RecoveryCode(_) = given {
                        let change = AccountChange::RecoveryCodeUsed;
                        self.tell(&credential, EventKind::RecoveryCodeUsed, change);
                    }
                    return Ok(Some((changed.with_version(version), given)));
                }
                Replaced::Missing => return Ok(None),
                Replaced::Stale => match self.store.fetch(account).await? {
                    Some(present)
                        if epoch(&present) == verified && present.status() == Status::Active =>
                    {
                        credential = present;
                    }
                    _ => return Ok(None),
                },
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }
}

impl Vault {
    /// `details = seal[key id](record; tenant, "accounts", account id, "details", 1)`; nothing where there are none.
    pub(crate) fn seal_details(
        &self,
        account: AccountId,
        details: &AccountDetails,
    ) -> Result<Option<Vec<u8>>, Error> {
        let bytes = details.to_bytes();
        bytes.map(|bytes| self.seal(account.as_bytes(), DETAILS, &bytes)).transpose()
    }

    /// What is kept of an account beside its password. What cannot be read is an error: an account whose second factor
    /// is lost is not one without.
    pub(crate) fn open_details(&self, credential: &Credential) -> Result<AccountDetails, Error> {
        let Some(sealed) = credential.details() else { return Ok(AccountDetails::default()) };
        let bytes = self.open_bytes(credential.account().as_bytes(), DETAILS, sealed)?;
        AccountDetails::parse(&bytes).ok_or(Error::new(ErrorKind::Corrupt))
    }

    /// Whether what was shown, with or without a second factor, is what the account asks for: it may have been enrolled
    /// since.
    pub(crate) fn is_enough(
        &self,
        with_factor: bool,
        credential: &Credential,
    ) -> Result<bool, Error> {
        Ok(with_factor || self.open_details(credential)?.second_factor().is_none())
    }

    /// The details as they are to be stored instead; `None` where there are none, or they are under the newest key.
    pub(crate) fn reseal_details(&self, credential: &Credential) -> Result<Option<Vec<u8>>, Error> {
        let Some(sealed) = credential.details() else { return Ok(None) };
        self.reseal(credential.account().as_bytes(), DETAILS, sealed)
    }

    /// What the throttle knows the second factor of an account by, which the index of its identifier names.
    pub(crate) fn code_subject(&self, whose: &[u8]) -> [u8; 32] {
        *self.counters().tag("second factor", &[whose]).as_bytes()
    }
}

/// The name of the sealed field.
const DETAILS: &str = "details";

/// Each time another request has changed the account.
pub(crate) const MOST_TRIES: usize = 8;

/// So many recovery codes are given out.
pub(crate) const RECOVERY_CODES: usize = 10;

/// A second factor with these recovery codes.
pub(crate) fn with_codes(
    factor: SecondFactor,
    account: AccountId,
    codes: &[RecoveryCode],
) -> Result<SecondFactor, Error> {
    let digests: Vec<_> = codes.iter().map(|code| code.digest(account.as_bytes())).collect();
    factor.with_codes(&digests).map_err(|error| Error::because(ErrorKind::Internal, error))
}
