//! Changes of an account's second factor.

use doorward_fields::random_bytes;
use doorward_session::{
    AccountDetails, OneTimeRecord, OtpauthUri, Purpose, QrCode, RecoveryCode, SecondFactor,
    TotpSecret,
};
use doorward_store::{AccountId, Credential, Replaced, Status};
use zeroize::Zeroizing;

use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::authenticator::Inner;
use crate::epoch::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, Rejection};
use crate::identifier::Identifier;
use crate::notice::AccountChange;
use crate::outcome::Managed;
use crate::principal::Fresh;
use crate::second_factor::{MOST_TRIES, RECOVERY_CODES, with_codes};
use crate::second_factors::{Enrolled, Enrolment, SecondFactorStatus};
use crate::step_up::{Code, TICKET_TRIES};
use crate::visitor::Visitor;

impl Inner {
    pub(crate) async fn enrol(
        &self,
        owner: Fresh<'_>,
        issuer: &str,
    ) -> Result<Option<Enrolment>, Error> {
        let Some(credential) = self.owned_account(owner).await? else { return Ok(None) };
        let bytes = Zeroizing::new(random_bytes::<20>()?);
        let secret = TotpSecret::new(*bytes);
        // An app takes a colon for the end of the issuer.
        let name = self.vault.open_identifier(&credential)?.replace(':', "-");
        let invalid = |error| Error::because(ErrorKind::Invalid, error);
        let uri = OtpauthUri::new(&secret, issuer, &Zeroizing::new(name)).map_err(invalid)?;
        let internal = |error| Error::because(ErrorKind::Internal, error);
        let qr_code = QrCode::new(&uri).map_err(internal)?;
        let account = *credential.account().as_bytes();
        let record = OneTimeRecord::new(Purpose::Enrolment, account, epoch(&credential), [0; 32])
            .with_text(&Zeroizing::new(Base64UrlUnpadded::encode_string(secret.expose_secret())));
        let (token, expires_at) = self.keep_one_time(&record, self.clock.now()).await?;
        Ok(Some(Enrolment { uri, qr_code, token, expires_at }))
    }

    pub(crate) async fn confirm_enrolment(
        &self,
        owner: Fresh<'_>,
        token: &str,
        code: &Code,
    ) -> Result<Option<Enrolled>, Error> {
        let now = self.clock.now();
        let Some(credential) = self.owned_account(owner).await? else { return Ok(None) };
        let Some((key, record)) = self.peek_one_time(Purpose::Enrolment, token, now).await? else {
            return Ok(None);
        };
        if self.count_try("enrolment tries", &key, now).await? > TICKET_TRIES {
            return Ok(None);
        }
        let is_owners = record.account() == credential.account().as_bytes()
            && record.epoch() == epoch(&credential);
        let Some(secret) = secret_of(&record).filter(|_| is_owners) else { return Ok(None) };
        let shown = SecondFactor::new(secret, now);
        // The code is used with it: what was typed here opens nothing afterwards.
        let Some(factor) = shown.check_totp(code.expose_secret(), now) else {
            let wrong = EventKind::Rejected(Rejection::WrongCode);
            self.emit_account(wrong, credential.account());
            return Ok(None);
        };
        if self.store.take(key, now).await?.is_none() {
            return Ok(None);
        }
        let codes = recovery_codes()?;
        let factor = with_codes(factor, credential.account(), &codes)?;
        let bytes = factor.to_bytes();
        let enrolled = self.change_details(owner, credential.clone(), |details| {
            let parsed = SecondFactor::parse(&bytes);
            let factor = parsed.map_err(|error| Error::because(ErrorKind::Internal, error))?;
            Ok(details.with_second_factor(Some(factor)))
        });
        if !enrolled.await? {
            return Ok(None);
        }
        let change = AccountChange::SecondFactorEnrolled;
        self.tell(&credential, EventKind::SecondFactorEnrolled, change);
        Ok(Some(Enrolled { codes }))
    }

    pub(crate) async fn remove_second_factor(&self, owner: Fresh<'_>) -> Result<bool, Error> {
        let Some(credential) = self.owned_account(owner).await? else { return Ok(false) };
        let without = |details: AccountDetails| Ok(details.with_second_factor(None));
        if !self.change_details(owner, credential.clone(), without).await? {
            return Ok(false);
        }
        let change = AccountChange::SecondFactorRemoved;
        self.tell(&credential, EventKind::SecondFactorRemoved, change);
        Ok(true)
    }

