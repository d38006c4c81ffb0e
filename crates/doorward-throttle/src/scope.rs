//! What an attempt is counted under.

use std::net::IpAddr;

use crate::address::SourcePrefix;

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
    pub device: Option<&'a [u8]>,
    /// Where the attempt comes from; `None` shares one strict budget with every other `None`.
    pub source: Option<IpAddr>,
}

impl Attempt<'_> {
    /// The scopes that judge it, the most specific first: those under which a wait may be known
    /// already.
    pub fn judges(&self) -> impl Iterator<Item = Scope> {
        let judging = |(scope, role): (Scope, Role)| (role != Role::Credited).then_some(scope);
        self.scopes().into_iter().filter_map(judging)
    }

    /// The scopes that it holds room on while it is under way, always in one order: attempts that
    /// line up for them, first for the first, cannot block each other.
    pub fn holds(&self) -> impl Iterator<Item = Scope> {
        let holding = |(scope, role): (Scope, Role)| (role == Role::Held).then_some(scope);
        self.scopes().into_iter().filter_map(holding)
    }

    /// The scopes that it is counted under, those whose rows decide first.
    ///
    /// A known device is judged by itself alone, so that no stranger can spend its budget; its logins
    /// still speak for the account and the network that they come from. Everybody else is judged by
    /// account, source, the prefix around the source, and the site.
    pub(crate) fn scopes(&self) -> Vec<(Scope, Role)> {
        let mut scopes = Vec::with_capacity(5);
        let (own, shared) = match self.device {
            Some(device) => {
                scopes.push((Scope::device(self.account, device), Role::Held));
                (Role::Credited, Role::Credited)
            }
            None => (Role::Held, Role::Watched),
        };
        scopes.push((Scope::account(self.account), own));
        match self.source {
            Some(address) => {
                let (party, around) =
                    (SourcePrefix::party(address), SourcePrefix::neighbourhood(address));
                scopes.push((Scope::network(ScopeKind::Source, party), own));
                scopes.push((Scope::network(ScopeKind::Prefix, around), own));
            }
            None => scopes.push((Scope::constant(ScopeKind::Unaddressed), own)),
        }
        scopes.push((Scope::constant(ScopeKind::Site), shared));
        scopes
    }
}

/// What a scope does for an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// It judges the attempt, and the attempt holds room on it until it is settled: its cap is exact.
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

    fn network(kind: ScopeKind, prefix: SourcePrefix) -> Self {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judges(attempt: &Attempt<'_>) -> Vec<ScopeKind> {
        attempt.judges().map(|scope| scope.kind()).collect()
    }

    #[test]
    fn a_known_device_is_judged_by_itself_alone() {
        let source = Some("192.0.2.1".parse().unwrap());
        let owner = Attempt { account: b"a", device: Some(b"d"), source };
        assert_eq!(judges(&owner), [ScopeKind::Device]);
    }

    #[test]
    fn parts_cannot_be_shifted_between_account_and_device() {
        assert_ne!(Scope::device(b"ab", b"c").key(), Scope::device(b"a", b"bc").key());
    }

    #[test]
    fn without_an_address_everybody_shares_one_scope() {
        let kinds = |source| judges(&Attempt { account: b"a", device: None, source });
        use ScopeKind::{Account, Prefix, Site, Source, Unaddressed};
        assert_eq!(kinds(None), [Account, Unaddressed, Site]);
        assert_eq!(kinds(Some("::1".parse().unwrap())), [Account, Source, Prefix, Site]);
    }
}
