//! The app on the owner's phone, which knows nothing of doorward.

use totp_rs::Totp;

use crate::failure::Failure;

/// An app that has scanned one QR code.
pub(crate) struct AuthenticatorApp(Totp);

impl AuthenticatorApp {
    /// Reads the URI that the QR code holds.
    pub(crate) fn scan(uri: &str) -> Result<Self, Failure> {
        let read = Totp::from_url(uri);
        read.map(Self).map_err(|error| Failure::of_run("the app reads the QR code", error))
    }

    /// The code that it shows then.
    pub(crate) fn code(&self, seconds: u64) -> String {
        self.0.generate(seconds).to_string()
    }
}