    pub(crate) async fn exchange_recovery_codes(
        &self,
        owner: Fresh<'_>,
    ) -> Result<Option<Enrolled>, Error> {
        let Some(credential) = self.owned_account(owner).await? else { return Ok(None) };
        if self.vault.open_details(&credential)?.second_factor().is_none() {
            return Ok(None);
        }
        let account = credential.account();
        let codes = recovery_codes()?;
        let exchanged = self.change_details(owner, credential.clone(), |details| {
            let Some(factor) = details.second_factor() else { return Ok(details) };
            // What was read stays but for the codes.
            let parsed = SecondFactor::parse(&factor.to_bytes());
            let factor = parsed.map_err(|error| Error::because(ErrorKind::Internal, error))?;
            let factor = with_codes(factor, account, &codes)?;
            Ok(details.with_second_factor(Some(factor)))
        });
        if !exchanged.await? {
            return Ok(None);
        }
        let change = AccountChange::RecoveryCodes;
        self.tell(&credential, EventKind::RecoveryCodesExchanged, change);
        Ok(Some(Enrolled { codes }))
    }

    pub(crate) async fn second_factor_status(
        &self,
        account: AccountId,
    ) -> Result<Option<SecondFactorStatus>, Error> {
        let Some(credential) = self.store.fetch(account).await? else { return Ok(None) };
        let details = self.vault.open_details(&credential)?;
        Ok(details.second_factor().map(SecondFactorStatus::of))
    }

    pub(crate) async fn reset_second_factor(&self, identifier: &str) -> Result<Managed, Error> {
        let visitor = Visitor::named(&Identifier::lenient(identifier), &self.vault)?;
        for _ in 0..MOST_TRIES {
            let Some(credential) = self.store.find(&visitor.keys).await? else {
                return Ok(Managed::NoSuchAccount);
            };
            let (account, version) = (credential.account(), credential.version());
            let details = match self.vault.open_details(&credential) {
                Ok(details) if details.second_factor().is_none() => {
                    // It may be the rest of a call that was interrupted.
                    self.end_sessions(account).await?;
                    return Ok(Managed::Unchanged);
                }
                Ok(details) => details.with_second_factor(None),
                // What cannot be read keeps its owner out for ever, and an operator is who can help.
                Err(error) if error.kind() == ErrorKind::Corrupt => AccountDetails::default(),
                Err(error) => return Err(error),
            };
            let sealed = self.vault.seal_details(account, &details)?;
            let changed = credential.clone().with_details(sealed);
            if let Replaced::Done(_) = self.store.replace(changed, version).await? {
                let change = AccountChange::SecondFactorRemoved;
                self.tell(&credential, EventKind::SecondFactorRemoved, change);
                self.end_sessions(account).await?;
                return Ok(Managed::Done);
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    /// The account of an owner who may change it: as it was when they were authenticated, with its second factor if it
    /// has one.
    pub(crate) async fn owned_account(
        &self,
        owner: Fresh<'_>,
    ) -> Result<Option<Credential>, Error> {
        let found = self.store.fetch(owner.principal().account()).await?;
        let Some(credential) = found else { return Ok(None) };
        Ok(self.may_change(owner, &credential)?.then_some(credential))
    }

    fn may_change(&self, owner: Fresh<'_>, credential: &Credential) -> Result<bool, Error> {
        let principal = owner.principal();
        let is_same = epoch(credential) == principal.epoch && credential.status() == Status::Active;
        if !is_same {
            return Ok(false);
        }
        self.vault.is_enough(principal.has_second_factor(), credential)
    }

    /// Changes what is kept beside the password, by compare-and-swap; `false` where the owner may not any more.
    async fn change_details(
        &self,
        owner: Fresh<'_>,
        mut credential: Credential,
        change: impl Fn(AccountDetails) -> Result<AccountDetails, Error>,
    ) -> Result<bool, Error> {
        let account = credential.account();
        for _ in 0..MOST_TRIES {
            let details = change(self.vault.open_details(&credential)?)?;
            let sealed = self.vault.seal_details(account, &details)?;
            let version = credential.version();
            match self.store.replace(credential.with_details(sealed), version).await? {
                Replaced::Done(_) => return Ok(true),
                Replaced::Missing => return Ok(false),
                Replaced::Stale => match self.owned_account(owner).await? {
                    Some(present) => credential = present,
                    None => return Ok(false),
                },
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    /// Emits an event and writes to the owner. The change is made: what fails here must not look as if it were not.
    pub(crate) fn tell(&self, credential: &Credential, event: EventKind, change: AccountChange) {
        self.emit_account(event, credential.account());
        if self.notify_change(credential, change).is_err() {
            self.emit_account(EventKind::NoticeNotSent, credential.account());
        }
    }
}

fn secret_of(record: &OneTimeRecord) -> Option<TotpSecret> {
    let mut bytes = Zeroizing::new([0; 20]);
    let decoded = Base64UrlUnpadded::decode(record.expose_text(), bytes.as_mut()).ok()?;
    (decoded.len() == 20).then(|| TotpSecret::new(*bytes))
}

fn recovery_codes() -> Result<Vec<RecoveryCode>, Error> {
    (0..RECOVERY_CODES).map(|_| Ok(RecoveryCode::new(random_bytes()?))).collect()
}
