//! What an attempt is counted under.

use std::net::IpAddr;
use std::time::SystemTime;

use crate::address::SourcePrefix;
use crate::guess::Guess;
use crate::policy::Policy;

/// The facts of one attempt that the policy counts by.
///
/// `account` stands for whatever was typed, known or not: an unknown name must be counted like a
/// known one, or its budget would tell them apart. `device` is set only when the caller has checked
/// the device's token for that very account.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "an attempt has no other facts that are counted")]
pub struct Attempt<'a> {
    /// Stands for the account named, known or not: a keyed digest of the identifier.
    pub account: &'a [u8],
    /// Stands for the device that has logged in to this account before, if it proved that.
    pub device: Option<Device<'a>>,
    /// Where the attempt comes from; `None` shares one strict budget with every other `None`.
    pub source: Option<IpAddr>,
    /// What is known of the password; without it, a repeated one is a new one, and the detection of
    /// sprayed passwords does not see it.
    pub guess: Option<Guess>,
}

/// A device that has proved that it logged in to the account before.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a device has no other facts that are judged")]
pub struct Device<'a> {
    /// Stands for it.
    pub id: &'a [u8],
    /// When its proof was issued. Once it has logged in with one, earlier ones are void.
    pub issued_at: SystemTime,
}

impl Policy {
    /// The scopes that judge an attempt, the most specific first: those under which a wait may be known
    /// already.
    pub fn judges(&self, attempt: &Attempt<'_>) -> impl Iterator<Item = Scope> + use<> {
        let judging = |(scope, role): (Scope, Role)| (role != Role::Credited).then_some(scope);
        self.scopes(attempt).into_iter().filter_map(judging)
    }

    /// The scopes that an attempt holds room on while it is under way, always in one order: attempts
    /// that line up for them, first for the first, cannot block each other.
    pub fn holds(&self, attempt: &Attempt<'_>) -> impl Iterator<Item = Scope> + use<> {
        let holding = |(scope, role): (Scope, Role)| (role == Role::Held).then_some(scope);
        self.scopes(attempt).into_iter().filter_map(holding)
    }

    /// The scopes that it is counted under, those whose rows decide first.
    ///
    /// A known device is judged by itself alone, so that no stranger can spend its budget; its logins
    /// still speak for the account and the network that they come from. Everybody else is judged by
    /// account, source, the prefixes around the source, and the site; from a trusted network by the account alone.
    pub(crate) fn scopes(&self, attempt: &Attempt<'_>) -> Vec<(Scope, Role)> {
        let mut scopes = Vec::with_capacity(6);
        let own = match attempt.device {
            Some(device) => {
                scopes.push((Scope::device(attempt.account, device.id), Role::Held));
                Role::Credited
            }
            None => Role::Held,
        };
        scopes.push((Scope::account(attempt.account), own));
        match attempt.source {
            Some(address) if self.trusted.contain(address) => return scopes,
            Some(address) => {
                let networks = Scope::around(address);
                scopes.extend(networks.map(|scope| (scope, own)));
            }
            None => scopes.push((Scope::unaddressed(), own)),
        }
        if attempt.device.is_none() {
            scopes.push((Scope::site(), Role::Watched));
        }
        scopes
    }
}

/// What a scope does for an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// It judges the attempt, and the attempt holds room on it until it is settled: its cap is exact, on
    /// networks of many sources within limits that [`ScopeKind::is_wide`] tells.
    Held,
    /// It judges the attempt by what has failed so far, and holds nothing: on a scope that everybody
    /// shares, attempts of some that are not settled yet must not keep others out.
    Watched,
    /// It does not judge the attempt; a verified one counts in its favour.
    Credited,
}

/// One thing that attempts are counted under: an account, a source, a prefix, the site.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Scope {
    kind: ScopeKind,
    key: Vec<u8>,
}

impl Scope {
    /// The account, as strangers share it.
    pub fn account(account: &[u8]) -> Self {
        Self::keyed(ScopeKind::Account, &[account])
    }

    /// One known device of one account.
    pub fn device(account: &[u8], device: &[u8]) -> Self {
        Self::keyed(ScopeKind::Device, &[account, device])
    }

    /// Which kind it is.
    pub fn kind(&self) -> ScopeKind {
        self.kind
    }

    /// Bytes that name it: equal for equal scopes, different for different ones. They hold the
    /// source address in clear, so a store gets a keyed digest of them.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The whole site.
    pub fn site() -> Self {
        Self::constant(ScopeKind::Site)
    }

    /// All attempts whose source address is not known.
    pub fn unaddressed() -> Self {
        Self::constant(ScopeKind::Unaddressed)
    }

    /// The networks that an address is counted under: its party, the end site, the prefix.
    pub fn around(address: IpAddr) -> impl Iterator<Item = Self> {
        let network = Self::network;
        let party = network(ScopeKind::Source, SourcePrefix::party(address));
        let end_site =
            SourcePrefix::end_site(address).map(|prefix| network(ScopeKind::EndSite, prefix));
        let prefix = network(ScopeKind::Prefix, SourcePrefix::neighbourhood(address));
        std::iter::once(party).chain(end_site).chain([prefix])
    }

