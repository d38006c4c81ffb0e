//! The policy: how many failures each scope may hold, what waits they earn, and what is an attack.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use crate::decision::{Denial, Rule};
use crate::detection::Detection;
use crate::networks::Networks;
use crate::policy_builder::PolicyBuilder;
use crate::scope::ScopeKind;
use crate::scope_rule::ScopeRule;
use crate::window::Window;

/// The rules of the door, as data.
///
/// [`Policy::recommended`] is a good start, [`Policy::strict`] and [`Policy::lenient`] are others;
/// [`Policy::builder`] changes parts of it and refuses what would be unsafe or absurd. With the feature
/// `serde`, a policy is read from a configuration file, and checked in the same way.
///
/// | scope | free failures | then waits of | in a window of | a guesser gets at most |
/// |---|---|---|---|---|
/// | account, unknown devices | 4 | 1, 5, 15, 60 min | 24 h | 30 a day, 60 in a row |
/// | known device | 8 | 1, 5, 15, 60 min | 24 h | 10 in a row, then it is unknown; 37 a day |
/// | source (IPv4, IPv6 /64) | 6 | 1, 5, 15, 60 min | 24 h | 42 a day |
/// | end site (IPv6 /56) | 12 | 10 s, 1, 5, 15 min | 24 h | 139 a day |
/// | prefix (IPv4 /24, IPv6 /48) | 20 | 10 s, 1, 5 min | 24 h | 359 a day |
/// | no address | 6 | 1, 5, 15, 60 min | 24 h | 42 a day, all together |
/// | site, unknown devices | until it is attacked | step-up; without it 1, 5, 15 s | 24 h | with step-up, learns nothing |
///
/// A password that the same person repeats costs once ([`Fingerprint`](crate::Fingerprint)).
///
/// Sources and prefixes are shared by people: three logins there make up
/// for one failure, so an office behind one address is not taken for a sprayer. A source is forgiven
/// at most 1,000 failures like that, a prefix 3,000, and one account speaks for its network five times a
/// day. What an attack on the whole site is, and on whom it casts suspicion, says
/// [`Detection::recommended`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(crate) mode: Mode,
    pub(crate) account: ScopeRule,
    pub(crate) device: ScopeRule,
    pub(crate) source: ScopeRule,
    pub(crate) end_site: ScopeRule,
    pub(crate) prefix: ScopeRule,
    pub(crate) unaddressed: ScopeRule,
    pub(crate) site: ScopeRule,
    pub(crate) detection: Detection,
    /// Networks that are not counted, and networks that are turned away.
    pub(crate) trusted: Networks,
    pub(crate) denied: Networks,
    /// So many failures of one account, source and prefix count for the site in a window; where
    /// there are more, each counts for less.
    pub(crate) site_counts_of_account: u64,
    pub(crate) site_counts_of_source: u64,
    pub(crate) site_counts_of_prefix: u64,
    pub(crate) reservations: Window,
    pub(crate) consecutive_memory: Duration,
    pub(crate) credits_per_account: u64,
    pub(crate) codes: Window,
    pub(crate) codes_per_window: u64,
}

/// Whether the policy is in force.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mode {
    /// It is.
    #[default]
    Enforce,
    /// Everything is counted and decided as if it were, and nobody is made to wait or to step up: what would
    /// have happened is in [`Admission::observed`](crate::Admission::observed). For trying a policy on
    /// live traffic. **No bound on guessing holds.**
    Monitor,
}

impl Policy {
    /// NIST SP 800-63B-4, section 3.2.2: no more consecutive failures than this on one account.
    pub const MOST_CONSECUTIVE: u64 = 100;
    /// No policy lets strangers guess at one account more often than this a day.
    pub const MOST_GUESSES_PER_DAY: u64 = 100;

    /// How long a device's proof is good after it was issued, and how long the device's row says which
    /// proofs are void: longer than browsers keep a cookie.
    pub const PROOF_LIFE: Duration = Duration::from_secs(400 * 86_400);

    /// Starts from [`Policy::recommended`].
    pub fn builder() -> PolicyBuilder {
        Self::recommended().to_builder()
    }

    /// Starts from this one.
    pub fn to_builder(&self) -> PolicyBuilder {
        PolicyBuilder { policy: self.clone() }
    }

    /// Whether it is in force.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What is taken for an attack.
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// How long an attempt may take from reservation to settlement before its room lapses. A caller
    /// must give up on checking a password sooner than that, or the cap is not exact.
    pub fn reservation_length(&self) -> Duration {
        self.reservations.length()
    }

    /// The most guesses that strangers get at one account in any 24 hours.
    pub fn guesses_per_day(&self) -> u64 {
        self.account.most_within(Duration::from_secs(86_400))
    }

    /// Whether an attempt comes from a denied network, on a known device or not. Where the policy is in
    /// force, it is to be turned away before anything else is done.
    pub fn turn_away(&self, source: Option<IpAddr>, now: SystemTime) -> Option<Denial> {
        let denied = source.is_some_and(|address| self.denied.contain(address));
        denied.then(|| Denial::new(Rule::Denied, now + DENIED_FOR))
    }

    /// Whether a limit that a caller sets in front of the policy is none of this source's business: it is
    /// trusted, or the policy only monitors.
    pub fn exempts(&self, source: Option<IpAddr>) -> bool {
        self.mode == Mode::Monitor || source.is_some_and(|address| self.trusted.contain(address))
    }

    /// The rule of a kind of scope; that of the site for those that judge nobody.
    pub fn rule(&self, kind: ScopeKind) -> &ScopeRule {
        match kind {
            ScopeKind::Account => &self.account,
            ScopeKind::Device => &self.device,
            ScopeKind::Source => &self.source,
            ScopeKind::EndSite => &self.end_site,
            ScopeKind::Prefix => &self.prefix,
            ScopeKind::Unaddressed => &self.unaddressed,
            ScopeKind::Site | ScopeKind::Flags => &self.site,
        }
    }

    pub(crate) fn rule_mut(&mut self, kind: ScopeKind) -> &mut ScopeRule {
        match kind {
            ScopeKind::Account => &mut self.account,
            ScopeKind::Device => &mut self.device,
            ScopeKind::Source => &mut self.source,
            ScopeKind::EndSite => &mut self.end_site,
            ScopeKind::Prefix => &mut self.prefix,
            ScopeKind::Unaddressed => &mut self.unaddressed,
            ScopeKind::Site | ScopeKind::Flags => &mut self.site,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::recommended()
    }
}

/// What a denied network is told; it is denied as long as the policy says so.
const DENIED_FOR: Duration = Duration::from_secs(3_600);
