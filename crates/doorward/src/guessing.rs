//! What the throttle may know of a password.

use std::time::SystemTime;

use doorward_hash::Password;
use doorward_throttle::{Fingerprint, Guess, Popularity, SourcePrefix};

use crate::vault::Vault;
use crate::visitor::Visitor;

impl Vault {
    /// Keyed digests of the password, and how common it is. None of them is kept, but for sixteen bits
    /// of a wrong one, and for fifty-six of one that is being sprayed.
    pub(crate) fn guess(&self, visitor: &Visitor, password: &Password, now: SystemTime) -> Guess {
        // An over-long one is nobody's, and digesting it whole would cost more than it should.
        let typed = if password.is_overlong() { "" } else { password.expose_secret() };
        let from = match (&visitor.device, visitor.source) {
            (Some(device), _) => device.id.to_vec(),
            (None, Some(source)) => SourcePrefix::party(source).to_string().into_bytes(),
            (None, None) => Vec::new(),
        };
        let print = |day: u64| {
            let day = day.to_be_bytes();
            let parts: [&[u8]; 4] = [visitor.account_subject(), &from, &day, typed.as_bytes()];
            let digest = *self.counters().tag("wrong password", &parts).as_bytes();
            Fingerprint::new([digest[0], digest[1]])
        };
        Guess {
            digest: self.password_digest(typed),
            popularity: password.common_rank().map_or(Popularity::UNLISTED, Popularity::of_rank),
            fingerprints: Fingerprint::day(now).map(print),
        }
    }

    /// What stands for the account of a ticket that nothing redeems: one for each wrong password of an identifier.
    pub(crate) fn dead_subject(&self, visitor: &Visitor) -> [u8; 32] {
        let digest = visitor.guess.map(|guess| guess.digest).unwrap_or_default();
        let parts: [&[u8]; 2] = [visitor.account_subject(), &digest];
        *self.counters().tag("dead ticket", &parts).as_bytes()
    }

    /// The same for every account and every instance.
    pub(crate) fn password_digest(&self, password: &str) -> [u8; 32] {
        *self.counters().tag("guessed password", &[password.as_bytes()]).as_bytes()
    }
}
