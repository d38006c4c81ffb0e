//! Lifting waits, for operators.

use std::fmt;
use std::net::IpAddr;

use doorward_throttle::{Scope, ScopeKind, SourcePrefix};

use crate::attempt::Typed;
use crate::authenticator::Inner;
use crate::device::DeviceToken;
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::identifier::Identifier;
use crate::outcome::Managed;
use crate::visitor::Visitor;

/// What to lift the waits of: see [`Authenticator::unlock_all`](crate::Authenticator::unlock_all).
#[derive(Clone)]
pub struct Unlock(What);

#[derive(Clone)]
enum What {
    Account(Typed),
    Device(Typed, DeviceToken),
    Source(IpAddr),
    Networks(IpAddr),
    Unaddressed,
    Site,
}

impl Unlock {
    /// An account, for strangers, with passwords and with codes; what its known devices have failed stays theirs.
    pub fn account(identifier: impl Into<String>) -> Self {
        Self(What::Account(Typed(identifier.into())))
    }

    /// One known device of an account, by its token.
    pub fn device(identifier: impl Into<String>, token: DeviceToken) -> Self {
        Self(What::Device(Typed(identifier.into()), token))
    }

    /// An IPv4 address, or the IPv6 /64 of one.
    pub fn source(source: impl Into<IpAddr>) -> Self {
        Self(What::Source(source.into()))
    }

    /// The source and the networks around it: the IPv4 /24, or the IPv6 /56 and /48.
    pub fn networks(source: impl Into<IpAddr>) -> Self {
        Self(What::Networks(source.into()))
    }

    /// All attempts that come without an address.
    pub fn unaddressed() -> Self {
        Self(What::Unaddressed)
    }

    /// The whole site: the attack that it is taken for is over, and no password counts as sprayed.
    pub fn site() -> Self {
        Self(What::Site)
    }
}

/// Who is unlocked is personal data.
impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            What::Account(_) => "Unlock::account",
            What::Device(..) => "Unlock::device",
            What::Source(_) => "Unlock::source",
            What::Networks(_) => "Unlock::networks",
            What::Unaddressed => "Unlock::unaddressed",
            What::Site => "Unlock::site",
        })
    }
}

impl Inner {
    pub(crate) async fn unlock(&self, unlock: &Unlock) -> Result<Managed, Error> {
        match &unlock.0 {
            What::Account(identifier) => {
                let Some((visitor, account)) = self.owner(identifier).await? else {
                    return Ok(Managed::NoSuchAccount);
                };
                let subject = visitor.account_subject();
                let codes = self.vault.code_subject(subject);
                self.lift(&[Scope::account(subject), Scope::account(&codes)]).await?;
                self.emit(&visitor, EventKind::Unlocked(ScopeKind::Account), Some(account));
            }
            What::Device(identifier, token) => {
                let Some((mut visitor, account)) = self.owner(identifier).await? else {
                    return Ok(Managed::NoSuchAccount);
                };
                visitor.device = self.vault.verify_device(token, &visitor.indexes);
                let Some(device) = visitor.device else { return Ok(Managed::Unchanged) };
                let subject = visitor.account_subject();
                let codes = Scope::device(&self.vault.code_subject(subject), &device.id);
                self.lift(&[Scope::device(subject, &device.id), codes]).await?;
                self.emit(&visitor, EventKind::Unlocked(ScopeKind::Device), Some(account));
            }
            What::Source(source) => self.unlock_networks(*source, false).await?,
            What::Networks(source) => self.unlock_networks(*source, true).await?,
            What::Unaddressed => {
                self.lift(&[Scope::unaddressed()]).await?;
                self.emit_unlocked(ScopeKind::Unaddressed, None);
            }
            What::Site => {
                let passwords = self.watch().forget_passwords();
                self.ledger.clear(self.vault.counters(), &passwords).await?;
                // What it has learned of calm times stays.
                self.ledger.forget_site();
                self.lift(&[Scope::site()]).await?;
                self.emit_unlocked(ScopeKind::Site, None);
            }
        }
        Ok(Managed::Done)
    }

    pub(crate) async fn revoke_device(
        &self,
        identifier: &str,
        token: &DeviceToken,
    ) -> Result<Managed, Error> {
        let Some((mut visitor, account)) = self.owner(&Typed(identifier.to_owned())).await? else {
            return Ok(Managed::NoSuchAccount);
        };
        visitor.device = self.vault.verify_device(token, &visitor.indexes);
        let Some(device) = visitor.device else { return Ok(Managed::Unchanged) };
        let now = self.clock.now();
        let update = self.policy.revoke(visitor.account_subject(), &device.id, now);
        self.apply(&[update], now).await?;
        self.emit(&visitor, EventKind::DeviceRevoked, Some(account));
        Ok(Managed::Done)
    }

    async fn unlock_networks(&self, source: IpAddr, with_prefixes: bool) -> Result<(), Error> {
        let scopes: Vec<_> = Scope::around(source)
            .filter(|scope| with_prefixes || scope.kind() == ScopeKind::Source)
            .collect();
        self.lift(&scopes).await?;
        let mut watch = self.watch();
        watch.forget_network(&SourcePrefix::party(source));
        if with_prefixes {
            watch.forget_network(&SourcePrefix::neighbourhood(source));
        }
        drop(watch);
        let widest = if with_prefixes { ScopeKind::Prefix } else { ScopeKind::Source };
        self.emit_unlocked(widest, Some(source));
        Ok(())
    }

    /// Lifts the waits of these scopes, here and in the store.
    pub(crate) async fn lift(&self, scopes: &[Scope]) -> Result<(), Error> {
        let now = self.clock.now();
        self.outages.lift(self.vault.counters(), scopes, now).await?;
        let rows = self.ledger.read(&self.policy, self.vault.counters(), scopes, now).await?;
        let lifted = scopes.iter().zip(&rows).map(|(scope, row)| self.policy.lift(scope, row, now));
        self.apply(&lifted.collect::<Vec<_>>(), now).await?;
        scopes.iter().for_each(|scope| self.waits.forget(scope));
        Ok(())
    }

    /// Whose account an identifier is.
    async fn owner(
        &self,
        identifier: &Typed,
    ) -> Result<Option<(Visitor, doorward_store::AccountId)>, Error> {
        let visitor = Visitor::named(&Identifier::lenient(&identifier.0), &self.vault)?;
        let found = self.store.find(&visitor.keys).await?;
        Ok(found.map(|credential| (visitor, credential.account())))
    }

    fn emit_unlocked(&self, kind: ScopeKind, source: Option<IpAddr>) {
        self.events.record(&Event {
            at: self.clock.now(),
            kind: EventKind::Unlocked(kind),
            account: None,
            subject: String::new(),
            source,
            known_device: false,
        });
    }
}
