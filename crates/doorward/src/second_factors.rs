//! The second factor of an account: enrolled, confirmed, removed.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use doorward_session::{OtpauthUri, QrCode, RecoveryCode, SecondFactor};
use zeroize::Zeroizing;

use crate::authenticator::Inner;
use crate::error::Error;
use crate::outcome::Managed;
use crate::principal::{Fresh, Principal};
use crate::step_up::Code;

/// The second factors of an [`Authenticator`](crate::Authenticator)'s accounts: an authenticator app (TOTP, RFC 6238),
/// and recovery codes for when it is lost.
///
/// An account that has one is asked for a code at every login: [`Outcome::StepUp`](crate::Outcome::StepUp), to be
/// [redeemed](crate::Authenticator::redeem) with a code of the app or a recovery code. Each is good once.
///
/// Whatever changes a second factor takes a [fresh](Principal::fresh) authentication; where the account has one
/// already, one that it was part of. Everything emits an event, and the owner is sent a notice. Offer to
/// [end the other sessions](crate::Sessions::end_others) afterwards (ASVS 5.0, 7.4.3).
///
/// ```no_run
/// # async fn page(auth: doorward::Authenticator, principal: doorward::Principal) -> Result<(), doorward::Error> {
/// let Some(fresh) = principal.fresh() else { return Ok(()) }; // to the login
///
/// // On one page: a QR code to scan.
/// let Some(enrolment) = auth.second_factors().enrol(fresh, "Acme").await? else { return Ok(()) };
/// let svg = enrolment.expose_svg();
/// let token = enrolment.expose_token().to_owned(); // a hidden field
///
/// // On the next: the code that the app shows.
/// let typed = "123 456";
/// if let Some(enrolled) = auth.second_factors().confirm(fresh, &token, typed).await? {
///     for code in enrolled.recovery_codes() {
///         println!("keep this on paper: {}", code.expose_secret());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SecondFactors {
    inner: Arc<Inner>,
}

impl SecondFactors {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Draws a new secret for the owner's app; nothing changes before it is [confirmed](Self::confirm). `issuer` is
    /// the name of the service as the app shows it, 1 to 64 bytes without a colon.
    ///
    /// `None` where the owner has to log in again: the account was changed since, or it has a second factor that was no
    /// part of this authentication.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed; of the kind [`Invalid`](crate::ErrorKind::Invalid) where the issuer will not do.
    pub async fn enrol(&self, owner: Fresh<'_>, issuer: &str) -> Result<Option<Enrolment>, Error> {
        self.inner.enrol(owner, issuer).await
    }

    /// Enrols the second factor whose code the app shows, in the place of the one before, and gives out new recovery
    /// codes.
    ///
    /// `None` for a wrong code, a token that is not good (ten minutes, five tries, one use), and as for
    /// [`enrol`](Self::enrol).
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed. After one, the second factor may be enrolled and nobody know its recovery codes:
    /// let the owner log in, and make [new ones](Self::new_recovery_codes).
    pub async fn confirm(
        &self,
        owner: Fresh<'_>,
        token: &str,
        code: &str,
    ) -> Result<Option<Enrolled>, Error> {
        self.inner.confirm_enrolment(owner, token, &Code::new(code)).await
    }

    /// Removes the second factor, and its recovery codes: `false` as for [`enrol`](Self::enrol).
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: it may be removed.
    pub async fn remove(&self, owner: Fresh<'_>) -> Result<bool, Error> {
        self.inner.remove_second_factor(owner).await
    }

    /// Gives out new recovery codes; those before are worth nothing. `None` as for [`enrol`](Self::enrol), and where
    /// there is no second factor.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: the codes before may be worth nothing.
    pub async fn new_recovery_codes(&self, owner: Fresh<'_>) -> Result<Option<Enrolled>, Error> {
        self.inner.exchange_recovery_codes(owner).await
    }

    /// What the principal's account has; `None` where there is no second factor.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed.
    pub async fn status(&self, principal: &Principal) -> Result<Option<SecondFactorStatus>, Error> {
        self.inner.second_factor_status(principal.account()).await
    }

    /// Removes the second factor of an account whose owner has lost app and recovery codes, and ends all its sessions.
    /// For operators, once they have established who asks as well as at enrolment (ASVS 5.0, 6.4.4): whoever gets this
    /// done by a phone call is who it was to keep out.
    ///
    /// It helps as well where what is kept of the second factor cannot be read, and with it what was kept of the
    /// identifier's verification is gone.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: it may be removed. Again, it goes on.
    pub async fn reset(&self, identifier: &str) -> Result<Managed, Error> {
        self.inner.reset_second_factor(identifier).await
    }
}

/// A second factor that is about to be enrolled: what its owner's app has to know, a secret. `Debug` shows none of it.
#[must_use = "the owner's app needs it"]
pub struct Enrolment {
    pub(crate) uri: OtpauthUri,
    pub(crate) qr_code: QrCode,
    pub(crate) token: Zeroizing<String>,
    pub(crate) expires_at: SystemTime,
}

impl Enrolment {
    /// The QR code for the app to scan, as SVG: put it into the page itself, it is made without outside parts.
    pub fn expose_svg(&self) -> Zeroizing<String> {
        self.qr_code.svg()
    }

    /// The same in half-block characters, for a terminal.
    pub fn expose_text(&self) -> Zeroizing<String> {
        self.qr_code.text()
    }

    /// The `otpauth` URI that the QR code holds: a link, on the phone itself.
    pub fn expose_uri(&self) -> &str {
        self.uri.expose_secret()
    }

    /// The secret in Base32, to type where nothing can be scanned.
    pub fn expose_key(&self) -> &str {
        self.uri.expose_secret_key()
    }

    /// What to confirm with, beside a code of the app: a hidden field.
    pub fn expose_token(&self) -> &str {
        &self.token
    }

    /// Until when.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// The recovery codes of a second factor, to be shown once: nobody can tell them again.
#[derive(Debug)]
#[must_use = "the owner needs the recovery codes"]
pub struct Enrolled {
    pub(crate) codes: Vec<RecoveryCode>,
}

impl Enrolled {
    /// The codes: ten.
    pub fn recovery_codes(&self) -> &[RecoveryCode] {
        &self.codes
    }
}

/// What an account has for a second factor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SecondFactorStatus {
    pub(crate) enrolled_at: SystemTime,
    pub(crate) codes_left: usize,
}

impl SecondFactorStatus {
    pub(crate) fn of(factor: &SecondFactor) -> Self {
        Self { enrolled_at: factor.enrolled_at(), codes_left: factor.codes_left() }
    }

    /// When it was enrolled.
    pub fn enrolled_at(&self) -> SystemTime {
        self.enrolled_at
    }

    /// How many recovery codes are good.
    pub fn codes_left(&self) -> usize {
        self.codes_left
    }
}