    /// One of the rows in which instances tell each other of sprayed passwords.
    pub(crate) fn flags(shard: u8) -> Self {
        Self { kind: ScopeKind::Flags, key: vec![ScopeKind::Flags as u8, shard] }
    }

    pub(crate) fn network(kind: ScopeKind, prefix: SourcePrefix) -> Self {
        let mut key = vec![kind as u8];
        prefix.encode(&mut key);
        Self { kind, key }
    }

    fn constant(kind: ScopeKind) -> Self {
        Self { kind, key: vec![kind as u8] }
    }

    fn keyed(kind: ScopeKind, parts: &[&[u8]]) -> Self {
        let length = parts.iter().map(|part| part.len() + 8).sum::<usize>();
        let mut key = Vec::with_capacity(length + 1);
        key.push(kind as u8);
        for part in parts {
            key.extend_from_slice(&(part.len() as u64).to_be_bytes());
            key.extend_from_slice(part);
        }
        Self { kind, key }
    }
}

/// The kinds of scope. The numbers are part of stored keys.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
#[repr(u8)]
pub enum ScopeKind {
    /// An account, for attempts from devices that it does not know.
    Account = 1,
    /// A known device of an account.
    Device = 2,
    /// An IPv4 address or an IPv6 /64.
    Source = 3,
    /// All attempts whose source address is not known.
    Unaddressed = 4,
    /// An IPv4 /24 or an IPv6 /48.
    Prefix = 5,
    /// Every attempt from unknown devices.
    Site = 6,
    /// An IPv6 /56.
    EndSite = 7,
    /// Passwords that are being sprayed: judges nobody by itself.
    Flags = 8,
}

impl ScopeKind {
    /// Whether it is a network of many sources. Room on it may be held in the memory of the process that checks
    /// the attempt for as long as [`Policy::needs_room`] does not say otherwise; on all other kinds the store must
    /// see it.
    ///
    /// The cap of such a network then is exact within a process, and over all of them once half of it is used
    /// up. It is exceeded at most by what the others have under way at that moment, less than half of it each.
    /// Accounts, devices, sources and what has no address are exact over all processes at any time.
    pub const fn is_wide(self) -> bool {
        matches!(self, Self::EndSite | Self::Prefix)
    }

    /// A stable name: that of its section in a policy file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Device => "device",
            Self::EndSite => "end_site",
            Self::Flags => "flags",
            Self::Prefix => "prefix",
            Self::Site => "site",
            Self::Source => "source",
            Self::Unaddressed => "unaddressed",
        }
    }
}

impl ScopeKind {
    /// Those that have a rule: they judge attempts.
    pub const JUDGES: [Self; 7] = [
        Self::Account,
        Self::Device,
        Self::Source,
        Self::EndSite,
        Self::Prefix,
        Self::Unaddressed,
        Self::Site,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judges(attempt: &Attempt<'_>) -> Vec<ScopeKind> {
        Policy::recommended().judges(attempt).map(|scope| scope.kind()).collect()
    }

    fn stranger(source: Option<&str>) -> Attempt<'static> {
        let source = source.map(|text| text.parse().unwrap());
        Attempt { account: b"a", device: None, source, guess: None }
    }

    #[test]
    fn a_known_device_is_judged_by_itself_alone() {
        let device = Device { id: b"d", issued_at: SystemTime::UNIX_EPOCH };
        let owner = Attempt { device: Some(device), ..stranger(Some("192.0.2.1")) };
        assert_eq!(judges(&owner), [ScopeKind::Device]);
    }

    #[test]
    fn parts_cannot_be_shifted_between_account_and_device() {
        assert_ne!(Scope::device(b"ab", b"c").key(), Scope::device(b"a", b"bc").key());
    }

    #[test]
    fn without_an_address_everybody_shares_one_scope() {
        use ScopeKind::{Account, EndSite, Prefix, Site, Source, Unaddressed};
        assert_eq!(judges(&stranger(None)), [Account, Unaddressed, Site]);
        assert_eq!(judges(&stranger(Some("::1"))), [Account, Source, EndSite, Prefix, Site]);
        assert_eq!(judges(&stranger(Some("192.0.2.1"))), [Account, Source, Prefix, Site]);
    }

    #[test]
    fn a_trusted_network_is_not_counted() {
        let office = "192.0.2.0/24".parse().unwrap();
        let policy = Policy::builder().trusted([office]).build().unwrap();
        let kinds = |source| {
            policy.judges(&stranger(Some(source))).map(|scope| scope.kind()).collect::<Vec<_>>()
        };
        assert_eq!(kinds("192.0.2.77"), [ScopeKind::Account]);
        assert_eq!(kinds("192.0.3.77").len(), 4);
    }
}
